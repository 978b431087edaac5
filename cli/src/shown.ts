import { type Format } from "./commandArguments.js";
import { wrapped } from "./table.js";

/** One look, in every form that it can be shown in. */
export interface Shown {
  readonly answer: unknown;
  readonly exitCode: number;
  readonly table: (width: number) => string;
  readonly markdown: () => string;
  readonly html: () => string;
  readonly prometheus: () => string;
}

/** The text of a look in a format. */
export function textOf(shown: Shown, format: Format, width: number): string {
  switch (format) {
    case "table":
      return withinWidth(shown.table(width), width);
    case "json":
      return `${JSON.stringify(withoutText(shown.answer), undefined, 2)}\n`;
    case "markdown":
      return shown.markdown();
    case "html":
      return shown.html();
    case "prometheus":
      return shown.prometheus();
  }
}

/** Tables are made for a width; the sentences above them are broken here. */
function withinWidth(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => wrapped(line, width))
    .join("\n");
}

/** One look in one line, for those who follow a watch. */
export function jsonLine(shown: Shown): string {
  return `${JSON.stringify(withoutText(shown.answer))}\n`;
}

/** The same again as Markdown, which is a format of its own. */
function withoutText(answer: unknown): unknown {
  return typeof answer === "object" && answer !== null ? { ...answer, text: undefined } : answer;
}
