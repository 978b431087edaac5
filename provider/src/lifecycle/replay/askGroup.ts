import { type Asked, type Permissions, askedOf } from "../../rules/asked.js";
import { type Act, withDeadline } from "../../rules/act.js";
import { type Bounds } from "../../rules/intent.js";
import { type Ledger, entriesOf, openEntry } from "../../rules/ledger.js";
import { actAsked } from "../../rules/record.js";
import { type OpenAct } from "../../rules/run.js";
import { type LifecycleContext } from "../context.js";
import { type StoredPlan } from "./planState.js";

/** What a declaration asks of every shard that plan, ledger or declaration know. */
export function askGroup(plan: StoredPlan, ledger: Ledger, bounds: Bounds): ReadonlyMap<number, Asked> {
  const permissions: Permissions = {
    deadline: bounds.applyBefore,
    allowSkip: bounds.allowSkip === true,
  };
  const shards = new Set([
    ...plan.knownShards,
    ...plan.shards.keys(),
    ...plan.wish.positions.named.keys(),
    ...ledger.shards.keys(),
  ]);
  const sorted = [...shards].sort((left, right) => left - right);
  return new Map(sorted.map((shard) => [shard, askedOf(plan, ledger, shard, permissions)]));
}

/** The acts that are carried out, with what is known of each before. */
export function openActs(
  asked: ReadonlyMap<number, Asked>,
  ledger: Ledger,
  bounds: Bounds,
  context: LifecycleContext,
): readonly OpenAct[] {
  return [...asked].flatMap(([shard, each]) => {
    const act = actAsked(each);
    if (act === undefined) return [];
    const open = each.kind === "resume" ? openEntry(entriesOf(ledger, shard)) : undefined;
    return [
      {
        act: withDeadline(act, bounds.applyBefore),
        fresh: each.kind === "act" && isFresh(act, context),
        outcome: open?.outcome === "perhaps" ? ("perhaps" as const) : ("certainlyNot" as const),
        elsewhere: each.kind === "resume" && ledger.shards.get(shard)?.status === "uncertain",
        requestId: open?.requestId,
      },
    ];
  });
}

/** Planned in this process: no run that was killed can have written it. */
export function isFresh(act: Act, context: LifecycleContext): boolean {
  return context.memory.endOfPlanned(act) !== undefined;
}
