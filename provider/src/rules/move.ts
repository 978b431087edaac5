import { type Checkpoint } from "../model/checkpoint.js";
import { type Cursor, positionOf } from "../model/cursor.js";
import { type Duration, between } from "../model/duration.js";
import { type Instant } from "../model/instant.js";
import { type PositionTime, type ShardObservation } from "./observation.js";

/**
 * What moving a shard to its target does to the consumers.
 *
 * `back`: log groups are read again. `forward`: log groups are never read. `set`: the group has no position
 * within the shard, so what it would have read without the move is not known.
 */
export interface Move {
  readonly shard: number;
  readonly from: Checkpoint;
  readonly fromTime: PositionTime;
  readonly to: Cursor;
  readonly toTime: PositionTime;
  /** Set where the target is the shard's end: nothing that is there is read, and `toTime` is that of the log group before it. */
  readonly toEnd?: true;
  readonly direction: "back" | "forward" | "set";
  /** Log groups between where it stands and the target; undefined where that is not known. */
  readonly logGroups: bigint | undefined;
  /** How far the move reaches in receive time: what `maxMove` bounds. */
  readonly span: Duration;
}

/** Works out the move from where a shard stands to a target within its window. */
export function moveOf(shard: ShardObservation, target: Cursor, serverTime: Instant): Move {
  const known = {
    shard: shard.shard,
    from: shard.record.checkpoint,
    fromTime: shard.currentTime,
    to: target,
    toTime: shard.targetTime,
    ...(target === shard.end && { toEnd: true as const }),
  };
  const from = positionWithin(shard);
  if (from === undefined) {
    return { ...known, direction: "set", logGroups: undefined, span: spanToNow(shard, target, serverTime) };
  }
  const to = positionOf(target);
  return {
    ...known,
    direction: to < from ? "back" : "forward",
    logGroups: to < from ? from - to : to - from,
    span: spanBetween(shard.currentTime, shard.targetTime),
  };
}

function positionWithin(shard: ShardObservation): bigint | undefined {
  const { checkpoint } = shard.record;
  return checkpoint.kind === "at" && shard.currentTime.kind !== "outside"
    ? positionOf(checkpoint.cursor)
    : undefined;
}

/** What cannot be measured is further than any bound, never 0. */
const unmeasurable = Number.POSITIVE_INFINITY as Duration;

function spanBetween(from: PositionTime, to: PositionTime): Duration {
  return from.kind === "at" && to.kind === "at" ? between(from.instant, to.instant) : unmeasurable;
}

/** Nothing lies between the end of a shard and now. */
function spanToNow(shard: ShardObservation, target: Cursor, serverTime: Instant): Duration {
  if (target === shard.end) return 0 as Duration;
  return shard.targetTime.kind === "at" ? between(serverTime, shard.targetTime.instant) : unmeasurable;
}
