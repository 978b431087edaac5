/**
 * Makes a text harmless that was not written by this package: a consumer's name, a reason, an answer of the service.
 * It stays on its line, moves no cursor of a terminal, turns no reading direction around, and is no command to a
 * build server that reads the log.
 */
export function harmless(text: string): string {
  return text
    .replace(unshowable, " ")
    .replace(/^(\s*):(?=:)/, "$1: ")
    .replace(/##(?=[\w-]*\[)/g, "# #");
}

/** A name of anything, as a sentence repeats it: harmless, and no longer than names are. */
export function harmlessName(name: string): string {
  return harmless(name.length <= longestName ? name : `${name.slice(0, longestName)}…`);
}

const longestName = 128;

/** Control characters, line breaks of every kind, and the marks that reorder what stands around them. */
const unshowable = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** The same data with every text in it made harmless. Errors stay: their messages were when they were made. */
export function harmlessData<Data>(data: Data): Data {
  return mapped(data) as Data;
}

function mapped(value: unknown): unknown {
  if (typeof value === "string") return harmless(value);
  if (Array.isArray(value)) return value.map(mapped);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [mapped(key), mapped(item)]));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapped(item)]));
}
