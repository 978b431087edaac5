import { formatCheckpoint } from "../../model/checkpoint.js";
import { type Cursor, positionOf } from "../../model/cursor.js";
import { type Duration, between, describeDuration, secondsOf } from "../../model/duration.js";
import { formatGroupId } from "../../model/identity.js";
import { type Instant, formatInstant } from "../../model/instant.js";
import { describeCheckpoint, describeLogGroups, describePosition } from "../../texts/describePosition.js";
import { lines } from "../../texts/lines.js";
import { shardTable } from "../../texts/markdown.js";
import { type Progress, judgeProgress } from "../../rules/progress.js";
import { type Pace, type Milestone, isStalled, paceOf, timeLeft } from "../../rules/pace.js";
import { describePace, describeRate } from "../../texts/describePace.js";
import { type Report } from "../../rules/events.js";
import { type SlsClient } from "../../sls/client.js";
import { type ShardReading, readCheckpoints } from "./checkpointsReading.js";
import { type Declared } from "../declared.js";
import { RefusedError } from "../failures.js";
import { readGroupArguments } from "./readingArguments.js";
import { type EarlierLook, decodeEarlierLook } from "./earlierLook.js";
import { type ReplayedShard, decodeReplayedShards } from "./replayedShards.js";

/**
 * How far a shard is: what `judgeProgress` says of one that was pinned, else why there is nothing to judge.
 *
 * `notPinned`: the replay is not finished there, or has expired. `notCovered`: the replay left it alone, or does not
 * know it. `gone`: the logstore has it no more.
 */
export type ShardState = Progress["state"] | "notPinned" | "notCovered" | "gone";

