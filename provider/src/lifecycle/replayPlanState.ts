import { formatCheckpoint, parseCheckpoint } from "../model/checkpoint.js";
import { type Cursor, parseCursor } from "../model/cursor.js";
import { type Instant, formatInstant, formatOptionalInstant, parseInstant } from "../model/instant.js";
import { formatPosition, parsePosition } from "../model/position.js";
import { type Plan, type PlannedShard } from "../replay/plan.js";
import { type Declared } from "./declared.js";

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
  const previous = optionalText(fields, "previous");
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
    previous: previous === undefined ? undefined : parseCheckpoint(previous),
    previousTime: optionalInstant(fields, "previousTime"),
  };
}

export function unreadable(what: string): Error {
  return new Error(
    `Pulumi's state of this ConsumerGroupReplay cannot be read: ${what} is missing or of another form\n` +
      "Was it written by a newer version of pulumi-sls-checkpoint? Install that one.",
  );
}

export function fieldsOf(value: unknown, path: string): Declared {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable(path);
  return value as Declared;
}

export function requiredText(fields: Declared, name: string): string {
  const text = optionalText(fields, name);
  if (text === undefined) throw unreadable(name);
  return text;
}

export function optionalText(fields: Declared, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === "string") return value;
  throw unreadable(name);
}

export function optionalInstant(fields: Declared, name: string): Instant | undefined {
  const text = optionalText(fields, name);
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  if (!instant.ok) throw unreadable(name);
  return instant.value;
}

function requiredInstant(fields: Declared, name: string): Instant {
  const instant = optionalInstant(fields, name);
  if (instant === undefined) throw unreadable(name);
  return instant;
}

export function optionalCursor(fields: Declared, name: string): Cursor | undefined {
  const text = optionalText(fields, name);
  if (text === undefined) return undefined;
  const cursor = parseCursor(text);
  if (!cursor.ok) throw unreadable(name);
  return cursor.value;
}

/** Pulumi's server refuses `undefined` at any depth, after the write has happened. */
export function withoutAbsent(fields: Declared): Declared {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
