import { harmless } from "../../model/harmless.js";

/** HTML whose text was made harmless: only {@link html} and {@link raw} make it. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | undefined | Html | readonly Html[];

/** Puts markup together; every value is text and escaped, unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = strings.reduce((text, string, index) => text + string + markupOf(parts[index]), "");
  return { markup };
}

/** Markup that is known to be harmless, such as the page's own style. */
export function raw(markup: string): Html {
  return { markup };
}

export const nothing = raw("");

function markupOf(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  if ("markup" in part) return part.markup;
  return part.map(({ markup }) => markup).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Names and reasons come from outside: no markup of theirs, and no character that a page must not hold. */
function escaped(text: string): string {
  const lines = text.split("\n").map(harmless).join("\n");
  return lines
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Data for scripts: no text in it can end the element. */
export function jsonElement(data: unknown): Html {
  const json = JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return raw(`<script type="application/json" id="answer">${json}</script>`);
}
