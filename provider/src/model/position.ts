import { type Cursor, parseCursor } from "./cursor.js";
import { type Instant, formatInstant, parseInstant } from "./instant.js";
import { type Parsed, parsed, unparsed } from "./parsed.js";

/**
 * Where a shard shall be moved to, as a user writes it.
 *
 * `instant`: the first log group that the service received at or after it. `previous`: back to where the shard
 * stood before this replay's last move. `keep`: nowhere; the shard is never written.
 */
export type Position =
  | { readonly kind: "instant"; readonly instant: Instant }
  | { readonly kind: "cursor"; readonly cursor: Cursor }
  | { readonly kind: "begin" }
  | { readonly kind: "end" }
  | { readonly kind: "previous" }
  | { readonly kind: "keep" };

const words = ["begin", "end", "previous", "keep"] as const;
const cursorPrefix = "cursor:";

/** Reads a position. `now` only serves the refusal of a duration, which shows what it would mean at this moment. */
export function parsePosition(value: unknown, now: Instant): Parsed<Position> {
  if (typeof value === "number") {
    return unparsed(
      "is a number, which could be seconds, milliseconds or a cursor; write an RFC 3339 instant in quotes",
    );
  }
  if (Array.isArray(value)) return unparsed("is a list; write one position");
  if (value instanceof Date || (typeof value === "object" && value !== null)) {
    return unparsed('is not a string; quote it: an RFC 3339 instant, such as "2026-11-20T08:00:00+08:00"');
  }
  if (typeof value !== "string")
    return unparsed('is not a string; write a position in quotes, such as "begin"');
  return parsePositionText(value, now);
}

function parsePositionText(text: string, now: Instant): Parsed<Position> {
  const word = words.find((known) => known === text);
  if (word !== undefined) return parsed({ kind: word });
  if (text === "none") {
    return unparsed(
      "stands for a shard without a checkpoint, and SLS cannot delete a checkpoint; declare another position for this shard",
    );
  }
  if (text.startsWith(cursorPrefix)) {
    const cursor = parseCursor(text.slice(cursorPrefix.length));
    return cursor.ok ? parsed({ kind: "cursor", cursor: cursor.value }) : cursor;
  }
  if (/^-?P[\dT]/i.test(text)) {
    const example = formatInstant((Math.floor(now / 1_000_000) * 1_000_000) as Instant);
    return unparsed(
      `is a duration, and a duration means a different time on every run; write an instant (the time now is ${example})`,
    );
  }
  const instant = parseInstant(text);
  if (instant.ok) return parsed({ kind: "instant", instant: instant.value });
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) return instant;
  if (parseCursor(text).ok) return unparsed(`is a cursor; write it as ${cursorPrefix}<base64>`);
  return unparsed(
    "is not one of: an RFC 3339 instant with an offset, begin, end, previous, keep, cursor:<base64>",
  );
}

/** Writes a position the one way in which two spellings of it are equal. */
export function formatPosition(position: Position): string {
  switch (position.kind) {
    case "instant":
      return formatInstant(position.instant);
    case "cursor":
      return `${cursorPrefix}${position.cursor}`;
    default:
      return position.kind;
  }
}

export function samePosition(left: Position, right: Position): boolean {
  return formatPosition(left) === formatPosition(right);
}
