import { createHash } from "node:crypto";

/** A cursor as clients see it: the padded base64 of a decimal number. */
export function encodeCursor(position: bigint): string {
  return Buffer.from(position.toString()).toString("base64");
}

/**
 * The number in a cursor, or undefined when there is none. Liberal as the service is: padding may be missing and
 * a line feed may trail, both of which official clients send.
 */
export function decodeCursor(cursor: string): bigint | undefined {
  if (!isBase64(cursor)) return undefined;
  const text = Buffer.from(cursor.trim(), "base64").toString("latin1").trim();
  return /^\d{1,19}$/.test(text) ? BigInt(text) : undefined;
}

/** Whether a text is base64 at all, padded or not. */
export function isBase64(text: string): boolean {
  const bare = text.trim().replace(/={1,2}$/, "");
  return /^[A-Za-z0-9+/]+$/.test(bare) && bare.length % 4 !== 1;
}

const lowestBase = 1_400_000_000_000_000_000n;
const spanOfBases = 300_000_000_000_000_000n;

/**
 * The first cursor of a shard. Real ones look like nanoseconds of the shard's birth; these differ from shard to
 * shard, are the same in every run, and are beyond what a JavaScript number holds exactly.
 */
export function firstCursorOf(identity: string): bigint {
  const digest = createHash("sha256").update(identity).digest().readBigUInt64BE();
  return lowestBase + (digest % spanOfBases);
}
