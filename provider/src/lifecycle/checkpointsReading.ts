import { type Cursor, positionOf } from "../model/cursor.js";
import { type Duration, between } from "../model/duration.js";
import { type GroupIdentity } from "../model/identity.js";
import { type Instant } from "../model/instant.js";
import { type CheckpointRecord, type PositionTime } from "../replay/observation.js";
import { type Shard, type SlsClient } from "../sls/client.js";
import { inOrder, latest, lookAtGroup, recordOf, timeOfCheckpoint } from "./observe.js";

/** Where one shard of a group stands, and how far behind its end. */
export interface ShardReading {
  readonly status: Shard["status"];
  readonly record: CheckpointRecord;
  readonly begin: Cursor;
  readonly end: Cursor;
  readonly time: PositionTime;
  /** Log groups between checkpoint and end; undefined where the checkpoint is no position within the shard. */
  readonly lag: bigint | undefined;
  /** From the log group at the checkpoint to the service's clock; 0 where nothing is left to read. */
  readonly lagTime: Duration | undefined;
}

export interface GroupReading {
  readonly serverTime: Instant;
  readonly shards: readonly ShardReading[];
}

/** Reads where a group stands in every shard, with times. */
export async function readCheckpoints(client: SlsClient, identity: GroupIdentity): Promise<GroupReading> {
  const { shards, group, checkpoints } = await lookAtGroup(client, identity);
  const serverTime = latest(shards.serverTime, group.serverTime, checkpoints.serverTime);
  const readings = shards.value.map((shard) =>
    readShard(client, identity, shard, recordOf(checkpoints.value, shard.shard), serverTime),
  );
  return { serverTime, shards: await inOrder(readings) };
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
  const lag = lagOf(record, window.end, time);
  const lagTime =
    lag === 0n
      ? between(serverTime, serverTime)
      : time.kind === "at"
        ? between(serverTime, time.instant)
        : undefined;
  return { status, record, ...window, time, lag, lagTime };
}

function lagOf({ checkpoint }: CheckpointRecord, end: Cursor, time: PositionTime): bigint | undefined {
  if (checkpoint.kind !== "at" || time.kind === "outside") return undefined;
  return positionOf(end) - positionOf(checkpoint.cursor);
}
