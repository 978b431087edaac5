import { type Checkpoint } from "../model/checkpoint.js";
import { type Cursor, positionOf } from "../model/cursor.js";

/**
 * How far a consumer group came since a pin.
 *
 * `atPin`: nobody read on. `reading`: between the pin and where the shard stood before. `caughtUp`: at or beyond
 * where it stood. `overwritten`: where reading on from the pin cannot lead.
 */
export interface Progress {
  readonly state: "atPin" | "reading" | "caughtUp" | "overwritten";
  /** Log groups from the pin to where it stands. */
  readonly done: bigint | undefined;
  /** Log groups from where it stands back to where it stood; undefined where it stood nowhere. */
  readonly remaining: bigint | undefined;
}

/**
 * Judges where a shard stands after a pin. A shard that was moved forward has nothing to catch up with, and one
 * that stood nowhere before has caught up at the end of the shard.
 *
 * A consumer that saved over a pin that moved back looks like one that has caught up; only the watch of an up can
 * tell the two apart.
 */
export function judgeProgress(
  pin: Cursor,
  previous: Checkpoint | undefined,
  seen: Checkpoint,
  end: Cursor,
): Progress {
  if (seen.kind !== "at") return { state: "overwritten", done: undefined, remaining: undefined };
  const [pinned, stands] = [positionOf(pin), positionOf(seen.cursor)];
  if (stands < pinned) return { state: "overwritten", done: undefined, remaining: undefined };
  const goal = previous?.kind === "at" ? positionOf(previous.cursor) : undefined;
  const remaining = goal === undefined ? undefined : max(goal - stands, 0n);
  const done = stands - pinned;
  if (stands === pinned) return { state: "atPin", done, remaining };
  return { state: stands >= (goal ?? positionOf(end)) ? "caughtUp" : "reading", done, remaining };
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
