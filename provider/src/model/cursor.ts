import { type Parsed, parsed, unparsed } from "./parsed.js";

declare const cursorBrand: unique symbol;

/**
 * A position in one shard, as SLS writes it: padded standard base64 of a decimal 64-bit integer.
 *
 * Cursors of two shards are not comparable, and the digits are not a time (docs/protocol.md 4.1).
 */
export type Cursor = string & { readonly [cursorBrand]: true };

const maxPosition = 2n ** 64n - 1n;
const base64Text = /^[A-Za-z0-9+/]+={0,2}$/;
const decimalText = /^\d{1,20}$/;

/**
 * Reads a cursor. SLS's own tools print some without padding or with a line feed, inside the base64 or
 * behind it: both are read, and the cursor returned is spelled the strict way.
 */
export function parseCursor(text: string): Parsed<Cursor> {
  const trimmed = text.trim();
  if (trimmed === "") return unparsed("is empty; a cursor is base64 of a decimal integer");
  if (decimalText.test(trimmed)) return unparsed("is the number itself; a cursor is base64 of it");
  if (!base64Text.test(trimmed) || trimmed.replace(/=+$/, "").length % 4 === 1) {
    return unparsed("is not base64; a cursor is base64 of a decimal integer");
  }
  const decoded = Buffer.from(trimmed, "base64").toString("latin1").trim();
  if (!decimalText.test(decoded)) {
    return unparsed(
      "is base64, but not of a decimal integer; copy a cursor that GetCursor or GetCheckPoint answered",
    );
  }
  const position = BigInt(decoded);
  if (position > maxPosition)
    return unparsed(
      "is a number beyond 64 bits, which no shard reaches; copy a cursor that GetCursor or GetCheckPoint answered",
    );
  return parsed(cursorAt(position));
}

/** Writes the cursor of a position. */
export function cursorAt(position: bigint): Cursor {
  return Buffer.from(position.toString(), "latin1").toString("base64") as Cursor;
}

/** The number behind a cursor: consecutive log groups of a shard have consecutive numbers. */
export function positionOf(cursor: Cursor): bigint {
  return BigInt(Buffer.from(cursor, "base64").toString("latin1"));
}
