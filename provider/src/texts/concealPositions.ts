import { parseCursor } from "../model/cursor.js";

/** Whether a text may tell where a shard is moved to. */
export type Confidentiality = "open" | "secret";

/** Times as RFC 3339 has them, in whatever spelling a declaration may use. */
const times = /\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})/g;
const perhapsCursors = /[A-Za-z0-9+/]{2,}={0,2}/g;

/**
 * Takes every time and every cursor out of a text. Where the declared position is secret, a line must not tell it: neither
 * as it was written, nor as the place that a shard is moved to. How far, and which way, is still told.
 */
export function concealPositions(text: string): string {
  return text
    .replace(times, "[secret]")
    .replace(perhapsCursors, (word) => (parseCursor(word).ok ? "[secret]" : word));
}
