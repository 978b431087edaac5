import { harmless } from "../../provider/src/model/harmless.js";

/** A table of a terminal: columns as wide as their texts, and rows in blocks where the terminal is too narrow. */

const gap = "  ";

export interface Column {
  readonly name: string;
  /** Numbers end at the same place. */
  readonly right?: boolean;
}

/** Puts a table together that is at most so wide. A row that does not fit becomes a block of `name  text` lines. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const used = columns
    .map((_, index) => index)
    .filter((index) => rows.some((row) => plain(row[index]) !== ""));
  const widths = used.map((index) =>
    Math.max(length(columns[index]?.name), ...rows.map((row) => length(plain(row[index])))),
  );
  const total = widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1));
  if (total > width)
    return blocks(
      used.map((index) => columns[index]),
      rows.map((row) => used.map((index) => row[index])),
      width,
    );
  const line = (cells: readonly (string | undefined)[]): string =>
    used
      .map((index, at) => padded(plain(cells[index]), widths[at] ?? 0, columns[index]?.right ?? false))
      .join(gap)
      .trimEnd();
  return [line(columns.map(({ name }) => name.toUpperCase())), ...rows.map(line)].join("\n");
}

function blocks(
  columns: readonly (Column | undefined)[],
  rows: readonly (readonly (string | undefined)[])[],
  width: number,
): string {
  const name = Math.max(...columns.map((column) => length(column?.name)));
  return rows
    .map((row) =>
      row
        .flatMap((cell, index) => {
          const text = plain(cell);
          if (text === "") return [];
          return wrapped(text, width - name - gap.length).map(
            (part, at) => `${padded(at === 0 ? (columns[index]?.name ?? "") : "", name, false)}${gap}${part}`,
          );
        })
        .join("\n"),
    )
    .join("\n\n");
}

/** Breaks a text into lines, between words where there are any. */
export function wrapped(text: string, width: number): readonly string[] {
  const parts: string[] = [];
  let rest = text;
  while (length(rest) > width) {
    const blank = rest.lastIndexOf(" ", width);
    const at = blank > 0 ? blank : width;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...parts, rest];
}

/** Names come from outside, and must not steer the terminal, nor a build server that reads what is printed. */
export function plain(text: string | undefined): string {
  return harmless(text ?? "");
}

function padded(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}

function length(text: string | undefined): number {
  return text?.length ?? 0;
}
