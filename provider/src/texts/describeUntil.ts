import { formatInstant } from "../model/instant.js";
import { formatPositions } from "../model/positions.js";
import { formatShards } from "../model/shardRanges.js";
import { type Until, type UntilProblem } from "../rules/until.js";

/** Words why consumers cannot be told to read up to `until`: what was seen, and what to do. */
export function describeUntilProblem(problem: UntilProblem): string {
  switch (problem.kind) {
    case "inTheFuture":
      return (
        `until ${formatInstant(problem.until)} is in the future: the service's clock shows ` +
        `${formatInstant(problem.serverTime)}. Consumers would stop at the present end of each shard and never ` +
        "read what is received until then. Write an instant that has passed."
      );
    case "unknownShard":
      return (
        `until names shard ${String(problem.shard)}, which the logstore does not have; ` +
        `it has ${formatShards(problem.knownShards)}`
      );
    case "afterEnd":
      return (
        `until of shard ${String(problem.shard)} is the cursor ${problem.cursor}, after the end of the shard ` +
        `(${problem.end}). Write a cursor of this shard, up to its end.`
      );
  }
}

/** How `until` reads: the instant that is one for all shards, or that each shard has its own. */
export function describeUntil({ positions }: Pick<Until, "positions">): string {
  const formatted = formatPositions(positions);
  return typeof formatted === "string" ? `until ${formatted}` : "until its own end in each shard";
}
