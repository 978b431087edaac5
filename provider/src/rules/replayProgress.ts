import { type Checkpoint } from "../model/checkpoint.js";
import { type Cursor, positionOf } from "../model/cursor.js";
import { type Duration } from "../model/duration.js";
import { type GroupIdentity } from "../model/identity.js";
import { type Instant } from "../model/instant.js";
import { type Positions } from "../model/positions.js";
import { type GroupReading, type ShardReading } from "./groupReading.js";
import { type Milestone, type Pace, isStalled, paceOf, timeLeft } from "./pace.js";
import { type Progress, judgeProgress } from "./progress.js";
import { type ReplayedShard } from "./replayedShard.js";
import { type ShardEnd, type Until, logGroupsUntil } from "./until.js";

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
  /** Where reading ends, where that was asked for. */
  readonly end: ShardEnd | undefined;
  /** Whether it was read up to its end; undefined where it has none. */
  readonly done: boolean | undefined;
  /** Whether nothing lies between where reading began and its end. */
  readonly empty: boolean;
}

/** How far the consumers came since a replay. */
export interface ReplayProgress {
  readonly identity: GroupIdentity;
  readonly serverTime: Instant;
  readonly shards: readonly ShardProgress[];
  /** Where reading ends, where that was asked for: it takes the place of where each shard stood before. */
  readonly until: Positions | undefined;
}

/** What all shards are judged by. */
interface Look {
  readonly serverTime: Instant;
  readonly timeout: Duration;
  readonly earlierOf: EarlierOf;
  readonly until: Until | undefined;
}

/** Where a shard stood at an earlier look, where there was one. */
type EarlierOf = (shard: number) => Milestone | undefined;

/** Judges every shard of the logstore and of the replay, by its id. */
export function judgeReplay(
  applied: readonly ReplayedShard[],
  reading: GroupReading,
  earlierOf: EarlierOf,
  until: Until | undefined,
): ReplayProgress {
  const { identity, serverTime, timeout } = reading;
  const appliedOf = new Map(applied.map((replayed) => [replayed.shard, replayed]));
  const readingOf = new Map(reading.shards.map((read) => [read.record.shard, read]));
  const shards = [...new Set([...readingOf.keys(), ...appliedOf.keys()])]
    .sort((left, right) => left - right)
    .map((shard) =>
      progressOf(shard, appliedOf.get(shard), readingOf.get(shard), {
        serverTime,
        timeout,
        earlierOf,
        until,
      }),
    );
  return { identity, serverTime, shards, until: until?.positions };
}

function progressOf(
  shard: number,
  applied: ReplayedShard | undefined,
  reading: ShardReading | undefined,
  look: Look,
): ShardProgress {
  const known = { shard, applied, reading, progress: undefined, ...noPace, ...noEnd };
  if (reading === undefined) return { ...known, state: "gone" };
  const end = look.until?.endOf(shard);
  if (applied === undefined || applied.status === "kept" || applied.status === "behind")
    return { ...known, state: "notCovered", ...(end !== undefined && readBesides(reading, end)) };
  const pin = pinOf(applied);
  if (pin === undefined)
    return { ...known, state: "notPinned", ...(end !== undefined && { end, done: false }) };
  if (end !== undefined) return { ...known, ...readToEnd(pin, applied, reading, end, look) };
  const progress = judgeProgress(pin, applied.previous, reading.record.checkpoint, reading.end);
  const judged = { ...known, progress, ...paceData(pin, applied, reading, progress, look) };
  if (applied.status === "overwritten") return { ...judged, state: "overwritten" };
  return { ...judged, state: progress.state };
}

/** Where reading has an end, that is the goal, and where the shard stood before is none. */
function readToEnd(pin: Cursor, applied: ReplayedShard, reading: ShardReading, end: ShardEnd, look: Look) {
  const goal: Checkpoint = { kind: "at", cursor: end.cursor };
  const judged = judgeProgress(pin, goal, reading.record.checkpoint, reading.end);
  // Whoever saved over a pin may stand at the end without having read anything.
  const progress = applied.status === "overwritten" ? overwritten : judged;
  return {
    progress,
    ...paceData(pin, applied, reading, progress, look),
    state: progress.state,
    end,
    done: progress.remaining === 0n,
    empty: logGroupsUntil(pin, end) === 0n,
  };
}

const overwritten: Progress = { state: "overwritten", done: undefined, remaining: undefined };

const noEnd = { end: undefined, done: undefined, empty: false };

/**
 * How far a shard is that the replay did not pin, such as one that a split has made since: consumers read it from
 * its begin. In an ordered group it is handed out only when its parent was read to its own end, which reading that
 * ends before never does; but then all it holds is younger than `until`, so that it is empty.
 */
function readBesides({ record, begin }: ShardReading, end: ShardEnd) {
  const { checkpoint } = record;
  if (checkpoint.kind === "undecodable") return { end, done: false };
  const isUntouched = checkpoint.kind === "none";
  const remaining = logGroupsUntil(isUntouched ? begin : checkpoint.cursor, end);
  return {
    end,
    progress: { state: "reading", done: undefined, remaining } as const,
    done: remaining === 0n,
    empty: isUntouched && remaining === 0n,
  };
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

/** Whether every shard that has an end was read up to it; a shard that is gone holds nothing any more. */
export function isDone(shards: readonly ShardProgress[]): boolean {
  return shards.every(({ done }) => done !== false);
}
