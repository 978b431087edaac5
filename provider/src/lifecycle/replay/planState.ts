import { type Cursor } from "../../model/cursor.js";
import { type Instant, formatInstant, formatOptionalInstant } from "../../model/instant.js";
import { formatPosition, parsePosition } from "../../model/position.js";
import { type Positions, formatPositions, parsePositions } from "../../model/positions.js";
import { formatShards } from "../../model/shardRanges.js";
import { type Round } from "../../rules/act.js";
import { type Plan, type PlannedShard, type Wish } from "../../rules/plan.js";
import {
  type Row,
  StateReader,
  decodeRounds,
  decodeStand,
  decodeTable,
  encodeRounds,
  encodeStand,
  encodeTable,
  fieldsOf,
  standColumns,
} from "../actState.js";
import { type Declared } from "../declared.js";
import { withoutAbsent } from "../stateFields.js";
import { schemaVersion, schemaVersionOf, unreadable } from "../unreadable.js";
import { decodeReleasedPlan, releasedGeneration } from "./releasedPlanState.js";

/** What a plan holds beside what `rules/` asks of it. */
export interface StoredPlan extends Plan {
  /** The shards at the newest look. */
  readonly knownShards: readonly number[];
  /** What version 0.1.0 had declared, where its state was taken over: its ledger does not say it. */
  readonly upgraded: { readonly wish: Wish; readonly knownShards: readonly number[] } | undefined;
}

const shardColumns = ["shard", "round", "position", "target", "targetTime", ...standColumns("snapshot")];

/** Writes a plan as the plain JSON that Pulumi keeps and hands from plan to apply. */
export function encodePlan(plan: StoredPlan): Declared {
  const shards = [...plan.shards.values()];
  return withoutAbsent({
    schemaVersion,
    ...encodeWish(plan.wish),
    generation: plan.wish.generation,
    plannedAt: formatInstant(plan.plannedAt),
    knownShards: formatShards(plan.knownShards),
    rounds: encodeRounds(shards.map(({ round }) => round)),
    shards: encodeTable(shardColumns, shards.map(encodeShard)),
    earlier: plan.earlier.length === 0 ? undefined : plan.earlier.map(encodeWish),
    upgraded: plan.upgraded && {
      ...encodeWish(plan.upgraded.wish),
      knownShards: formatShards(plan.upgraded.knownShards),
    },
  });
}

function encodeWish({ positions, triggers }: Wish): Declared {
  return { from: formatPositions(positions), triggers };
}

function encodeShard(planned: PlannedShard): Row {
  return {
    shard: planned.shard,
    round: planned.round.id,
    position: planned.position,
    target: planned.target,
    targetTime: formatOptionalInstant(planned.targetTime),
    ...encodeStand("snapshot", planned.snapshot),
  };
}

/** Reads a plan back, in this version or an older one. */
export function decodePlan(value: unknown): StoredPlan {
  const fields = fieldsOf(value, "plan");
  if (schemaVersionOf(fields["schemaVersion"], "plan") === 1) return decodeReleasedPlan(fields);
  const reader = new StateReader(fields, "plan");
  const generation = reader.text("generation");
  const roundOf = decodeRounds(fields["rounds"], "plan.rounds");
  const earlier = fields["earlier"] ?? [];
  if (!Array.isArray(earlier)) throw unreadable("plan.earlier");
  return {
    wish: decodeWish(fields, generation, "plan"),
    plannedAt: reader.instant("plannedAt"),
    knownShards: reader.shards("knownShards"),
    shards: new Map(
      decodeTable(fields["shards"], "plan.shards").map((row, index) => {
        const planned = decodeShard(row, roundOf, `plan.shards[${String(index)}]`);
        return [planned.shard, planned];
      }),
    ),
    earlier: earlier.map((wish: unknown, index) => {
      const path = `plan.earlier[${String(index)}]`;
      return decodeWish(fieldsOf(wish, path), generation, path);
    }),
    upgraded: decodeUpgraded(fields["upgraded"]),
  };
}

function decodeUpgraded(value: unknown): StoredPlan["upgraded"] {
  if (value === undefined) return undefined;
  const fields = fieldsOf(value, "plan.upgraded");
  return {
    wish: decodeWish(fields, releasedGeneration, "plan.upgraded"),
    knownShards: new StateReader(fields, "plan.upgraded").shards("knownShards"),
  };
}

function decodeWish(fields: Declared, generation: string, path: string): Wish {
  return {
    positions: decodePositions(fields["from"], `${path}.from`),
    triggers: new StateReader(fields, path).text("triggers"),
    generation,
  };
}

/** `now` only serves the refusal of a duration, which state never holds. */
function decodePositions(from: unknown, path: string): Positions {
  if (isNothing(from)) return { others: { kind: "keep" }, named: new Map() };
  const { positions, problems } = parsePositions(from, 0 as Instant);
  if (problems.length > 0) throw unreadable(path);
  return positions;
}

/** A map that keeps all shards is written without entries. */
function isNothing(from: unknown): boolean {
  return typeof from === "object" && from !== null && Object.keys(from).length === 0;
}

function decodeShard(row: Row, roundOf: (id: string) => Round, path: string): PlannedShard {
  const reader = new StateReader(row, path);
  const position = parsePosition(row["position"], 0 as Instant);
  if (!position.ok) throw unreadable(`${path}.position`);
  const target: Cursor | undefined = reader.optionalCursor("target");
  return {
    shard: reader.shard("shard"),
    round: roundOf(reader.text("round")),
    position: formatPosition(position.value),
    target,
    targetTime: reader.optionalInstant("targetTime"),
    snapshot: decodeStand(reader, "snapshot"),
  };
}
