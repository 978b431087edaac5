import { type Checkpoint, type CheckpointRecord } from "../model/checkpoint.js";
import { type Cursor, cursorAt, positionOf } from "../model/cursor.js";
import { type GroupSettings } from "../model/groupSettings.js";
import { type GroupIdentity, type ShardIdentity } from "../model/identity.js";
import { type Instant } from "../model/instant.js";
import { type Observation, type PositionTime, type ShardObservation } from "../rules/observation.js";
import { type ConsumerGroupSettings, type Shard } from "../sls/calls.js";
import { type Answered, type SlsClient } from "../sls/client.js";
import { SlsError, SlsServiceError } from "../sls/errors.js";

/** Looks at everything that deciding about one shard needs. Reads only; what goes wrong is part of the answer. */
export async function observeShard(
  client: SlsClient,
  identity: ShardIdentity,
  target: Cursor,
  declared?: GroupSettings,
): Promise<Observation> {
  try {
    return await lookAtShard(client, identity, target, declared);
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    const serverTime = failure instanceof SlsServiceError ? failure.serverTime : undefined;
    return { kind: "unseen", failure, serverTime };
  }
}

async function lookAtShard(
  client: SlsClient,
  identity: ShardIdentity,
  target: Cursor,
  declared: GroupSettings | undefined,
): Promise<Observation> {
  const { shards, group, checkpoints } = await lookAtGroup(client, identity, declared);
  const shard = shards.value.find((candidate) => candidate.shard === identity.shard);
  return {
    kind: "seen",
    serverTime: latest(shards.serverTime, group.serverTime, checkpoints.serverTime),
    group: group.value,
    records: checkpoints.value,
    knownShards: shards.value.map((known) => known.shard),
    shard:
      shard &&
      (await lookAtPositions(client, identity, shard, recordOf(checkpoints.value, identity.shard), target)),
  };
}

export interface GroupState {
  readonly shards: Answered<readonly Shard[]>;
  readonly group: Answered<GroupSettings>;
  readonly checkpoints: Answered<readonly CheckpointRecord[]>;
}

/**
 * Looks at a group and its logstore's shards. A group that is declared and does not exist yet is seen as it will be
 * made: nobody has read anything.
 */
export async function lookAtGroup(
  client: SlsClient,
  identity: GroupIdentity,
  declared?: GroupSettings,
): Promise<GroupState> {
  const [shards, groups, checkpoints] = await inOrder([
    client.listShards(identity),
    client.listConsumerGroups(identity),
    declared === undefined ? client.getCheckPoint(identity) : checkpointsIfAny(client, identity),
  ]);
  const group = groups.value.find((candidate) => candidate.name === identity.consumerGroup) ?? declared;
  if (group === undefined) throw groupMissing(identity, groups);
  return { shards, group: { ...groups, value: group }, checkpoints: checkpoints ?? { ...groups, value: [] } };
}

async function checkpointsIfAny(
  client: SlsClient,
  identity: GroupIdentity,
): Promise<Answered<readonly CheckpointRecord[]> | undefined> {
  try {
    return await client.getCheckPoint(identity);
  } catch (error) {
    if (error instanceof SlsServiceError && error.code === "ConsumerGroupNotExist") return undefined;
    throw error;
  }
}

/** GetCheckPoint found the group and ListConsumerGroup did not: it is being created or deleted. */
function groupMissing(
  identity: GroupIdentity,
  groups: Answered<readonly ConsumerGroupSettings[]>,
): SlsServiceError {
  return new SlsServiceError({
    operation: "ListConsumerGroup",
    about: identity,
    code: "ConsumerGroupNotExist",
    httpStatus: 200,
    serviceMessage: `the list holds ${groups.value.map((group) => group.name).join(", ") || "no group"}`,
    requestId: groups.requestId,
    serverTime: groups.serverTime,
  });
}

async function lookAtPositions(
  client: SlsClient,
  identity: ShardIdentity,
  shard: Shard,
  record: CheckpointRecord,
  target: Cursor,
): Promise<ShardObservation> {
  const [begin, end] = await inOrder([
    client.getCursor(identity, "begin"),
    client.getCursor(identity, "end"),
  ]);
  const window = { begin: begin.value, end: end.value };
  const [currentTime, targetTime] = await inOrder([
    timeOfCheckpoint(client, identity, window, record.checkpoint),
    timeOfPosition(client, identity, window, target),
  ]);
  return { ...shard, ...window, record, currentTime, targetTime };
}

export interface Window {
  readonly begin: Cursor;
  readonly end: Cursor;
}

export async function timeOfCheckpoint(
  client: SlsClient,
  identity: ShardIdentity,
  window: Window,
  checkpoint: Checkpoint,
): Promise<PositionTime> {
  return checkpoint.kind === "at"
    ? timeOfPosition(client, identity, window, checkpoint.cursor)
    : { kind: "outside" };
}

/** SLS refuses the end cursor, so there it is asked for the log group before (docs/protocol.md 3.6). */
export async function timeOfPosition(
  client: SlsClient,
  identity: ShardIdentity,
  window: Window,
  cursor: Cursor,
): Promise<PositionTime> {
  const position = positionOf(cursor);
  const [begin, end] = [positionOf(window.begin), positionOf(window.end)];
  if (position < begin || position > end) return { kind: "outside" };
  if (begin === end) return { kind: "empty" };
  const { value } = await client.getCursorTime(identity, position === end ? cursorAt(end - 1n) : cursor);
  return { kind: "at", instant: value };
}

/** One look at where one shard stands. */
export async function lookAtCheckpoint(
  client: SlsClient,
  identity: ShardIdentity,
): Promise<(shard: number) => CheckpointRecord> {
  const { value } = await client.getCheckPoint(identity, identity.shard);
  return (shard) => recordOf(value, shard);
}

/** One look at where all shards of a group stand. */
export async function lookAtCheckpoints(
  client: SlsClient,
  identity: GroupIdentity,
): Promise<(shard: number) => CheckpointRecord> {
  const { value } = await client.getCheckPoint(identity);
  return (shard) => recordOf(value, shard);
}

/** A group that never touched a shard has no record of it. */
export function recordOf(records: readonly CheckpointRecord[], shard: number): CheckpointRecord {
  const untouched: CheckpointRecord = {
    shard,
    checkpoint: { kind: "none" },
    updateTime: undefined,
    consumer: undefined,
  };
  return records.find((record) => record.shard === shard) ?? untouched;
}

export function latest(...instants: readonly [Instant, ...Instant[]]): Instant {
  return Math.max(...instants) as Instant;
}

/** All at once, but the failure that is reported is always the first in order, not the first in time. */
export async function inOrder<Calls extends readonly Promise<unknown>[]>(
  calls: readonly [...Calls],
): Promise<{ [Index in keyof Calls]: Awaited<Calls[Index]> }> {
  await Promise.allSettled(calls);
  return await Promise.all(calls);
}
