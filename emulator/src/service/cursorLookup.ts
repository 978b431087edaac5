import type { AssumptionBook } from "./assumptions.js";
import { decodeCursor } from "./cursor.js";
import { refusals } from "./refusals.js";
import type { Shard } from "./shard.js";

/** Where a cursor is asked for: at the ends of what is there, or at an instant (Unix milliseconds). */
export type CursorPlace = "begin" | "end" | number;

/** GetCursor: times before the window give its begin, times after it the end. */
export function findCursor(shard: Shard, place: CursorPlace, horizon: number): bigint {
  if (place === "begin") return shard.begin(horizon);
  if (place === "end") return shard.end;
  return shard.cursorSince(place, horizon);
}

/** GetCursorTime: when the log group at a cursor was received, in Unix seconds. */
export function findCursorTime(
  shard: Shard,
  cursor: string,
  horizon: number,
  assumptions: AssumptionBook,
): number {
  const position = decodeCursor(cursor);
  if (position === undefined) throw refusals.invalidCursor(cursor);
  const group = shard.groupAt(position, horizon) ?? groupBeforeEnd(shard, position, horizon, assumptions);
  if (group === undefined) throw refusals.invalidCursor(cursor);
  return Math.floor(group.receivedAt / 1000);
}

function groupBeforeEnd(shard: Shard, position: bigint, horizon: number, assumptions: AssumptionBook) {
  if (position !== shard.end || assumptions.decide("endCursorTime") === "error") return undefined;
  return shard.groupAt(position - 1n, horizon);
}
