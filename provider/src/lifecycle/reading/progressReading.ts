import { formatCheckpoint } from "../../model/checkpoint.js";
import { type Cursor } from "../../model/cursor.js";
import { between, secondsOf } from "../../model/duration.js";
import { formatGroupId } from "../../model/identity.js";
import { formatInstant } from "../../model/instant.js";
import { describeCheckpoint, describeLogGroups, describePosition } from "../../texts/describePosition.js";
import { shardTable } from "../../texts/markdown.js";
import { type Progress, judgeProgress } from "../../rules/progress.js";
import { type Report } from "../../rules/events.js";
import { type SlsClient } from "../../sls/client.js";
import { type ShardReading, readCheckpoints } from "./checkpointsReading.js";
import { type Declared } from "../declared.js";
import { RefusedError } from "../failures.js";
import { readGroupArguments } from "./readingArguments.js";
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
}

/** What `getReplayProgress` answers. */
export async function getProgress(client: SlsClient, declared: Declared) {
  const identity = readGroupArguments("getReplayProgress", declared, ["shards"]);
  const applied = readShards(declared["shards"]);
  const { serverTime, shards } = await readCheckpoints(client, identity);
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
      ),
    );
  const totals = totalsOf(progress);
  const head = `**${formatGroupId(identity)}** at ${formatInstant(serverTime)}: ${describeTotals(totals)}`;
  const columns = ["Shard", "State", "Pinned at", "Stands at", "Still to read again"];
  return {
    readAt: formatInstant(serverTime),
    shards: progress.map(encodeShard),
    totals,
    ...remainingOf(progress),
    notCovered: progress.filter(({ state }) => state === "notCovered").map(({ shard }) => shard),
    text: `${head}\n\n${shardTable(columns, progress.map(describeRow))}`,
  };
}

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
): ShardProgress {
  const known = { shard, applied, reading, progress: undefined };
  if (reading === undefined) return { ...known, state: "gone" };
  if (applied === undefined || applied.status === "kept" || applied.status === "behind")
    return { ...known, state: "notCovered" };
  const pin = pinOf(applied);
  if (pin === undefined) return { ...known, state: "notPinned" };
  const progress = judgeProgress(pin, applied.previous, reading.record.checkpoint, reading.end);
  if (applied.status === "overwritten") return { ...known, progress, state: "overwritten" };
  return { ...known, progress, state: progress.state };
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
  const open = shards.filter(({ state }) => state === "atPin" || state === "reading");
  const known = open.flatMap(({ progress }) => progress?.remaining ?? []);
  if (known.length < open.length) return {};
  return { remainingLogGroups: Number(known.reduce((sum, remaining) => sum + remaining, 0n)) };
}

function encodeShard({ shard, state, applied, reading, progress }: ShardProgress) {
  return {
    shard,
    state,
    ...(applied !== undefined && { status: applied.status, ...pinData(applied) }),
    ...(reading !== undefined && standsData(reading)),
    ...(progress?.done !== undefined && { doneLogGroups: Number(progress.done) }),
    ...(progress?.remaining !== undefined && { remainingLogGroups: Number(progress.remaining) }),
    ...remainingSeconds(applied, reading, progress),
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
  };
}

function standsData({ record, time }: ShardReading) {
  return {
    checkpoint: formatCheckpoint(record.checkpoint),
    ...(time.kind === "at" && { checkpointTime: formatInstant(time.instant) }),
    ...(record.consumer !== undefined && { consumer: record.consumer }),
    ...(record.updateTime !== undefined && { committedAt: formatInstant(record.updateTime) }),
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

function describeRow({ shard, state, applied, reading, progress }: ShardProgress): readonly string[] {
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
  ];
}
