import { type Cursor, positionOf } from "../model/cursor.js";
import { type Duration } from "../model/duration.js";
import { type GroupIdentity } from "../model/identity.js";
import { type Instant } from "../model/instant.js";
import { type GroupReading, type ShardReading } from "./groupReading.js";
import { type Milestone, type Pace, isStalled, paceOf, timeLeft } from "./pace.js";
import { type Progress, judgeProgress } from "./progress.js";
import { type ReplayedShard } from "./replayedShard.js";

/**
 * How far a shard is: what `judgeProgress` says of one that was pinned, else why there is nothing to judge.
 *
 * `notPinned`: the replay is not finished there, or has expired. `notCovered`: the replay left it alone, or does not
 * know it. `gone`: the logstore has it no more.
 */
export type ShardState = Progress["state"] | "notPinned" | "notCovered" | "gone";

/** How far the consumers came in one shard of a replay. */
export interface ShardProgress {
  readonly shard: number;
  readonly state: ShardState;
  readonly applied: ReplayedShard | undefined;
  readonly reading: ShardReading | undefined;
  readonly progress: Progress | undefined;
  readonly pace: Pace;
  readonly timeLeft: Duration | undefined;
  /** Nobody has committed for long, though there is something to read. */
  readonly stalled: boolean;
}

/** How far the consumers came since a replay. */
export interface ReplayProgress {
  readonly identity: GroupIdentity;
  readonly serverTime: Instant;
  readonly shards: readonly ShardProgress[];
}

/** What all shards are judged by. */
interface Look {
  readonly serverTime: Instant;
  readonly timeout: Duration;
  readonly earlierOf: EarlierOf;
}

/** Where a shard stood at an earlier look, where there was one. */
type EarlierOf = (shard: number) => Milestone | undefined;

/** Judges every shard of the logstore and of the replay, by its id. */
export function judgeReplay(
  applied: readonly ReplayedShard[],
  reading: GroupReading,
  earlierOf: EarlierOf,
): ReplayProgress {
  const { identity, serverTime, timeout } = reading;
  const numbers = new Set([
    ...reading.shards.map(({ record }) => record.shard),
    ...applied.map(({ shard }) => shard),
  ]);
  const shards = [...numbers]
    .sort((left, right) => left - right)
    .map((shard) =>
      progressOf(
        shard,
        applied.find((candidate) => candidate.shard === shard),
        reading.shards.find(({ record }) => record.shard === shard),
        { serverTime, timeout, earlierOf },
      ),
    );
  return { identity, serverTime, shards };
}

function progressOf(
  shard: number,
  applied: ReplayedShard | undefined,
  reading: ShardReading | undefined,
  look: Look,
): ShardProgress {
  const known = { shard, applied, reading, progress: undefined, ...noPace };
  if (reading === undefined) return { ...known, state: "gone" };
  if (applied === undefined || applied.status === "kept" || applied.status === "behind")
    return { ...known, state: "notCovered" };
  const pin = pinOf(applied);
  if (pin === undefined) return { ...known, state: "notPinned" };
  const progress = judgeProgress(pin, applied.previous, reading.record.checkpoint, reading.end);
  const judged = { ...known, progress, ...paceData(pin, applied, reading, progress, look) };
  if (applied.status === "overwritten") return { ...judged, state: "overwritten" };
  return { ...judged, state: progress.state };
}

const noPace = { pace: { rewound: false }, timeLeft: undefined, stalled: false };

function paceData(
  pin: Cursor,
  applied: ReplayedShard,
  reading: ShardReading,
  progress: Progress,
  { serverTime, timeout, earlierOf }: Look,
) {
  const { checkpoint, updateTime } = reading.record;
  if (checkpoint.kind !== "at") return noPace;
  const now: Milestone = { at: serverTime, position: positionOf(checkpoint.cursor), lag: reading.lag };
  const from = applied.pinnedAt && { at: applied.pinnedAt, position: positionOf(pin), lag: undefined };
  const pace = paceOf(from, earlierOf(reading.record.shard), now);
  const left = progress.remaining ?? reading.lag;
  return {
    pace,
    timeLeft: progress.state === "overwritten" ? undefined : timeLeft(progress.remaining, pace.rate),
    stalled: progress.state !== "caughtUp" && isStalled(left, updateTime, serverTime, timeout),
  };
}

const pinned: readonly ReplayedShard["status"][] = ["pinned", "alreadyThere", "overwritten"];

/** Where a replay pinned a shard; undefined where it did not. */
export function pinOf({ status, checkpoint }: ReplayedShard): Cursor | undefined {
  return pinned.includes(status) ? checkpoint : undefined;
}
