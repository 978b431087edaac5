import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../", import.meta.url));

export function readText(path: string): string {
  return readFileSync(`${repository}${path}`, "utf8");
}

/** One row of a table, by the names in its head. */
export type Row = Readonly<Record<string, string>>;

/** The tables of a Markdown text, in order. A text in a comment has its stars in front. */
export function tablesOf(markdown: string): readonly (readonly Row[])[] {
  const blocks = markdown
    .split("\n")
    .map((line) => line.replace(/^\s*\*\s/, "").trim())
    .map((line) => (line.startsWith("|") ? line : ""))
    .join("\n")
    .split(/\n\n+/)
    .filter((block) => block.trim() !== "");
  return blocks.map((block) => {
    const [head = [], , ...rows] = block.trim().split("\n").map(cellsOf);
    return rows.map((cells) => Object.fromEntries(head.map((name, index) => [name, cells[index] ?? ""])));
  });
}

function cellsOf(line: string): readonly string[] {
  return line
    .replace(/^\|(.*)\|$/, "$1")
    .split("|")
    .map((cell) => cell.trim());
}

/** The one table that has these columns. */
export function tableWith(markdown: string, ...columns: readonly string[]): readonly Row[] {
  const fitting = tablesOf(markdown).filter(([row]) => columns.every((column) => column in (row ?? {})));
  const [table] = fitting;
  if (table === undefined || fitting.length > 1) {
    throw new Error(`${String(fitting.length)} tables have the columns ${columns.join(", ")}`);
  }
  return table;
}

/** Everything between backticks. */
export function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** The fenced blocks of a language. */
export function blocksOf(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, text = ""]) => text,
  );
}
