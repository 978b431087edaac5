import { type Cursor } from "../../model/cursor.js";
import { type ShardIdentity, formatShardId, parseShardId } from "../../model/identity.js";
import { type Instant } from "../../model/instant.js";
import { formatShards } from "../../model/shardRanges.js";
import { type Act, type Stand } from "../../rules/act.js";
import { type LifecycleContext } from "../context.js";
import { type Declared } from "../declared.js";
import { inOrder, latest, lookAtGroup, recordOf, timeOfPosition } from "../observe.js";
import { noTriggers } from "../triggers.js";
import { encodeCheckpointState } from "./checkpointState.js";

/** Where a shard stands, and what else was seen. */
interface Standing extends Stand {
  readonly cursor: Cursor;
  readonly knownShards: readonly number[];
  readonly serverTime: Instant;
}

/** Takes a shard in where it stands: with the state that the first up of a pin there would have made. Reads only. */
export async function adoptCheckpoint(
  id: string,
  context: LifecycleContext,
): Promise<{ readonly inputs: Declared; readonly outs: Declared }> {
  const parsed = parseShardId(id);
  if (!parsed.ok) throw new Error(`The id ${JSON.stringify(id)} ${parsed.problem}`);
  const identity = parsed.value;
  const standing = await lookWhereItStands(identity, context);
  const generation = context.newId();
  const inputs = { ...identity, checkpoint: standing.cursor };
  const outs = encodeCheckpointState(inputs, generation, {
    shard: identity.shard,
    status: "alreadyThere",
    entries: [
      {
        act: actOfStanding(identity.shard, standing, generation, context),
        outcome: "alreadyThere",
        open: false,
        pinnedAt: undefined,
        requestId: undefined,
      },
    ],
    historyUnknown: false,
  });
  return { inputs, outs };
}

function actOfStanding(
  shard: number,
  { cursor, knownShards, serverTime, ...snapshot }: Standing,
  generation: string,
  context: LifecycleContext,
): Act {
  return {
    shard,
    round: {
      id: context.newId(),
      plannedAt: serverTime,
      knownShards,
      triggers: noTriggers,
      generation,
      deadline: undefined,
    },
    position: `cursor:${cursor}`,
    inherited: [],
    target: cursor,
    targetTime: snapshot.time,
    snapshot,
    wayBack: snapshot,
    deadline: undefined,
  };
}

async function lookWhereItStands(identity: ShardIdentity, { client }: LifecycleContext): Promise<Standing> {
  const { shards, group, checkpoints } = await lookAtGroup(client, identity);
  const knownShards = shards.value.map(({ shard }) => shard);
  if (!knownShards.includes(identity.shard)) {
    throw new Error(
      `${formatShardId(identity)}: the logstore has no such shard; it has ${formatShards(knownShards)}`,
    );
  }
  const { checkpoint, updateTime, consumer } = recordOf(checkpoints.value, identity.shard);
  if (checkpoint.kind !== "at") {
    throw new Error(
      `${formatShardId(identity)}: there is nothing to import: the group has no checkpoint in this shard\n` +
        "Declare the resource with the checkpoint that it shall have.",
    );
  }
  const [begin, end] = await inOrder([
    client.getCursor(identity, "begin"),
    client.getCursor(identity, "end"),
  ]);
  const window = { begin: begin.value, end: end.value };
  const time = await timeOfPosition(client, identity, window, checkpoint.cursor);
  return {
    checkpoint,
    cursor: checkpoint.cursor,
    time: time.kind === "at" ? time.instant : undefined,
    savedAt: updateTime,
    consumer,
    knownShards,
    serverTime: latest(shards.serverTime, group.serverTime, checkpoints.serverTime),
  };
}
