import { type PlanTotals, type PlannedTogether } from "../rules/planTotals.js";
import { describeLogGroups } from "./describePosition.js";
import { plural } from "./lines.js";

/** What all replays of a preview do so far. Each tells it, and the last one tells the total. */
export function describePlannedTogether({ replays, totals }: PlannedTogether): string {
  return `  all ${plural(replays, "replay")} so far: ${describeTotals(totals)}`;
}

/** What one plan does, or several together: `12 shards: 10 back, 2 kept; 36 log groups will be read again`. */
export function describeTotals({ shards, moves, others, readAgain, neverRead }: PlanTotals): string {
  const counted: [number, string][] = [
    [moves.back, "back"],
    [moves.forward, "forward"],
    [moves.set, "without a position to move from"],
    [others.alreadyThere, "already there"],
    [others.behind, "before the instant already"],
    [others.gone, "gone"],
    [others.kept, "kept"],
    [others.expired, "expired"],
    [others.refused, "refused"],
  ];
  const parts = counted
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count.toLocaleString("en-US")} ${what}`);
  const amounts = [
    moves.back > 0 ? `${describeLogGroups(readAgain)} will be read again` : undefined,
    moves.forward > 0 ? `${describeLogGroups(neverRead)} will never be read` : undefined,
  ].filter((amount) => amount !== undefined);
  const amount = amounts.length === 0 ? "" : `; ${amounts.join(", ")}`;
  return `${plural(shards, "shard")}: ${parts.join(", ") || "nothing to do"}${amount}`;
}
