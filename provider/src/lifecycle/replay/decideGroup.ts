import { type Decision, type IsOurs, decide } from "../../rules/decide.js";
import { type Bounds } from "../../rules/intent.js";
import { type LiveConsumersRefusal } from "../waitForQuiet.js";
import { type GroupLook, type ShardLook } from "./observeGroup.js";

/** What was decided for one shard of a group. */
export interface ShardDecision {
  readonly look: ShardLook;
  readonly decision: Decision;
}

/** Decides each shard of a group by the one table; the group's consumers are judged together. */
export function decideGroup(group: GroupLook, bounds: Bounds, isOurs: IsOurs): readonly ShardDecision[] {
  return group.shards.map((look) => ({
    look,
    decision: decide(
      {
        ...bounds,
        target: look.target,
        judges: "group",
        ...(look.asked !== undefined && { asked: look.asked }),
      },
      { ...group.seen, kind: "seen", shard: look.observation },
      isOurs,
    ),
  }));
}

/** The refusal of a group for its live consumers, where they are the only thing in the way. */
export function busyOnly(decisions: readonly ShardDecision[]): LiveConsumersRefusal | undefined {
  const refusals = decisions.flatMap(({ decision }) =>
    decision.kind === "refused" ? [decision.refusal] : [],
  );
  const live = refusals.flatMap((refusal) => (refusal.kind === "liveConsumers" ? [refusal] : []));
  return live.length === refusals.length ? live[0] : undefined;
}
