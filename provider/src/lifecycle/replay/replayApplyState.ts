import { type Checkpoint, formatCheckpoint, noCheckpoint } from "../../model/checkpoint.js";
import { type Cursor } from "../../model/cursor.js";
import { type GroupIdentity } from "../../model/identity.js";
import { type Instant, formatInstant, formatOptionalInstant } from "../../model/instant.js";
import { type Bounds } from "../../rules/intent.js";
import { type Plan, type PlannedShard } from "../../rules/plan.js";
import { boundInputs, readBounds } from "../bounds.js";
import { type Declared, DeclaredReader } from "../declared.js";
import { nameInput, textInput } from "../inputs.js";
import {
  fieldsOf,
  optionalCheckpoint,
  optionalCursor,
  optionalInstant,
  optionalText,
  requiredText,
  unreadable,
  withoutAbsent,
} from "../stateFields.js";
import { decodePlan } from "./replayPlanState.js";

/** Nothing is left to do for the act. */
const terminal = ["pinned", "alreadyThere", "kept", "expired", "overwritten"] as const;
/** Something is. */
const unfinished = ["pending", "failed", "uncertain"] as const;

export type AppliedStatus = (typeof terminal)[number] | (typeof unfinished)[number];

/** How far one shard of a replay is. */
export interface AppliedShard {
  readonly shard: number;
  readonly act: string;
  readonly status: AppliedStatus;
  readonly checkpoint: Cursor | undefined;
  readonly checkpointTime: Instant | undefined;
  /** Where it stood before the last move. */
  readonly previous: Checkpoint | undefined;
  readonly previousTime: Instant | undefined;
  readonly previousConsumer: string | undefined;
  readonly pinnedAt: Instant | undefined;
  readonly requestId: string | undefined;
}

/** What apply is given: the plan, and the bounds that hold when it is carried out. */
export interface ReplayOrder {
  readonly identity: GroupIdentity;
  readonly plan: Plan;
  readonly bounds: Bounds;
  readonly reason: string | undefined;
}

export const orderInputs = [
  "project",
  "logstore",
  "consumerGroup",
  "plan",
  ...boundInputs,
  "reason",
] as const;

/** Reads the inputs of apply, which the component made of checked ones; undefined while something is not known. */
export function readReplayOrder(declared: Declared): ReplayOrder | undefined {
  const reader = new DeclaredReader("ConsumerGroupReplay", declared);
  const plan = reader.anything("plan");
  const project = reader.required("project", nameInput("project"));
  const logstore = reader.required("logstore", nameInput("logstore"));
  const consumerGroup = reader.required("consumerGroup", nameInput("consumerGroup"));
  const bounds = readBounds(reader);
  const reason = reader.optional("reason", textInput);
  if (project === undefined || logstore === undefined || consumerGroup === undefined) return undefined;
  if (reader.unknowns.length > 0) return undefined;
  return { identity: { project, logstore, consumerGroup }, plan: decodePlan(plan), bounds, reason };
}

/**
 * Where every shard is before anything was done for a plan: what is finished stays so, the rest is pending. A later
 * deadline opens what the earlier one had stopped after the plan.
 */
export function openShards(
  plan: Plan,
  earlier: readonly AppliedShard[],
  deadlineMoved: boolean,
): readonly AppliedShard[] {
  const known = new Map(earlier.map((shard) => [shard.shard, shard]));
  return plan.shards.map((planned) => {
    const before = known.get(planned.shard);
    if (before?.act !== planned.act) return unstarted(planned);
    return before.status === "expired" && deadlineMoved ? unstarted(planned) : before;
  });
}

function unstarted(planned: PlannedShard): AppliedShard {
  return {
    shard: planned.shard,
    act: planned.act,
    status: planned.decided === "move" ? "pending" : planned.decided,
    checkpoint: planned.target,
    checkpointTime: planned.targetTime,
    previous: planned.previous,
    previousTime: planned.decided === "move" ? planned.snapshotTime : undefined,
    previousConsumer: planned.decided === "move" ? planned.snapshotConsumer : undefined,
    pinnedAt: undefined,
    requestId: undefined,
  };
}

