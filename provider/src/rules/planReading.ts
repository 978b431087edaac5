import { type Decision, type Refusal } from "./decide.js";
import { type Bounds } from "./intent.js";
import { type DecidedShard, type Subject } from "./events.js";
import { type Instant } from "../model/instant.js";
import { type Move } from "./move.js";
import { type GroupSeen } from "./observation.js";
import { type PlanLook, type ShardLook } from "./planLook.js";

/** What a new replay would do, as a read function found it. */
export type PlanReading =
  { readonly kind: "wrong"; readonly problems: readonly string[] } | UnseenPlan | SeenPlan;

/** The group could not be looked at; it can have expired all the same. */
export interface UnseenPlan {
  readonly kind: "unseen";
  readonly subject: Subject;
  readonly serverTime: Instant | undefined;
  readonly decision: Decision;
  /** The code of the failure, as docs/errors.md has it. */
  readonly code: string;
}

export interface SeenPlan {
  readonly kind: "seen";
  readonly subject: Subject;
  readonly bounds: Bounds;
  readonly seen: GroupSeen;
  readonly shards: readonly ShardDecision[];
  readonly refusals: readonly ShardRefusal[];
}

/** What was seen of a shard, and what was decided for it. */
export interface ShardDecision {
  readonly look: ShardLook;
  readonly decision: Decision;
}

/** Puts each shard of a look together with what was decided for it. */
export function decisionsOf(
  { shards }: PlanLook,
  decided: readonly DecidedShard[],
): readonly ShardDecision[] {
  return shards.flatMap((look, index) => {
    const decision = decided[index]?.decision;
    return decision === undefined ? [] : [{ look, decision }];
  });
}

/** A refusal, and the shard that it holds for. */
export interface ShardRefusal {
  readonly shard: number;
  readonly refusal: Refusal;
}

/** Everything that stands in the way: shards that are named and not there, and what was refused. */
export function refusalsOf(
  { unknown, seen: { knownShards } }: PlanLook,
  decisions: readonly ShardDecision[],
): readonly ShardRefusal[] {
  return [
    ...unknown.map((shard) => ({ shard, refusal: { kind: "unknownShard", knownShards } as const })),
    ...decisions.flatMap(({ look: { observation }, decision }) =>
      decision.kind === "refused" ? [{ shard: observation.shard, refusal: decision.refusal }] : [],
    ),
  ];
}

export type Verdict = "moves" | "nothing" | "refused" | "liveConsumers";

/** Live consumers stand in the way of an up, and not of a review. */
export function verdictOf(refusals: readonly ShardRefusal[], moves: readonly Move[]): Verdict {
  if (refusals.some(({ refusal }) => refusal.kind !== "liveConsumers")) return "refused";
  if (refusals.length > 0) return "liveConsumers";
  return moves.length > 0 ? "moves" : "nothing";
}

/** The move that a shard makes, or would make if its consumers were stopped. */
export function plannedMove(decision: Decision): Move | undefined {
  if (decision.kind === "move") return decision.move;
  return decision.kind === "refused" && decision.refusal.kind === "liveConsumers"
    ? decision.refusal.move
    : undefined;
}

/** The move of a shard, refused or not. */
export function moveWithin(decision: Decision): Move | undefined {
  if (decision.kind === "move") return decision.move;
  return decision.kind === "refused" && "move" in decision.refusal ? decision.refusal.move : undefined;
}
