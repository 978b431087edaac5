import { formatCheckpoint } from "../../model/checkpoint.js";
import { type Duration, between, describeDuration, secondsOf } from "../../model/duration.js";
import { formatGroupId } from "../../model/identity.js";
import { type Instant, formatInstant } from "../../model/instant.js";
import { type Positions, formatPositions } from "../../model/positions.js";
import { type ShardReading } from "../../rules/groupReading.js";
import { type PositionTime } from "../../rules/observation.js";
import {
  type ReplayProgress,
  type ShardProgress,
  type ShardState,
  isDone,
  pinOf,
} from "../../rules/replayProgress.js";
import { type ReplayedShard } from "../../rules/replayedShard.js";
import { describePace, describeRate } from "../describePace.js";
import { describeCheckpoint, describeLogGroups, describePosition } from "../describePosition.js";
import { describeUntil } from "../describeUntil.js";
import { lines, plural } from "../lines.js";
import { plainText, shardTable } from "../markdown.js";

/** Words what `getReplayProgress` answers. What is not known is absent, never 0. */
export function progressAnswer({ identity, serverTime, shards: progress, until }: ReplayProgress) {
  const totals = totalsOf(progress);
  const open = progress.filter(until === undefined ? isOpen : isLeft);
  const pace = totalPace(open, serverTime);
  const remaining = remainingOf(open);
  const head = `**${plainText(formatGroupId(identity))}** at ${formatInstant(serverTime)}: ${describeTotals(totals)}`;
  const left = until === undefined ? "Still to read again" : "Still to read";
  const columns = ["Shard", "State", "Pinned at", "Stands at", left, "Pace"];
  const [stalled, rewound] = [numbersOf(progress, ({ stalled }) => stalled), numbersOf(progress, isRewound)];
  return {
    id: formatGroupId(identity),
    readAt: formatInstant(serverTime),
    shards: progress.map((shard) => encodeShard(shard, serverTime)),
    totals,
    ...(until !== undefined && encodeUntil(until, progress)),
    ...remaining,
    ...pace,
    ...longestLag(progress),
    notCovered: numbersOf(progress, ({ state }) => state === "notCovered"),
    stalled,
    rewound,
    text: lines(
      head,
      until && describeDone(until, progress),
      describePace({ ...pace, ...remaining, stalled, rewound }),
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

/** Whether something is left to read up to the end that was asked for. */
function isLeft({ done }: ShardProgress): boolean {
  return done === false;
}

function encodeUntil(until: Positions, shards: readonly ShardProgress[]) {
  return {
    until: formatPositions(until),
    done: isDone(shards),
    emptyShards: numbersOf(shards, ({ empty }) => empty),
  };
}

/** Known only where it is known for every shard that still has something to read again. */
function totalPace(shards: readonly ShardProgress[], now: Instant) {
  const open = shards.filter(({ progress }) => progress?.remaining !== 0n);
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
function remainingOf(open: readonly ShardProgress[]): { readonly remainingLogGroups?: number } {
  const known = open.flatMap(({ progress }) => progress?.remaining ?? []);
  if (known.length < open.length) return {};
  return { remainingLogGroups: Number(known.reduce((sum, remaining) => sum + remaining, 0n)) };
}

function encodeShard(progressed: ShardProgress, now: Instant) {
  const { shard, state, applied, reading, progress, pace, timeLeft, stalled } = progressed;
  return {
    shard,
    state,
    ...(applied !== undefined && { status: applied.status, ...pinData(applied) }),
    ...(reading !== undefined && standsData(reading)),
    ...(progress?.done !== undefined && { doneLogGroups: Number(progress.done) }),
    ...(progress?.remaining !== undefined && { remainingLogGroups: Number(progress.remaining) }),
    ...remainingSeconds(progressed),
    ...endData(progressed),
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

function endData({ end, done, empty }: ShardProgress) {
  return {
    ...(end !== undefined && { endCursor: end.cursor }),
    ...(end?.time.kind === "at" && { endTime: formatInstant(end.time.instant) }),
    ...(done !== undefined && { done, empty }),
  };
}

function remainingSeconds({ applied, reading, progress, end }: ShardProgress): {
  readonly remainingSeconds?: number;
} {
  if (progress?.remaining === 0n) return { remainingSeconds: 0 };
  const goal = end === undefined ? applied?.previousTime : instantOf(end.time);
  if (progress?.remaining === undefined || goal === undefined) return {};
  if (reading?.time.kind !== "at") return {};
  return { remainingSeconds: secondsOf(between(goal, reading.time.instant)) };
}

function instantOf(time: PositionTime): Instant | undefined {
  return time.kind === "at" ? time.instant : undefined;
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
  const { shard, applied, reading, progress } = row;
  const pin = applied === undefined ? undefined : pinOf(applied);
  const pinTime = applied?.checkpointTime;
  return [
    String(shard),
    describeState(row),
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

function describeState({ state, applied, done, empty }: ShardProgress): string {
  if (done === true) return empty ? "done, nothing to read" : "done";
  return state === "notPinned" && applied !== undefined
    ? `${states[state]}: ${applied.status}`
    : states[state];
}

/** What is read up to `until`, of the shards that have an end. */
function describeDone(until: Positions, shards: readonly ShardProgress[]): string {
  const ended = shards.filter(({ done }) => done !== undefined);
  const done = ended.filter((shard) => shard.done === true);
  const word = isDone(shards) ? "done" : "not done";
  const count = `${done.length.toLocaleString("en-US")} of ${plural(ended.length, "shard")}`;
  return `${word}: ${count} read ${describeUntil({ positions: until })}`;
}

function describeShardPace({ state, progress, pace, timeLeft, stalled, done }: ShardProgress): string {
  const notes = [...(stalled ? ["stalled"] : []), ...(pace.rewound ? ["rewound"] : [])];
  if (done === true) return notes.join(", ");
  if (state === "atPin" && progress?.remaining !== 0n)
    return ["not started: no commit since the pin", ...notes].join(", ");
  if (state !== "reading") return notes.join(", ");
  const rate = pace.rate === undefined ? [] : [describeRate(rounded(pace.rate))];
  const left = timeLeft === undefined ? [] : [`${describeDuration(timeLeft)} left`];
  return [...rate, ...left, ...notes].join(", ");
}
