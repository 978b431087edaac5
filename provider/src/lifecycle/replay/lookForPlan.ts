import { type Cursor, cursorAt, positionOf } from "../../model/cursor.js";
import { type Duration, durationOfSeconds } from "../../model/duration.js";
import { type GroupSettings } from "../../model/groupSettings.js";
import { type GroupIdentity, type ShardIdentity } from "../../model/identity.js";
import { type Position } from "../../model/position.js";
import { childrenOf } from "../../rules/children.js";
import { type Unmovable } from "../../rules/intent.js";
import { type CheckpointRecord } from "../../model/checkpoint.js";
import { type PositionTime, type ShardObservation } from "../../rules/observation.js";
import { type PlanLook, type ShardLook } from "../../rules/planLook.js";
import { type Shard } from "../../sls/calls.js";
import { type SlsClient } from "../../sls/client.js";
import { SlsServiceError } from "../../sls/errors.js";
import { inOrder, latest, lookAtGroup, recordOf, timeOfPosition } from "../observe.js";

/** What a look at a group is to find out. */
export interface PlanQuestion {
  readonly identity: GroupIdentity;
  /** How the group will be set up, where it is declared and may not exist yet. */
  readonly declared?: GroupSettings | undefined;
  /** The shards that are named, whether the logstore has them or not. */
  readonly named: readonly number[];
  readonly asksAbout: (shard: number) => boolean;
  readonly positionOf: (shard: number) => Position;
  /** The target of `previous`, by shard. */
  readonly previousOf: (shard: number) => Cursor | Unmovable;
}

/**
 * Looks at a group. Four requests, and at most four for each shard that is to be moved. `onLooked` is called
 * whenever one more shard was looked at, with how many there are.
 */
export async function lookForPlan(
  client: SlsClient,
  question: PlanQuestion,
  onLooked: (shards: number) => void = () => undefined,
): Promise<PlanLook> {
  const { identity, named } = question;
  const { shards, group, checkpoints } = await lookAtGroup(client, identity, question.declared);
  const known = shards.value.map(({ shard }) => shard);
  const asked = shards.value.filter(({ shard }) => question.asksAbout(shard));
  const lookAt = async (shard: Shard): Promise<ShardLook> => {
    const look = await lookAtShard(client, question, checkpoints.value, shard);
    onLooked(asked.length);
    if (!group.value.ordered) return look;
    return { ...look, observation: { ...look.observation, children: childrenOf(shard, shards.value) } };
  };
  const [looks, retention] = await inOrder([
    inOrder(asked.map(lookAt)),
    retentionOf(client, question, asked),
  ]);
  return {
    seen: {
      serverTime: latest(shards.serverTime, group.serverTime, checkpoints.serverTime),
      group: group.value,
      ...(retention !== undefined && { retention }),
      records: checkpoints.value,
      knownShards: known,
    },
    shards: looks,
    unknown: named.filter((shard) => question.asksAbout(shard) && !known.includes(shard)),
  };
}

/** Only an instant can reach for what is gone, so only then is one more permission needed. */
async function retentionOf(
  client: SlsClient,
  question: PlanQuestion,
  asked: readonly Shard[],
): Promise<Duration | undefined> {
  if (!asked.some(({ shard }) => question.positionOf(shard).kind === "instant")) return undefined;
  const { value } = await client.getLogStore(question.identity);
  return durationOfSeconds(value.ttl * 24 * 60 * 60);
}

async function lookAtShard(
  client: SlsClient,
  question: PlanQuestion,
  records: readonly CheckpointRecord[],
  shard: Shard,
): Promise<ShardLook> {
  const position = question.positionOf(shard.shard);
  const identity = { ...question.identity, shard: shard.shard };
  const record = recordOf(records, shard.shard);
  const asked = position.kind === "instant" ? position.instant : undefined;
  if (position.kind === "keep") {
    return { position, target: { kind: "keep" }, asked, observation: untouched(shard, record) };
  }
  const ends = await lookAtEnds(client, question, identity, position);
  const currentTime: Promise<PositionTime> =
    record.checkpoint.kind === "at"
      ? timeWithin(client, identity, ends, record.checkpoint.cursor)
      : Promise.resolve({ kind: "outside" });
  const [current, target] = await inOrder([currentTime, timeOfTarget(client, identity, ends)]);
  return {
    position,
    target: ends.target,
    asked,
    observation: {
      ...shard,
      ...(ends.begin !== undefined && { begin: ends.begin }),
      end: ends.end,
      record,
      currentTime: current,
      targetTime: target,
    },
  };
}

/** A shard that is kept is not looked at. */
function untouched(shard: Shard, record: ShardObservation["record"]): ShardObservation {
  const nowhere = cursorAt(0n);
  return {
    ...shard,
    end: nowhere,
    record,
    currentTime: { kind: "outside" },
    targetTime: { kind: "outside" },
  };
}

interface Ends {
  readonly begin: Cursor | undefined;
  readonly end: Cursor;
  readonly target: Cursor | Unmovable;
}

/** An instant is looked up by SLS and so within the window; everything else has to be compared with both ends. */
async function lookAtEnds(
  client: SlsClient,
  question: PlanQuestion,
  identity: ShardIdentity,
  position: Exclude<Position, { kind: "keep" }>,
): Promise<Ends> {
  if (position.kind === "instant") {
    const [target, end] = await inOrder([
      client.getCursor(identity, position.instant),
      client.getCursor(identity, "end"),
    ]);
    return { begin: undefined, end: end.value, target: target.value };
  }
  const [{ value: begin }, { value: end }] = await inOrder([
    client.getCursor(identity, "begin"),
    client.getCursor(identity, "end"),
  ]);
  switch (position.kind) {
    case "begin":
      return { begin, end, target: begin };
    case "end":
      return { begin, end, target: end };
    case "cursor":
      return { begin, end, target: position.cursor };
    case "previous":
      return { begin, end, target: question.previousOf(identity.shard) };
  }
}

async function timeOfTarget(client: SlsClient, identity: ShardIdentity, ends: Ends): Promise<PositionTime> {
  return typeof ends.target === "string"
    ? timeWithin(client, identity, ends, ends.target)
    : { kind: "outside" };
}

/**
 * The time of a position. Where the begin of the shard was not asked for, SLS itself tells that a cursor is outside
 * of the window, or, for the end, that there is nothing before it.
 */
async function timeWithin(
  client: SlsClient,
  identity: ShardIdentity,
  { begin, end }: Ends,
  cursor: Cursor,
): Promise<PositionTime> {
  if (begin !== undefined) return timeOfPosition(client, identity, { begin, end }, cursor);
  if (positionOf(cursor) > positionOf(end)) return { kind: "outside" };
  const atEnd = cursor === end;
  if (atEnd && positionOf(end) === 0n) return { kind: "empty" };
  try {
    const { value } = await client.getCursorTime(identity, atEnd ? cursorAt(positionOf(end) - 1n) : cursor);
    return { kind: "at", instant: value };
  } catch (error) {
    if (!(error instanceof SlsServiceError) || error.code !== "InvalidCursor") throw error;
    return atEnd ? { kind: "empty" } : { kind: "outside" };
  }
}