export function isUnfinishedShard({ status }: AppliedShard): boolean {
  return unfinished.some((known) => known === status);
}

/** What a shard is that was put to its target, or stood there. */
const putThere: readonly AppliedStatus[] = ["pinned", "alreadyThere", "overwritten"];

/** Plain JSON for Pulumi's state: the inputs, each shard, and the maps that another replay accepts as `from`. */
export function encodeReplayOuts(declared: Declared, plan: Plan, shards: readonly AppliedShard[]): Declared {
  const written = shards.flatMap(({ pinnedAt }) => pinnedAt ?? []);
  return withoutAbsent({
    ...Object.fromEntries(orderInputs.map((name) => [name, declared[name]])),
    shards: shards.map(encodeShard),
    positions: positionsOf(shards, ({ status, checkpoint }) =>
      putThere.includes(status) ? checkpoint : undefined,
    ),
    previousPositions: positionsOf(shards, ({ previous }) =>
      previous === undefined ? undefined : formatCheckpoint(previous),
    ),
    plannedAt: formatInstant(plan.plannedAt),
    pinnedAt: written.length === 0 ? undefined : formatInstant(Math.max(...written) as Instant),
    totals: totalsOf(shards),
  });
}

/** A map that another replay accepts as `from`: shards that were never moved are kept there too. */
function positionsOf(
  shards: readonly AppliedShard[],
  textOf: (shard: AppliedShard) => string | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    shards.map((shard) => {
      const text = textOf(shard);
      const position = text === undefined ? "keep" : text === noCheckpoint ? noCheckpoint : `cursor:${text}`;
      return [String(shard.shard), position];
    }),
  );
}

function totalsOf(shards: readonly AppliedShard[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...terminal, ...unfinished].flatMap((status) => {
      const count = shards.filter((shard) => shard.status === status).length;
      return count === 0 ? [] : [[status, count]];
    }),
  );
}

function encodeShard(shard: AppliedShard): Declared {
  return withoutAbsent({
    shard: shard.shard,
    act: shard.act,
    status: shard.status,
    checkpoint: shard.checkpoint,
    checkpointTime: formatOptionalInstant(shard.checkpointTime),
    previousCheckpoint: shard.previous && formatCheckpoint(shard.previous),
    previousCheckpointTime: formatOptionalInstant(shard.previousTime),
    previousConsumer: shard.previousConsumer,
    pinnedAt: formatOptionalInstant(shard.pinnedAt),
    requestId: shard.requestId,
  });
}

/** Reads the shards back from state; a resource that is not there yet has none. */
export function decodeAppliedShards(outs: Declared): readonly AppliedShard[] {
  const { shards } = outs;
  if (shards === undefined) return [];
  if (!Array.isArray(shards)) throw unreadable("shards");
  return shards.map((shard, index) => decodeShard(fieldsOf(shard, `shards[${String(index)}]`)));
}

function decodeShard(fields: Declared): AppliedShard {
  const { shard } = fields;
  if (typeof shard !== "number") throw unreadable("shards[].shard");
  const status = [...terminal, ...unfinished].find((known) => known === fields["status"]);
  if (status === undefined) throw unreadable("shards[].status");
  return {
    shard,
    act: requiredText(fields, "act"),
    status,
    checkpoint: optionalCursor(fields, "checkpoint"),
    checkpointTime: optionalInstant(fields, "checkpointTime"),
    previous: optionalCheckpoint(fields, "previousCheckpoint"),
    previousTime: optionalInstant(fields, "previousCheckpointTime"),
    previousConsumer: optionalText(fields, "previousConsumer"),
    pinnedAt: optionalInstant(fields, "pinnedAt"),
    requestId: optionalText(fields, "requestId"),
  };
}
