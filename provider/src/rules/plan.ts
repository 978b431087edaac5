import { type Cursor } from "../model/cursor.js";
import { type Instant } from "../model/instant.js";
import { type Position, formatPosition, samePosition } from "../model/position.js";
import { type Positions, positionOfShard } from "../model/positions.js";
import { type Act, type Round, type Stand, intentionOf, sameIntention } from "./act.js";

/** Where one shard stood when it was planned, and where its position led at the time. */
export interface PlannedShard {
  readonly shard: number;
  readonly round: Round;
  readonly position: string;
  /** Undefined for `previous`, which only the ledger can tell. */
  readonly target: Cursor | undefined;
  readonly targetTime: Instant | undefined;
  readonly snapshot: Stand;
}

/** What a declaration asks for: the part of it that makes acts. */
export interface Wish {
  readonly positions: Positions;
  readonly triggers: string;
  readonly generation: string;
}

/** What was looked at before anything is written. It records, and says nothing of what was done. */
export interface Plan {
  readonly wish: Wish;
  readonly plannedAt: Instant;
  readonly shards: ReadonlyMap<number, PlannedShard>;
  /** Wishes that were planned before this one, newest last: an act can follow only what was planned. */
  readonly earlier: readonly Wish[];
}

/** How many earlier wishes are kept. A wish that is older counts as possibly known. */
const mostEarlier = 8;

/** Adds the wish of a plan to those that its successor remembers. */
export function earlierWishes(plan: Plan): readonly Wish[] {
  return [...plan.earlier, plan.wish].slice(-mostEarlier);
}

/** What makes a new declaration plan shards anew. */
export interface Change {
  readonly plan: Plan;
  readonly after: Wish;
  /** A later deadline, or skipping that was allowed: shards that had ended without a write may act. */
  readonly reopens: boolean;
}

/** Whether a shard is looked at and planned anew. */
export function plansAnew({ plan, after, reopens }: Change, shard: number): boolean {
  const position = positionOfShard(after.positions, shard);
  if (position.kind === "keep") return false;
  const asked = intentionOf(position, after);
  const before = intentionOf(positionOfShard(plan.wish.positions, shard), plan.wish);
  if (!sameIntention(asked, before)) return true;
  return reopens;
}

/** Whether a change plans any shard anew, whichever shards there are. */
export function plansAnything(change: Change): boolean {
  const { plan, after, reopens } = change;
  if (!samePosition(plan.wish.positions.others, after.positions.others)) return true;
  if (plan.wish.triggers !== after.triggers || plan.wish.generation !== after.generation) return true;
  const named = new Set([...plan.wish.positions.named.keys(), ...after.positions.named.keys()]);
  return reopens || [...named].some((shard) => plansAnew(change, shard));
}

/**
 * Whether no act of the ledger can follow what is asked of a shard: it was never planned before. Only then can a
 * refusal be certain before the ledger is known.
 */
export function isNewWish({ plan, after }: Change, shard: number): boolean {
  const known = earlierWishes(plan);
  if (known.length >= mostEarlier) return false;
  const asked = intentionOf(positionOfShard(after.positions, shard), after);
  return !known.some((wish) =>
    sameIntention(asked, intentionOf(positionOfShard(wish.positions, shard), wish)),
  );
}

/** The act that a planned shard would be. */
export function actOf(planned: PlannedShard, target: Cursor, targetTime: Instant | undefined): Act {
  const { shard, round, position, snapshot } = planned;
  return {
    shard,
    round,
    position,
    inherited: [],
    target,
    targetTime,
    snapshot,
    wayBack: snapshot,
    deadline: round.deadline,
  };
}

export function isPlannedFor(planned: PlannedShard, position: Position, wish: Wish): boolean {
  return (
    planned.position === formatPosition(position) &&
    planned.round.triggers === wish.triggers &&
    planned.round.generation === wish.generation
  );
}
