import { type IsOurs, decide, liveConsumers } from "../../rules/decide.js";
import { type DecidedShard } from "../../rules/events.js";
import { type PlanLook } from "../../rules/planLook.js";
import { type Replay } from "./replayDeclaration.js";

/** Decides each shard of a look as a new act; where `previous` leads, only the ledger can tell. */
export function decideLook(replay: Replay, seen: PlanLook, isOurs: IsOurs): readonly DecidedShard[] {
  const alive = liveConsumers(seen.seen, isOurs);
  return seen.shards.map(({ observation, target, asked }) => ({
    shard: observation.shard,
    asked,
    decision: decide(
      {
        ...replay.bounds,
        target,
        judges: "group",
        ...(asked !== undefined && { asked }),
      },
      { ...seen.seen, kind: "seen", shard: observation },
      alive,
    ),
  }));
}
