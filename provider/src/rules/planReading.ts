import { type Decision, type Refusal } from "./decide.js";
import { type Bounds } from "./intent.js";
import { type DecidedShard, type Subject } from "./events.js";
import { type Cursor } from "../model/cursor.js";
import { type Instant } from "../model/instant.js";
import { type Move } from "./move.js";
import { type GroupSeen } from "./observation.js";
import { type PlanLook, type ShardLook } from "./planLook.js";
import { type ShardEnd, type Until, type UntilProblem, logGroupsUntil } from "./until.js";

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
  /** Where reading ends, where that was asked for and can be told. */
  readonly until: Until | undefined;
  readonly untilProblems: readonly UntilProblem[];
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
export function verdictOf({ refusals, untilProblems, shards }: SeenPlan): Verdict {
  const moves = shards.flatMap(({ decision }) => plannedMove(decision) ?? []);
  if (untilProblems.length > 0) return "refused";
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

/**
 * Log groups that consumers read from where a shard would stand to its end. Undefined where it would stand nowhere,
 * and where that was not looked at.
 */
export function logGroupsToRead(shard: ShardDecision, end: ShardEnd): bigint | undefined {
  const start = startOf(shard);
  return start === undefined ? undefined : logGroupsUntil(start, end);
}

function startOf({ look, decision }: ShardDecision): Cursor | undefined {
  const { target, observation } = look;
  const { checkpoint } = observation.record;
  const stays = ["behind", "expired", "kept"].includes(decision.kind);
  if (!stays) return typeof target === "string" ? target : undefined;
  return checkpoint.kind === "at" && observation.currentTime.kind !== "outside"
    ? checkpoint.cursor
    : undefined;
}

/** What is read up to `until` in all shards that have an end: a sum of which one part is not known is not known. */
export function measureUntil(
  until: Until,
  shards: readonly ShardDecision[],
): { readonly toRead: bigint | undefined; readonly empty: readonly number[] } {
  const parts = shards.flatMap((shard) => {
    const end = until.endOf(shard.look.observation.shard);
    return end === undefined
      ? []
      : [{ shard: shard.look.observation.shard, toRead: logGroupsToRead(shard, end) }];
  });
  const known = parts.flatMap(({ toRead }) => toRead ?? []);
  return {
    toRead: known.length < parts.length ? undefined : known.reduce((sum, toRead) => sum + toRead, 0n),
    empty: parts.filter(({ toRead }) => toRead === 0n).map(({ shard }) => shard),
  };
}
