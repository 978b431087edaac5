import { formatGroupId } from "../../model/identity.js";
import { type DecidedShard } from "../../rules/events.js";
import { totalsOf } from "../../rules/planTotals.js";
import { type LifecycleContext } from "../context.js";
import { type Replay } from "./replayDeclaration.js";

/** The parts of a declaration that a plan is told with. */
export type ToldReplay = Pick<Replay, "self" | "identity" | "reason" | "bounds" | "writtenAs">;

/** Tells what an up would do with every shard of a group, refused ones included, and what all replays add up to. */
export function sayPlanned(
  { self, identity, reason, bounds, writtenAs }: ToldReplay,
  decided: readonly DecidedShard[],
  context: LifecycleContext,
): void {
  const shards = decided.toSorted((left, right) => left.shard - right.shard);
  context.emit({
    kind: "planned",
    subject: { id: formatGroupId(identity), reason },
    of: "group",
    shards,
    liveness: bounds,
    writtenAs,
    together: context.memory.plannedTogether(self, totalsOf(shards)),
  });
}
