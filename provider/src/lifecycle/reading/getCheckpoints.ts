import { type GroupIdentity } from "../../model/identity.js";
import { type CheckpointRecord } from "../../model/checkpoint.js";
import { type GroupReading, type SeenShard, measureShard } from "../../rules/groupReading.js";
import { type Shard } from "../../sls/calls.js";
import { type SlsClient } from "../../sls/client.js";
import { type Declared } from "../declared.js";
import { inOrder, latest, lookAtGroup, recordOf, timeOfCheckpoint } from "../observe.js";
import { readGroupArguments } from "./readingArguments.js";

/** Reads what `getConsumerGroupCheckpoints` is asked for. */
export async function getCheckpoints(client: SlsClient, declared: Declared): Promise<GroupReading> {
  return readCheckpoints(client, readGroupArguments("getConsumerGroupCheckpoints", declared));
}

/** Reads where a group stands in every shard, with times. */
export async function readCheckpoints(client: SlsClient, identity: GroupIdentity): Promise<GroupReading> {
  const { shards, group, checkpoints } = await lookAtGroup(client, identity);
  const serverTime = latest(shards.serverTime, group.serverTime, checkpoints.serverTime);
  const seen = await inOrder(
    shards.value.map((shard) =>
      lookAtShard(client, identity, shard, recordOf(checkpoints.value, shard.shard)),
    ),
  );
  return {
    identity,
    serverTime,
    timeout: group.value.timeout,
    shards: seen.map((shard) => measureShard(shard, serverTime)),
  };
}

async function lookAtShard(
  client: SlsClient,
  identity: GroupIdentity,
  { shard, status }: Shard,
  record: CheckpointRecord,
): Promise<SeenShard> {
  const target = { ...identity, shard };
  const [begin, end] = await inOrder([client.getCursor(target, "begin"), client.getCursor(target, "end")]);
  const window = { begin: begin.value, end: end.value };
  const time = await timeOfCheckpoint(client, target, window, record.checkpoint);
  return { status, record, ...window, time };
}
