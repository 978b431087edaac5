import { type CheckpointRecord, formatCheckpoint } from "../../model/checkpoint.js";
import { type Cursor, positionOf } from "../../model/cursor.js";
import { type Duration, between, describeDuration, secondsOf } from "../../model/duration.js";
import { type GroupIdentity, formatGroupId } from "../../model/identity.js";
import { type Instant, formatInstant } from "../../model/instant.js";
import { describeLogGroups, describePosition } from "../../texts/describePosition.js";
import { shardTable } from "../../texts/markdown.js";
import { type PositionTime } from "../../rules/observation.js";
import { type Shard } from "../../sls/calls.js";
import { type SlsClient } from "../../sls/client.js";
import { type Declared } from "../declared.js";
import { type Window, inOrder, latest, lookAtGroup, recordOf, timeOfCheckpoint } from "../observe.js";
import { readGroupArguments } from "./readingArguments.js";

/** Where one shard of a group stands, and how far behind its end. */
export interface ShardReading {
  readonly status: Shard["status"];
  readonly record: CheckpointRecord;
  readonly begin: Cursor;
  readonly end: Cursor;
  readonly time: PositionTime;
  /** Log groups between checkpoint and end; undefined without a checkpoint that is a position within the shard. */
  readonly lag: bigint | undefined;
  /** From the log group at the checkpoint to the service's clock; 0 where nothing is left to read. */
  readonly lagTime: Duration | undefined;
  /** Log groups that expired before they were read; undefined where none did. */
  readonly lost: bigint | undefined;
}

export interface GroupReading {
  readonly serverTime: Instant;
  /** After how long without a heartbeat the group gives a consumer's shards to others. */
  readonly timeout: Duration;
  readonly shards: readonly ShardReading[];
}

/** Reads where a group stands in every shard, with times. */
export async function readCheckpoints(client: SlsClient, identity: GroupIdentity): Promise<GroupReading> {
  const { shards, group, checkpoints } = await lookAtGroup(client, identity);
  const serverTime = latest(shards.serverTime, group.serverTime, checkpoints.serverTime);
  const readings = shards.value.map((shard) =>
    readShard(client, identity, shard, recordOf(checkpoints.value, shard.shard), serverTime),
  );
  return { serverTime, timeout: group.value.timeout, shards: await inOrder(readings) };
}

async function readShard(
  client: SlsClient,
  identity: GroupIdentity,
  { shard, status }: Shard,
  record: CheckpointRecord,
  serverTime: Instant,
): Promise<ShardReading> {
  const target = { ...identity, shard };
  const [begin, end] = await inOrder([client.getCursor(target, "begin"), client.getCursor(target, "end")]);
  const window = { begin: begin.value, end: end.value };
  const time = await timeOfCheckpoint(client, target, window, record.checkpoint);
  const lag = lagOf(record, window, time);
  const lagTime =
    lag === 0n
      ? between(serverTime, serverTime)
      : time.kind === "at"
        ? between(serverTime, time.instant)
        : undefined;
  return { status, record, ...window, time, lag, lagTime, lost: lostOf(record, window) };
}

/** A checkpoint before the oldest log group that is kept: what lay between was never read, and is gone. */
function lostOf({ checkpoint }: CheckpointRecord, { begin }: Window): bigint | undefined {
  if (checkpoint.kind !== "at") return undefined;
  const lost = positionOf(begin) - positionOf(checkpoint.cursor);
  return lost > 0n ? lost : undefined;
}

/** Nothing is left to read in a shard that holds nothing, wherever the group stands. */
function lagOf(
  { checkpoint }: CheckpointRecord,
  { begin, end }: Window,
  time: PositionTime,
): bigint | undefined {
  if (begin === end) return 0n;
  if (checkpoint.kind !== "at" || time.kind === "outside") return undefined;
  return positionOf(end) - positionOf(checkpoint.cursor);
}

/** What `getConsumerGroupCheckpoints` answers. What is not known is absent, never 0. */
export async function getCheckpoints(client: SlsClient, declared: Declared) {
  const identity = readGroupArguments("getConsumerGroupCheckpoints", declared);
  const reading = await readCheckpoints(client, identity);
  const lag = { ...lagInLogGroups(reading.shards), ...longestLag(reading.shards) };
  return {
    id: formatGroupId(identity),
    readAt: formatInstant(reading.serverTime),
    shards: reading.shards.map(encodeShard),
    ...lag,
    text: describeReading(identity, reading, lag),
  };
}

function encodeShard({ status, record, begin, end, time, lag, lagTime, lost }: ShardReading) {
  return {
    shard: record.shard,
    status,
    checkpoint: formatCheckpoint(record.checkpoint),
    ...(time.kind === "at" && { checkpointTime: formatInstant(time.instant) }),
    begin,
    end,
    ...(lag !== undefined && { lagLogGroups: Number(lag) }),
    ...(lagTime !== undefined && { lagSeconds: secondsOf(lagTime) }),
    ...(lost !== undefined && { lostLogGroups: Number(lost) }),
    ...(record.consumer !== undefined && { consumer: record.consumer }),
    ...(record.updateTime !== undefined && { committedAt: formatInstant(record.updateTime) }),
  };
}

interface Lag {
  readonly lagLogGroups?: number;
  readonly lagSeconds?: number;
}

/** A sum of which one part is not known is not known either. */
function lagInLogGroups(shards: readonly ShardReading[]): Lag {
  const lags = shards.flatMap(({ lag }) => lag ?? []);
  if (lags.length < shards.length) return {};
  return { lagLogGroups: Number(lags.reduce((sum, lag) => sum + lag, 0n)) };
}

function longestLag(shards: readonly ShardReading[]): Lag {
  const lags = shards.flatMap(({ lagTime }) => lagTime ?? []);
  if (lags.length < shards.length) return {};
  return { lagSeconds: secondsOf(Math.max(0, ...lags) as Duration) };
}

function describeReading(
  identity: GroupIdentity,
  { serverTime, shards }: GroupReading,
  { lagLogGroups }: Lag,
): string {
  const times = shards.flatMap(({ lagTime }) => lagTime ?? []);
  const unknown = shards.filter(({ lag }) => lag === undefined).length;
  const behind =
    lagLogGroups === undefined
      ? `how far behind is not known for ${unknown.toLocaleString("en-US")} of them`
      : `${describeLogGroups(BigInt(lagLogGroups))} behind, at most ${describeDuration(Math.max(0, ...times) as Duration)}`;
  const count = shards.length === 1 ? "1 shard" : `${shards.length.toLocaleString("en-US")} shards`;
  return [
    `**${formatGroupId(identity)}** at ${formatInstant(serverTime)}: ${count}, ${behind}`,
    "",
    shardTable(["Shard", "Stands at", "Behind", "Last commit"], shards.map(describeShard)),
  ].join("\n");
}

function describeShard({ status, record, time, lag, lagTime, lost }: ShardReading): readonly string[] {
  const committed = record.updateTime === undefined ? [] : [formatInstant(record.updateTime)];
  return [
    `${String(record.shard)}${status === "readonly" ? " (read-only)" : ""}`,
    describePosition(record.checkpoint, time),
    lost !== undefined
      ? `data lost: ${describeLogGroups(lost)} expired before they were read`
      : lag === undefined || lagTime === undefined
        ? "not known"
        : `${describeLogGroups(lag)}, ${describeDuration(lagTime)}`,
    [record.consumer ?? [], committed].flat().join(", "),
  ];
}
