import { type DeclaredFrom } from "./trace.ts";

/** Where a declaration wants one shard, in one spelling for what is the same. */
export function positionOf(from: DeclaredFrom, shard: number): string {
  if (typeof from === "string") return canonical(from);
  return canonical(from[String(shard)] ?? from["*"] ?? "keep");
}

/** Where a declaration wants all shards that it does not name. */
export function positionOfOthers(from: DeclaredFrom): string {
  return canonical(typeof from === "string" ? from : (from["*"] ?? "keep"));
}

export function names(from: DeclaredFrom, shard: number): boolean {
  return typeof from !== "string" && from[String(shard)] !== undefined;
}

function canonical(position: string): string {
  const at = instantOf(position);
  return at === undefined ? position : new Date(at).toISOString();
}

/** An instant in Unix milliseconds; undefined for every other position. */
export function instantOf(position: string): number | undefined {
  return /^\d{4}-/.test(position) ? Date.parse(position) : undefined;
}

/** What GetCursor is asked for to find a position; undefined where a cursor is not looked up. */
export function askedOfService(position: string): string | undefined {
  if (position === "begin" || position === "end") return position;
  const at = instantOf(position);
  return at === undefined ? undefined : String(Math.floor(at / 1_000));
}

/** The number in a cursor; undefined where there is none. */
export function numberOf(cursor: string): bigint | undefined {
  const text = Buffer.from(cursor, "base64").toString("latin1");
  return /^\d+$/.test(text) ? BigInt(text) : undefined;
}

/** Milliseconds of the durations that histories declare. */
export function millisecondsOf(duration: string): number {
  const [, days = "0", hours = "0"] = /^P(?:(\d+)D)?(?:T(\d+)H)?$/.exec(duration) ?? [];
  return (Number(days) * 24 + Number(hours)) * 3_600_000;
}
