import { type Positions } from "../../model/positions.js";
import { type ClaimedShards } from "../processMemory.js";

/** The shards that positions move, whichever there are. */
export function claimedShards({ others, named }: Positions): ClaimedShards {
  const entries = [...named];
  return {
    others: others.kind !== "keep",
    moved: entries.filter(([, { kind }]) => kind !== "keep").map(([shard]) => shard),
    kept: entries.filter(([, { kind }]) => kind === "keep").map(([shard]) => shard),
  };
}
