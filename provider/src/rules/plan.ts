import { type Checkpoint } from "../model/checkpoint.js";
import { type Cursor } from "../model/cursor.js";
import { type Instant } from "../model/instant.js";
import { type Position, samePosition } from "../model/position.js";
import { type Positions, positionOfShard } from "../model/positions.js";

/** What was decided for one shard, and where it stood when it was. */
export interface PlannedShard {
  readonly shard: number;
  /** Names the decision: whatever is done for one act is done once. */
  readonly act: string;
  readonly position: Position;
  readonly decided: "move" | "alreadyThere" | "kept" | "expired";
  readonly target: Cursor | undefined;
  readonly targetTime: Instant | undefined;
  /** Where it stood. */
  readonly snapshot: Checkpoint;
  readonly snapshotTime: Instant | undefined;
  /** When the service had saved it. */
  readonly snapshotUpdateTime: Instant | undefined;
  readonly snapshotConsumer: string | undefined;
  /** Where it stood before the last decision that moved it; undefined where none did. */
  readonly previous: Checkpoint | undefined;
  readonly previousTime?: Instant | undefined;
}

/** A decision for a whole group. */
export interface Plan {
  readonly plannedAt: Instant;
  /** The logstore's shards at the time: one more means that there was a split or a merge since. */
  readonly knownShards: readonly number[];
  readonly shards: readonly PlannedShard[];
}

/** What makes an update of a replay act. */
export interface Change {
  readonly before: Positions;
  readonly after: Positions;
  readonly triggered: boolean;
  /** The deadline is a later one, which lets shards that were expired act. */
  readonly deadlineMoved: boolean;
}

/** The shards that either declaration names or the earlier plan knows, and of them those whose position changed. */
export function changedShards(plan: Plan, change: Change): readonly number[] {
  const known = new Set([
    ...plan.shards.map(({ shard }) => shard),
    ...change.before.named.keys(),
    ...change.after.named.keys(),
  ]);
  return [...known].filter((shard) => acts(plan, change, shard)).sort((left, right) => left - right);
}

/**
 * Whether shards that nothing has named yet act: only a changed position for all others, or triggers, asks for that;
 * and a later deadline where the earlier one passed before anything could be looked at.
 */
export function othersAct(plan: Plan, change: Change): boolean {
  if (change.deadlineMoved && plan.shards.length === 0) return true;
  return change.triggered || !samePosition(change.before.others, change.after.others);
}

/** Whether a plan decides a shard anew. Without a change, there is no earlier plan, and it decides all. */
export function decidesAnew(
  plan: Plan,
  after: Positions,
  change: Change | undefined,
  shard: number,
): boolean {
  if (change === undefined || changedShards(plan, change).includes(shard)) return true;
  const unheardOf = !after.named.has(shard) && plan.shards.every((planned) => planned.shard !== shard);
  return unheardOf && othersAct(plan, change);
}

function acts(plan: Plan, change: Change, shard: number): boolean {
  if (change.triggered) return true;
  const planned = plan.shards.find((candidate) => candidate.shard === shard);
  // A shard that is named and not in the plan could not be looked at before its deadline passed.
  if (change.deadlineMoved && (planned === undefined || planned.decided === "expired")) return true;
  return !samePosition(positionOfShard(change.before, shard), positionOfShard(change.after, shard));
}

/** The earlier plan with the shards that were decided anew in place of what it said of them. */
export function mergePlan(earlier: Plan | undefined, decided: Plan): Plan {
  const anew = new Set(decided.shards.map(({ shard }) => shard));
  const kept = (earlier?.shards ?? []).filter(({ shard }) => !anew.has(shard));
  const shards = [...kept, ...decided.shards].sort((left, right) => left.shard - right.shard);
  return { ...decided, shards };
}
