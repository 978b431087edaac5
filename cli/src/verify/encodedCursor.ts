import { ProbeFailure } from "./wireFailures.js";

/** The base64 of a text, which is what a cursor looks like. */
export function encodedCursor(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The cursor so many log groups after another one, or before it. */
export function shiftedCursor(cursor: string, by: bigint): string {
  const text = Buffer.from(cursor.trim(), "base64").toString("latin1").trim();
  if (!/^\d{1,19}$/.test(text))
    throw new ProbeFailure(`the cursor ${JSON.stringify(cursor)} has no number in it`);
  return encodedCursor(String(BigInt(text) + by));
}
