import { formatCheckpoint } from "../model/checkpoint.js";
import { formatInstant } from "../model/instant.js";
import { type Subject, describeCheckpoint, lines } from "./describe.js";
import { type CheckpointRecord } from "../rules/observation.js";
import { type PlannedShard } from "../rules/plan.js";

/** One shard of a replay that did not end well, with what is known of why. */
export interface DescribedResult {
  readonly shard: number;
  readonly status: string;
  readonly detail: string | undefined;
}

const mostShards = 10;

/** Describes where the shards stand that are about to be written. Survives in the output when everything else is lost. */
export function describeWaysBack(subject: Subject, planned: readonly PlannedShard[]): string {
  const more = planned.length - mostShards;
  return lines(
    `${subject.id}: way back: from: { ${planned.slice(0, mostShards).map(describeWayBackOf).join(", ")} }` +
      (more > 0 ? ` and ${String(more)} more, in the plan's state` : ""),
  );
}

function describeWayBackOf({ shard, snapshot, snapshotTime }: PlannedShard): string {
  const time = snapshotTime === undefined ? "" : ` (${formatInstant(snapshotTime)})`;
  const position = snapshot.kind === "none" ? "none" : `cursor:${formatCheckpoint(snapshot)}`;
  return `"${String(shard)}": "${position}"${time}`;
}

/** Describes a shard that stands neither at its target nor where the plan saw it. */
export function describeStray({ target, snapshot }: PlannedShard, seen: CheckpointRecord): string {
  return `planned from ${describeCheckpoint(snapshot)} to ${target ?? "nowhere"}; ${describeStandsNow(seen)}`;
}

/** Describes where a shard stands, and who put it there. */
export function describeStandsNow({ checkpoint, updateTime, consumer }: CheckpointRecord): string {
  const when = updateTime === undefined ? "" : `, saved ${formatInstant(updateTime)}`;
  const who = consumer === undefined ? "" : ` by ${consumer}`;
  return `stands now at ${describeCheckpoint(checkpoint)}${when}${who}`;
}

const endings = {
  pinned: "pinned",
  overwritten: "overwritten by a consumer after the write; never written again",
  failed: "not pinned; stand where they stood",
  uncertain: "uncertain: neither at the target nor where the plan saw them; left alone",
  pending: "not tried",
  alreadyThere: "stood there already",
  kept: "left alone on purpose",
  expired: "expired",
} as const;

/** What was asked to move and did not end well, or may yet. */
const notPinned = ["overwritten", "failed", "uncertain", "pending"];

/** Describes a replay that is not finished: which shards are where, and what to do. */
export function describeUnfinishedReplay(subject: Subject, results: readonly DescribedResult[]): string {
  const open = results.filter(({ status }) => notPinned.includes(status));
  const are = open.length === 1 ? "is" : "are";
  return lines(
    `${subject.id}: ${String(open.length)} of ${String(results.length)} shards ${are} not pinned`,
    ...Object.entries(endings).flatMap(([status, ending]) => describeStatus(results, status, ending)),
    "  Consumers that were stopped for this are still stopped.",
    ...describeRemedies(results),
  );
}

function describeStatus(
  results: readonly DescribedResult[],
  status: string,
  ending: string,
): readonly string[] {
  const same = results.filter((result) => result.status === status);
  if (same.length === 0) return [];
  const details = same.filter(({ detail }) => detail !== undefined);
  const more = details.length - mostShards;
  return [
    `  ${ending}: ${describeShards(same.map(({ shard }) => shard))}`,
    ...details.slice(0, mostShards).map(({ shard, detail }) => `    shard ${String(shard)}: ${detail ?? ""}`),
    ...(more > 0 ? [`    and ${String(more)} more`] : []),
  ];
}

/** Shard ids in order, with three and more in a row as a range: `0-3, 7`. */
export function describeShards(shards: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const shard of shards.toSorted((left, right) => left - right)) {
    const run = runs.at(-1);
    if (run !== undefined && shard === run[1] + 1) run[1] = shard;
    else runs.push([shard, shard]);
  }
  return runs
    .flatMap(([first, last]) => {
      if (last - first >= 2) return [`${String(first)}-${String(last)}`];
      return last > first ? [String(first), String(last)] : [String(first)];
    })
    .join(", ");
}

function describeRemedies(results: readonly DescribedResult[]): readonly string[] {
  const has = (status: string): boolean => results.some((result) => result.status === status);
  return [
    ...(has("failed") || has("pending")
      ? ["Run pulumi up again: it writes only the shards that are not finished."]
      : []),
    ...(has("uncertain")
      ? [
          "If a consumer has replayed an uncertain shard already, set it to keep. If it has not, change triggers.",
        ]
      : []),
    ...(has("overwritten")
      ? ["For overwritten shards: stop the group's consumers, change triggers, run pulumi up."]
      : []),
  ];
}
