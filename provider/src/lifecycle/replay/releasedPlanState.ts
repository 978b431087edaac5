import { type Instant } from "../../model/instant.js";
import { type Position, formatPosition, parsePosition } from "../../model/position.js";
import { type PlannedShard } from "../../rules/plan.js";
import { StateReader, decodeStand, fieldsOf } from "../actState.js";
import { type Declared } from "../declared.js";
import { unreadable } from "../unreadable.js";
import { type StoredPlan } from "./planState.js";

/** State of version 0.1.0 knows nothing of generations; everything that it planned is of this one. */
export const releasedGeneration = "0.1.0";

/** The triggers of an act of version 0.1.0, which its plan does not hold. */
export const releasedTriggers = "0.1.0";

/** Reads the plan of version 0.1.0. What was declared with it is known only to the resource that holds it. */
export function decodeReleasedPlan(fields: Declared): StoredPlan {
  const { shards, knownShards } = fields;
  if (!Array.isArray(shards)) throw unreadable("plan.shards");
  if (!Array.isArray(knownShards)) throw unreadable("plan.knownShards");
  const known = knownShards.map(Number);
  const plannedAt = new StateReader(fields, "plan").instant("plannedAt");
  const decoded = shards.map((shard: unknown, index) =>
    decodeShard(fieldsOf(shard, `plan.shards[${String(index)}]`), plannedAt, known, index),
  );
  return {
    wish: {
      positions: {
        others: { kind: "keep" },
        named: new Map(decoded.map(({ planned, position }) => [planned.shard, position])),
      },
      triggers: releasedTriggers,
      generation: releasedGeneration,
    },
    plannedAt,
    knownShards: known,
    shards: new Map(
      decoded
        .filter(({ position }) => position.kind !== "keep")
        .map(({ planned }) => [planned.shard, planned]),
    ),
    earlier: [],
    upgraded: undefined,
  };
}

function decodeShard(
  fields: Declared,
  plannedAt: Instant,
  knownShards: readonly number[],
  index: number,
): { readonly planned: PlannedShard; readonly position: Position } {
  const path = `plan.shards[${String(index)}]`;
  const reader = new StateReader(fields, path);
  const position = parsePosition(fields["position"], plannedAt);
  if (!position.ok) throw unreadable(`${path}.position`);
  return {
    position: position.value,
    planned: {
      shard: reader.shard("shard"),
      round: {
        id: reader.text("act"),
        plannedAt,
        knownShards,
        triggers: releasedTriggers,
        generation: releasedGeneration,
        deadline: undefined,
      },
      position: formatPosition(position.value),
      target: reader.optionalCursor("target"),
      targetTime: reader.optionalInstant("targetTime"),
      snapshot: decodeSnapshot(reader),
    },
  };
}

function decodeSnapshot(reader: StateReader): PlannedShard["snapshot"] {
  const stand = decodeStand(reader, "snapshot");
  return { ...stand, savedAt: reader.optionalInstant("snapshotUpdateTime") };
}
