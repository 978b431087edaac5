import { type Decision } from "./decide.js";
import { type DecidedShard } from "./events.js";
import { type Move } from "./move.js";

/** What a plan does, counted: of one group, or of several together. */
export interface PlanTotals {
  readonly shards: number;
  readonly moves: Readonly<Record<Move["direction"], number>>;
  /** Shards that are not moved, by what was decided for them. */
  readonly others: Readonly<Record<Exclude<Decision["kind"], "move">, number>>;
  readonly readAgain: bigint;
  readonly neverRead: bigint;
}

/** What several replays of one preview add up to. */
export interface PlannedTogether {
  readonly replays: number;
  readonly totals: PlanTotals;
}

const none: PlanTotals = {
  shards: 0,
  moves: { back: 0, forward: 0, set: 0 },
  others: { alreadyThere: 0, behind: 0, gone: 0, kept: 0, expired: 0, refused: 0 },
  readAgain: 0n,
  neverRead: 0n,
};

/** Counts what was decided for the shards of one group. */
export function totalsOf(shards: readonly DecidedShard[]): PlanTotals {
  return shards.map(({ decision }) => totalsOfShard(decision)).reduce(sumOfTotals, none);
}

/** Adds up what several groups do. */
export function sumOfTotals(left: PlanTotals, right: PlanTotals): PlanTotals {
  return {
    shards: left.shards + right.shards,
    moves: sums(left.moves, right.moves),
    others: sums(left.others, right.others),
    readAgain: left.readAgain + right.readAgain,
    neverRead: left.neverRead + right.neverRead,
  };
}

/** The move that a shard makes, or would make if its consumers were stopped. */
export function moveOfDecision(decision: Decision): Move | undefined {
  if (decision.kind === "move") return decision.move;
  return decision.kind === "refused" && decision.refusal.kind === "liveConsumers"
    ? decision.refusal.move
    : undefined;
}

function totalsOfShard(decision: Decision): PlanTotals {
  const move = moveOfDecision(decision);
  if (move === undefined) {
    // A shard without a move that is of the kind "move" does not exist.
    const kind = decision.kind === "move" ? "kept" : decision.kind;
    return { ...none, shards: 1, others: { ...none.others, [kind]: 1 } };
  }
  const logGroups = move.logGroups ?? 0n;
  return {
    ...none,
    shards: 1,
    moves: { ...none.moves, [move.direction]: 1 },
    readAgain: move.direction === "back" ? logGroups : 0n,
    neverRead: move.direction === "forward" ? logGroups : 0n,
  };
}

function sums<Name extends string>(
  left: Readonly<Record<Name, number>>,
  right: Readonly<Record<Name, number>>,
): Readonly<Record<Name, number>> {
  const names = Object.keys(left) as Name[];
  return Object.fromEntries(names.map((name) => [name, left[name] + right[name]])) as Record<Name, number>;
}
