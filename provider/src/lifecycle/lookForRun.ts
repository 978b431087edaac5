import { type Cursor, positionOf } from "../model/cursor.js";
import { type Duration, durationOfSeconds } from "../model/duration.js";
import { type GroupIdentity } from "../model/identity.js";
import { type Instant } from "../model/instant.js";
import { parsePosition } from "../model/position.js";
import { type Act } from "../rules/act.js";
import { childrenOf } from "../rules/children.js";
import { type CheckpointRecord } from "../model/checkpoint.js";
import { type GroupSeen, type PositionTime, type ShardObservation } from "../rules/observation.js";
import { type Monotonic, type OpenAct, standsAtSnapshot } from "../rules/run.js";
import { type Shard } from "../sls/calls.js";
import { SlsServiceError } from "../sls/errors.js";
import { type LifecycleContext } from "./context.js";
import { inOrder, latest, lookAtGroup, recordOf } from "./observe.js";

/** What the first look of a run found, and later looks do not ask for again. */
export interface RunLook {
  readonly seen: GroupSeen;
  /** When the checkpoints were asked for: what the age of the look is counted from. */
  readonly sentAt: Monotonic;
  readonly shards: ReadonlyMap<number, ShardFacts>;
}

interface ShardFacts {
  readonly shard: Shard;
  readonly children: readonly number[];
  readonly begin: Cursor;
  readonly end: Cursor;
}

/**
 * Looks at what deciding about open acts needs. Times of positions stand in the acts already and never change; what
 * can have changed is where shards stand, what they still hold, which there are, and who is alive. The checkpoints
 * are asked for last: each write follows from them.
 */
export async function lookForRun(
  identity: GroupIdentity,
  open: readonly OpenAct[],
  onLooked: (total: number) => void,
  context: LifecycleContext,
): Promise<RunLook> {
  const { client } = context;
  const facts = inOrder(
    open.map(async ({ act, fresh }) => {
      const ends = await endsOf(identity, act, fresh, context);
      onLooked(open.length);
      return { shard: act.shard, ends };
    }),
  );
  const asksForInstant = open.some(({ act }) => askedInstant(act) !== undefined);
  const [ends, retention] = await inOrder([
    facts,
    asksForInstant ? client.getLogStore(identity) : Promise.resolve(undefined),
  ]);
  const { shards, group, checkpoints } = await lookAtGroup(client, identity);
  return {
    seen: {
      serverTime: latest(shards.serverTime, group.serverTime, checkpoints.serverTime),
      group: group.value,
      ...(retention !== undefined && { retention: durationOfDays(retention.value.ttl) }),
      records: checkpoints.value,
      knownShards: shards.value.map(({ shard }) => shard),
    },
    sentAt: checkpoints.sentAt,
    shards: new Map(
      ends.flatMap(({ shard: id, ends: found }) => {
        const shard = shards.value.find((known) => known.shard === id);
        if (shard === undefined || found === undefined) return [];
        const children = group.value.ordered ? childrenOf(shard, shards.value) : [];
        return [[id, { shard, children, ...found }]];
      }),
    ),
  };
}

/** Looks at nothing but the checkpoints: what the next wave of writes follows from. */
export async function lookAgain(
  identity: GroupIdentity,
  former: RunLook,
  context: LifecycleContext,
): Promise<RunLook> {
  const { value, serverTime, sentAt } = await context.client.getCheckPoint(identity);
  return { ...former, seen: { ...former.seen, records: value, serverTime }, sentAt };
}

function durationOfDays(days: number): Duration {
  return durationOfSeconds(days * 24 * 60 * 60);
}

/** A shard that is gone has no ends. What this process planned needs no second look at the end. */
async function endsOf(
  identity: GroupIdentity,
  act: Act,
  fresh: boolean,
  context: LifecycleContext,
): Promise<{ readonly begin: Cursor; readonly end: Cursor } | undefined> {
  const shard = { ...identity, shard: act.shard };
  const known = fresh ? context.memory.endOfPlanned(act) : undefined;
  try {
    const [begin, end] = await inOrder([
      context.client.getCursor(shard, "begin"),
      known === undefined ? context.client.getCursor(shard, "end") : Promise.resolve({ value: known }),
    ]);
    return { begin: begin.value, end: end.value };
  } catch (error) {
    if (error instanceof SlsServiceError && error.code === "ShardNotExist") return undefined;
    throw error;
  }
}

/** The instant that an act was made for; undefined for every other position. */
export function askedInstant(act: Act): Instant | undefined {
  const position = parsePosition(act.position, 0 as Instant);
  return position.ok && position.value.kind === "instant" ? position.value.instant : undefined;
}

/** A shard as the newest look shows it, for `decide`; undefined where the logstore has it no more. */
export function observationOf(act: Act, { seen, shards }: RunLook): ShardObservation | undefined {
  const facts = shards.get(act.shard);
  if (facts === undefined || !seen.knownShards.includes(act.shard)) return undefined;
  const record = recordOf(seen.records, act.shard);
  const { begin, end, shard, children } = facts;
  return {
    ...shard,
    children,
    begin,
    end,
    record,
    currentTime: timeOfStand(act, record, facts),
    targetTime: timeKnown(act.targetTime),
  };
}

/** A time that state does not have is further than any bound, never none. */
function timeKnown(time: Instant | undefined): PositionTime {
  return time === undefined ? { kind: "empty" } : { kind: "at", instant: time };
}

function timeOfStand(act: Act, record: CheckpointRecord, { begin, end }: ShardFacts): PositionTime {
  const { checkpoint } = record;
  if (checkpoint.kind !== "at") return { kind: "outside" };
  const position = positionOf(checkpoint.cursor);
  if (position < positionOf(begin) || position > positionOf(end)) return { kind: "outside" };
  return standsAtSnapshot(act, record) ? timeKnown(act.snapshot.time) : { kind: "empty" };
}