interface ShardProgress {
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

/** What all shards are judged by. */
interface Look {
  readonly serverTime: Instant;
  readonly timeout: Duration;
  readonly earlier: EarlierLook | undefined;
}

/** What `getReplayProgress` answers. */
export async function getProgress(client: SlsClient, declared: Declared) {
  const identity = readGroupArguments("getReplayProgress", declared, ["shards", "since"]);
  const applied = readShards(declared["shards"]);
  const earlier = readEarlier(declared["since"]);
  const { serverTime, timeout, shards } = await readCheckpoints(client, identity);
  const numbers = new Set([
    ...shards.map(({ record }) => record.shard),
    ...applied.map(({ shard }) => shard),
  ]);
  const progress = [...numbers]
    .sort((left, right) => left - right)
    .map((shard) =>
      progressOf(
        shard,
        applied.find((candidate) => candidate.shard === shard),
        shards.find(({ record }) => record.shard === shard),
        { serverTime, timeout, earlier },
      ),
    );
  const totals = totalsOf(progress);
  const pace = totalPace(progress, serverTime);
  const head = `**${formatGroupId(identity)}** at ${formatInstant(serverTime)}: ${describeTotals(totals)}`;
  const columns = ["Shard", "State", "Pinned at", "Stands at", "Still to read again", "Pace"];
  const [stalled, rewound] = [numbersOf(progress, ({ stalled }) => stalled), numbersOf(progress, isRewound)];
  return {
    id: formatGroupId(identity),
    readAt: formatInstant(serverTime),
    shards: progress.map((shard) => encodeShard(shard, serverTime)),
    totals,
    ...remainingOf(progress),
    ...pace,
    ...longestLag(progress),
    notCovered: numbersOf(progress, ({ state }) => state === "notCovered"),
    stalled,
    rewound,
    text: lines(
      head,
      describePace({ ...pace, ...remainingOf(progress), stalled, rewound }),
      "",
      shardTable(columns, progress.map(describeRow)),
    ),
  };
}

function numbersOf(
  shards: readonly ShardProgress[],
  holds: (shard: ShardProgress) => boolean,
): readonly number[] {
  return shards.filter(holds).map(({ shard }) => shard);
}

function isRewound({ pace }: ShardProgress): boolean {
  return pace.rewound;
}

function isOpen({ state }: ShardProgress): boolean {
  return state === "atPin" || state === "reading";
}

/** Known only where it is known for every shard that still has something to read again. */
function totalPace(shards: readonly ShardProgress[], now: Instant) {
  const open = shards.filter((shard) => isOpen(shard) && shard.progress?.remaining !== 0n);
  const rates = open.flatMap(({ pace }) => pace.rate ?? []);
  const lefts = open.flatMap(({ shard, timeLeft }) => (timeLeft === undefined ? [] : [{ shard, timeLeft }]));
  const slowest = lefts.toSorted((left, right) => right.timeLeft - left.timeLeft)[0];
  return {
    ...(open.length > 0 &&
      rates.length === open.length && {
        logGroupsPerSecond: rounded(rates.reduce((sum, rate) => sum + rate, 0)),
      }),
    ...(slowest !== undefined &&
      lefts.length === open.length && { ...etaData(slowest.timeLeft, now), slowestShard: slowest.shard }),
  };
}

function longestLag(shards: readonly ShardProgress[]): { readonly lagSeconds?: number } {
  const readings = shards.flatMap(({ reading }) => reading ?? []);
  const lags = readings.flatMap(({ lagTime }) => lagTime ?? []);
  if (lags.length < readings.length || lags.length === 0) return {};
  return { lagSeconds: secondsOf(Math.max(...lags) as Duration) };
}

function etaData(left: Duration, now: Instant) {
  return { etaSeconds: secondsOf(left), doneAt: formatInstant((now + left) as Instant) };
}

/** Three digits that count; more were never seen. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(3));
}

function readEarlier(since: unknown): EarlierLook | undefined {
  if (since === undefined) return undefined;
  try {
    return decodeEarlierLook(since);
  } catch (cause) {
    throw new RefusedError(wrongEarlier, { cause });
  }
}

const wrongEarlier: Report = {
  kind: "arguments",
  name: "getReplayProgress",
  problems: ["since is not an earlier answer of getReplayProgress"],
};

function readShards(shards: unknown): readonly ReplayedShard[] {
  try {
    return decodeReplayedShards(shards);
  } catch (cause) {
    throw new RefusedError(wrongShards, { cause });
  }
}

const wrongShards: Report = {
  kind: "arguments",
  name: "getReplayProgress",
  problems: [
    "shards is not the output of a ConsumerGroupReplay; pass replay.shards, " +
      "to getReplayProgressOutput where the replay is declared in the same program",
  ],
};

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
  { serverTime, timeout, earlier }: Look,
) {
  const { checkpoint, updateTime } = reading.record;
  if (checkpoint.kind !== "at") return noPace;
  const now: Milestone = { at: serverTime, position: positionOf(checkpoint.cursor), lag: reading.lag };
  const from = applied.pinnedAt && { at: applied.pinnedAt, position: positionOf(pin), lag: undefined };
  const pace = paceOf(from, earlier?.milestoneOf(reading.record.shard), now);
  const left = progress.remaining ?? reading.lag;
  return {
    pace,
    timeLeft: progress.state === "overwritten" ? undefined : timeLeft(progress.remaining, pace.rate),
    stalled: progress.state !== "caughtUp" && isStalled(left, updateTime, serverTime, timeout),
  };
}

const pinned: readonly ReplayedShard["status"][] = ["pinned", "alreadyThere", "overwritten"];

function pinOf({ status, checkpoint }: ReplayedShard): Cursor | undefined {
  return pinned.includes(status) ? checkpoint : undefined;
}

function totalsOf(shards: readonly ShardProgress[]): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  for (const { state } of shards) totals[state] = (totals[state] ?? 0) + 1;
  return totals;
}

/** Known only where it is known for every shard that still has something to read again. */
function remainingOf(shards: readonly ShardProgress[]): { readonly remainingLogGroups?: number } {
  const open = shards.filter(isOpen);
  const known = open.flatMap(({ progress }) => progress?.remaining ?? []);
  if (known.length < open.length) return {};
  return { remainingLogGroups: Number(known.reduce((sum, remaining) => sum + remaining, 0n)) };
}

function encodeShard(
  { shard, state, applied, reading, progress, pace, timeLeft, stalled }: ShardProgress,
  now: Instant,
) {
  return {
    shard,
    state,
    ...(applied !== undefined && { status: applied.status, ...pinData(applied) }),
    ...(reading !== undefined && standsData(reading)),
    ...(progress?.done !== undefined && { doneLogGroups: Number(progress.done) }),
    ...(progress?.remaining !== undefined && { remainingLogGroups: Number(progress.remaining) }),
    ...remainingSeconds(applied, reading, progress),
    ...(pace.rate !== undefined && { logGroupsPerSecond: rounded(pace.rate) }),
    ...(pace.since !== undefined && { rateSince: formatInstant(pace.since) }),
    ...(timeLeft !== undefined && etaData(timeLeft, now)),
    ...(pace.trend !== undefined && { trend: pace.trend }),
    ...(stalled && { stalled }),
    ...(pace.rewound && { rewound: true }),
  };
}

function pinData(applied: ReplayedShard) {
  const { checkpoint, checkpointTime, previous, previousTime } = applied;
  const isPinned = pinOf(applied) !== undefined;
  return {
    ...(isPinned && checkpoint !== undefined && { pin: checkpoint }),
    ...(isPinned && checkpointTime !== undefined && { pinTime: formatInstant(checkpointTime) }),
    ...(previous !== undefined && { previousCheckpoint: formatCheckpoint(previous) }),
    ...(previousTime !== undefined && { previousCheckpointTime: formatInstant(previousTime) }),
    ...(isPinned && applied.pinnedAt !== undefined && { pinnedAt: formatInstant(applied.pinnedAt) }),
  };
}

function standsData({ record, time, lag, lagTime, lost }: ShardReading) {
  return {
    checkpoint: formatCheckpoint(record.checkpoint),
    ...(time.kind === "at" && { checkpointTime: formatInstant(time.instant) }),
    ...(record.consumer !== undefined && { consumer: record.consumer }),
    ...(record.updateTime !== undefined && { committedAt: formatInstant(record.updateTime) }),
    ...(lag !== undefined && { lagLogGroups: Number(lag) }),
    ...(lagTime !== undefined && { lagSeconds: secondsOf(lagTime) }),
    ...(lost !== undefined && { lostLogGroups: Number(lost) }),
  };
}

function remainingSeconds(
  applied: ReplayedShard | undefined,
  reading: ShardReading | undefined,
  progress: Progress | undefined,
): { readonly remainingSeconds?: number } {
  if (progress?.remaining === 0n) return { remainingSeconds: 0 };
  if (progress?.remaining === undefined || applied?.previousTime === undefined) return {};
  if (reading?.time.kind !== "at") return {};
  return { remainingSeconds: secondsOf(between(applied.previousTime, reading.time.instant)) };
}

const states: Readonly<Record<ShardState, string>> = {
  atPin: "at the pin, not read yet",
  reading: "reading",
  caughtUp: "caught up",
  overwritten: "overwritten",
  notPinned: "not pinned",
  notCovered: "not part of the replay",
  gone: "gone from the logstore",
};

function describeTotals(totals: Readonly<Record<string, number>>): string {
  const parts = Object.entries(states).flatMap(([state, name]) => {
    const count = totals[state];
    return count === undefined ? [] : [`${count.toLocaleString("en-US")} ${name}`];
  });
  return parts.join("; ") || "no shards";
}

function describeRow(row: ShardProgress): readonly string[] {
  const { shard, state, applied, reading, progress } = row;
  const pin = applied === undefined ? undefined : pinOf(applied);
  const pinTime = applied?.checkpointTime;
  return [
    String(shard),
    state === "notPinned" && applied !== undefined ? `${states[state]}: ${applied.status}` : states[state],
    pin === undefined
      ? ""
      : [pinTime === undefined ? [] : formatInstant(pinTime), describeCheckpoint({ kind: "at", cursor: pin })]
          .flat()
          .join("  "),
    reading === undefined ? "" : describePosition(reading.record.checkpoint, reading.time),
    progress?.remaining === undefined ? "" : describeLogGroups(progress.remaining),
    describeShardPace(row),
  ];
}

function describeShardPace({ state, progress, pace, timeLeft, stalled }: ShardProgress): string {
  const notes = [...(stalled ? ["stalled"] : []), ...(pace.rewound ? ["rewound"] : [])];
  if (state === "atPin" && progress?.remaining !== 0n)
    return ["not started: no commit since the pin", ...notes].join(", ");
  if (state !== "reading") return notes.join(", ");
  const rate = pace.rate === undefined ? [] : [describeRate(rounded(pace.rate))];
  const left = timeLeft === undefined ? [] : [`${describeDuration(timeLeft)} left`];
  return [...rate, ...left, ...notes].join(", ");
}
