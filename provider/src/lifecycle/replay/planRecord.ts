import { type Instant } from "../../model/instant.js";
import { type Position, formatPosition } from "../../model/position.js";
import { formatPositions } from "../../model/positions.js";
import { type Round, intentionOf, sameIntention } from "../../rules/act.js";
import { type PositionTime } from "../../rules/observation.js";
import { type PlannedShard, type Wish, earlierWishes } from "../../rules/plan.js";
import { digestOfTriggers } from "../triggers.js";
import { type PlanLook, type ShardLook } from "../../rules/planLook.js";
import { type StoredPlan } from "./planState.js";
import { type Replay } from "./replayDeclaration.js";

/** What a replay asks for, as acts are compared by it. */
export function wishOf({ positions, triggers }: Replay, generation: string): Wish {
  return { positions, triggers: digestOfTriggers(triggers), generation };
}

/** A plan of nothing: what there is before the first look, and where the deadline passed before one succeeded. */
export function nothingPlanned(generation: string, plannedAt: Instant): StoredPlan {
  return {
    wish: {
      positions: { others: { kind: "keep" }, named: new Map() },
      triggers: digestOfTriggers(undefined),
      generation,
    },
    plannedAt,
    knownShards: [],
    shards: new Map(),
    earlier: [],
    upgraded: undefined,
  };
}

/** The plan after a look: what was looked at is planned anew, the rest stays; a shard that is gone leaves it. */
export function planAfterLook(
  earlier: StoredPlan | undefined,
  wish: Wish,
  look: PlanLook,
  round: { readonly id: string; readonly deadline: Instant | undefined },
): StoredPlan {
  const { serverTime, knownShards } = look.seen;
  const planned: Round = {
    ...round,
    plannedAt: serverTime,
    knownShards,
    triggers: wish.triggers,
    generation: wish.generation,
  };
  const kept = [...(earlier?.shards ?? [])].filter(([shard]) => knownShards.includes(shard));
  const anew = look.shards.flatMap((shard): [number, PlannedShard][] => {
    const before = earlier?.shards.get(shard.observation.shard);
    const record = plannedShard(shard, boundAsBefore(planned, before, shard.position));
    return record === undefined ? [] : [[record.shard, record]];
  });
  return {
    wish,
    plannedAt: serverTime,
    knownShards,
    shards: new Map([...new Map([...kept, ...anew])].sort(([left], [right]) => left - right)),
    earlier: earlier === undefined ? [] : earlierWishes(earlier),
    upgraded: earlier?.upgraded,
  };
}

/**
 * A shard that is planned for the same once more, and without a deadline now, keeps that of its plan before: leaving
 * one out takes none away. Shards with another deadline are another round.
 */
function boundAsBefore(round: Round, before: PlannedShard | undefined, position: Position): Round {
  if (round.deadline !== undefined || before === undefined) return round;
  const { deadline } = before.round;
  const asked = intentionOf(position, round);
  const same = sameIntention(asked, { ...before.round, position: before.position });
  return same && deadline !== undefined
    ? { ...round, id: `${round.id}.${String(deadline)}`, deadline }
    : round;
}

/** The plan under a changed wish that needs no look, such as one that only keeps more shards than before. */
export function planUnderWish(plan: StoredPlan, wish: Wish): StoredPlan {
  const same =
    JSON.stringify(formatPositions(plan.wish.positions)) === JSON.stringify(formatPositions(wish.positions));
  return same && plan.wish.triggers === wish.triggers
    ? plan
    : { ...plan, wish, earlier: earlierWishes(plan) };
}

function plannedShard(look: ShardLook, round: Round): PlannedShard | undefined {
  const { position, target, observation } = look;
  if (position.kind === "keep") return undefined;
  const { shard, record, currentTime, targetTime } = observation;
  return {
    shard,
    round,
    position: formatPosition(position),
    target: typeof target === "string" ? target : undefined,
    targetTime: typeof target === "string" ? instantOf(targetTime) : undefined,
    snapshot: {
      checkpoint: record.checkpoint,
      time: instantOf(currentTime),
      savedAt: record.updateTime,
      consumer: record.consumer,
    },
  };
}

function instantOf(time: PositionTime): Instant | undefined {
  return time.kind === "at" ? time.instant : undefined;
}
