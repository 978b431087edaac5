import { formatCheckpoint } from "../../model/checkpoint.js";
import { type Duration, between, describeDuration, secondsOf } from "../../model/duration.js";
import { formatGroupId } from "../../model/identity.js";
import { type Instant, formatInstant } from "../../model/instant.js";
import { type ShardReading } from "../../rules/groupReading.js";
import { type Progress } from "../../rules/progress.js";
import {
  type ReplayProgress,
  type ShardProgress,
  type ShardState,
  pinOf,
} from "../../rules/replayProgress.js";
import { type ReplayedShard } from "../../rules/replayedShard.js";
import { describePace, describeRate } from "../describePace.js";
import { describeCheckpoint, describeLogGroups, describePosition } from "../describePosition.js";
import { lines } from "../lines.js";
import { shardTable } from "../markdown.js";

/** Words what `getReplayProgress` answers. What is not known is absent, never 0. */
export function progressAnswer({ identity, serverTime, shards: progress }: ReplayProgress) {
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
  atPin: "at the pin, nobody read on",
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
