import { formatCheckpoint, parseCheckpoint } from "../../model/checkpoint.js";
import { type Instant, formatInstant, formatOptionalInstant } from "../../model/instant.js";
import { formatPosition, parsePosition } from "../../model/position.js";
import { type Plan, type PlannedShard } from "../../rules/plan.js";
import { type Declared } from "../declared.js";
import {
  fieldsOf,
  optionalCheckpoint,
  optionalCursor,
  optionalInstant,
  optionalText,
  requiredInstant,
  requiredText,
  unreadable,
  withoutAbsent,
} from "../stateFields.js";

/** The version of what this package writes into Pulumi's state. Older ones stay readable. */
const schemaVersion = 1;

/** Writes a plan as the plain JSON that Pulumi keeps and hands from plan to apply. */
export function encodePlan(plan: Plan): Declared {
  return {
    schemaVersion,
    plannedAt: formatInstant(plan.plannedAt),
    knownShards: [...plan.knownShards],
    shards: plan.shards.map(encodeShard),
  };
}

function encodeShard(shard: PlannedShard): Declared {
  return withoutAbsent({
    shard: shard.shard,
    act: shard.act,
    position: formatPosition(shard.position),
    decided: shard.decided,
    target: shard.target,
    targetTime: formatOptionalInstant(shard.targetTime),
    snapshot: formatCheckpoint(shard.snapshot),
    snapshotTime: formatOptionalInstant(shard.snapshotTime),
    snapshotUpdateTime: formatOptionalInstant(shard.snapshotUpdateTime),
    snapshotConsumer: shard.snapshotConsumer,
    previous: shard.previous && formatCheckpoint(shard.previous),
    previousTime: formatOptionalInstant(shard.previousTime),
  });
}

/** Reads a plan back, in this version or an older one. */
export function decodePlan(value: unknown): Plan {
  const plan = fieldsOf(value, "plan");
  const { shards, knownShards } = plan;
  if (!Array.isArray(shards)) throw unreadable("plan.shards");
  if (!Array.isArray(knownShards)) throw unreadable("plan.knownShards");
  return {
    knownShards: knownShards.map(Number),
    plannedAt: requiredInstant(plan, "plannedAt"),
    shards: shards.map((shard, index) => decodeShard(fieldsOf(shard, `plan.shards[${String(index)}]`))),
  };
}

const decisions = ["move", "alreadyThere", "kept", "expired"] as const;

function decodeShard(fields: Declared): PlannedShard {
  const shard = fields["shard"];
  if (typeof shard !== "number") throw unreadable("plan.shards[].shard");
  const plannedAt = 0 as Instant;
  const position = parsePosition(fields["position"], plannedAt);
  if (!position.ok) throw unreadable("plan.shards[].position");
  const decided = decisions.find((decision) => decision === fields["decided"]);
  if (decided === undefined) throw unreadable("plan.shards[].decided");
  return {
    shard,
    act: requiredText(fields, "act"),
    position: position.value,
    decided,
    target: optionalCursor(fields, "target"),
    targetTime: optionalInstant(fields, "targetTime"),
    snapshot: parseCheckpoint(requiredText(fields, "snapshot")),
    snapshotTime: optionalInstant(fields, "snapshotTime"),
    snapshotUpdateTime: optionalInstant(fields, "snapshotUpdateTime"),
    snapshotConsumer: optionalText(fields, "snapshotConsumer"),
    previous: optionalCheckpoint(fields, "previous"),
    previousTime: optionalInstant(fields, "previousTime"),
  };
}
