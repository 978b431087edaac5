import { formatCheckpoint } from "../model/checkpoint.js";
import { formatInstant } from "../model/instant.js";
import { type Subject, lines } from "./describe.js";
import { type PlannedShard } from "./plan.js";

/** One shard of a replay that did not end well, with what is known of why. */
export interface DescribedResult {
  readonly shard: number;
  readonly status: string;
  readonly planned: PlannedShard;
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

const endings = {
  pinned: "pinned",
  overwritten: "overwritten by a consumer after the write; never written again",
  failed: "not pinned; stand where they stood",
  uncertain: "uncertain: neither at the target nor where the plan saw them; left alone",
  pending: "not tried",
} as const;

/** Describes a replay that is not finished: which shards are where, and what to do. */
export function describeUnfinishedReplay(subject: Subject, results: readonly DescribedResult[]): string {
  const moved = results.filter(({ status }) => status in endings);
  const open = moved.filter(({ status }) => status !== "pinned");
  return lines(
    `${subject.id}: ${String(open.length)} of ${String(moved.length)} shards are not pinned`,
    ...Object.entries(endings).flatMap(([status, ending]) => describeStatus(moved, status, ending)),
    "  Consumers that were stopped for this are still stopped.",
    ...describeRemedies(moved),
  );
}

function describeStatus(
  results: readonly DescribedResult[],
  status: string,
  ending: string,
): readonly string[] {
  const same = results.filter((result) => result.status === status);
  if (same.length === 0) return [];
  const details = same.filter(({ detail }) => detail !== undefined).slice(0, mostShards);
  return [
    `  ${ending}: ${same.map(({ shard }) => shard).join(", ")}`,
    ...details.map(({ shard, detail }) => `    shard ${String(shard)}: ${detail ?? ""}`),
  ];
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
