import { formatInstant } from "../model/instant.js";
import { formatShards } from "../model/shardRanges.js";
import { type Act } from "../rules/act.js";
import { type EndedReport, type LeftShard, type Subject } from "../rules/events.js";
import { type CheckpointRecord } from "../model/checkpoint.js";
import { type ShardStatus, shardStatuses } from "../rules/status.js";
import { describeCheckpoint } from "./describePosition.js";
import { lines, plural } from "./lines.js";
import { nameShards } from "./nameShards.js";

const mostShards = 10;
const mostRequestIds = 3;

/**
 * Describes where the shards stand that are about to be written, as a map that `from` takes. Every shard is in it:
 * it survives in the output when everything else is lost.
 */
export function describeWayBack(subject: Subject, acts: readonly Act[]): string {
  const back = acts.flatMap(({ shard, snapshot }): [string, string][] =>
    snapshot.checkpoint.kind === "at" ? [[String(shard), `cursor:${snapshot.checkpoint.cursor}`]] : [],
  );
  const without = acts.filter(({ snapshot }) => snapshot.checkpoint.kind !== "at");
  const times = acts.slice(0, mostShards).filter(({ snapshot }) => snapshot.time !== undefined);
  return lines(
    `way back: ${JSON.stringify(Object.fromEntries(back))}`,
    `  of ${subject.id}, to be pasted as from`,
    ...times.map(
      ({ shard, snapshot }) =>
        `  shard ${String(shard)} stood at ${snapshot.time === undefined ? "" : formatInstant(snapshot.time)}`,
    ),
    acts.length > mostShards ? `  and ${String(acts.length - mostShards)} more shards` : undefined,
    without.length === 0
      ? undefined
      : `  no way back for ${nameShards(without.map(({ shard }) => shard))}: no valid checkpoint before this move`,
  );
}

/** Describes a shard that stands neither at its target nor where it was planned from. */
function describeElsewhere(act: Act, seen: CheckpointRecord): string {
  const from = describeCheckpoint(act.snapshot.checkpoint);
  return `planned from ${from} to ${act.target}; ${describeStandsNow(seen)}`;
}

/** Describes where a shard stands, and who put it there. */
function describeStandsNow({ checkpoint, updateTime, consumer }: CheckpointRecord): string {
  const when = updateTime === undefined ? "" : `, saved ${formatInstant(updateTime)}`;
  const who = consumer === undefined ? "" : ` by ${consumer}`;
  return `stands now at ${describeCheckpoint(checkpoint)}${when}${who}`;
}

/** How shards of each status ended; the shards follow after a colon. */
const endings: Readonly<Record<ShardStatus, string>> = {
  pinned: "shards pinned",
  overwritten: "shards overwritten by a consumer after the write (they will not be written again)",
  failed: "shards not pinned (they have not moved)",
  uncertain: "shards uncertain, neither at the target nor where the plan saw them (left alone)",
  pending: "shards not tried",
  alreadyThere: "shards that stood at the target already",
  behind: "shards before the instant, which read everything since anyway",
  kept: "shards left alone on purpose",
  expired: "shards expired",
  gone: "shards gone from the logstore",
};

/** What was asked to move and did not end well, or may yet. */
const notPinned: readonly ShardStatus[] = ["overwritten", "expired", "failed", "uncertain", "pending"];

/** Describes a replay that is not finished: which shards are where, and what to do. */
export function describeUnfinishedReplay(subject: Subject, shards: readonly EndedReport[]): string {
  const open = shards.filter(({ status }) => notPinned.includes(status));
  const are = open.length === 1 ? "is" : "are";
  return lines(
    `${subject.id}: ${String(open.length)} of ${plural(shards.length, "shard")} ${are} not pinned`,
    ...shardStatuses.flatMap((status) => describeStatus(shards, status)),
    ...describeRemedies(shards),
  );
}

function describeStatus(shards: readonly EndedReport[], status: ShardStatus): readonly string[] {
  const same = shards.filter((shard) => shard.status === status);
  if (same.length === 0) return [];
  return [`  ${endings[status]}: ${formatShards(same.map(({ shard }) => shard))}`, ...describeDetails(same)];
}

/** What is known of each shard. What many of them have in common, such as a write that was denied, is one line. */
function describeDetails(shards: readonly EndedReport[]): readonly string[] {
  const byText = new Map<string, EndedReport[]>();
  for (const shard of shards) {
    const detail = describeDetail(shard);
    if (detail !== undefined) byText.set(detail, [...(byText.get(detail) ?? []), shard]);
  }
  const all = [...byText].map(([detail, same]) => {
    return `    ${nameShards(same.map(({ shard }) => shard))}: ${detail}${describeRequestIds(same)}`;
  });
  const more = all.length - mostShards;
  return [...all.slice(0, mostShards), ...(more > 0 ? [`    and ${String(more)} more`] : [])];
}

function describeDetail({ status, failure, act, record }: EndedReport): string | undefined {
  if (!notPinned.includes(status)) return undefined;
  if (failure !== undefined) return failure.message.split("\n")[0];
  if (record === undefined || status === "pending" || status === "failed") return undefined;
  if (status === "overwritten" || act === undefined) return describeStandsNow(record);
  return describeElsewhere(act, record);
}

/** What the support of the service asks for first. */
function describeRequestIds(shards: readonly EndedReport[]): string {
  const ids = shards.flatMap(({ failure }) => failure?.requestId ?? []);
  if (ids.length === 0) return "";
  const more = ids.length - mostRequestIds;
  const named = ids.slice(0, mostRequestIds).join(", ");
  return `; request ${ids.length === 1 ? "id" : "ids"} ${named}${more > 0 ? ` and ${String(more)} more` : ""}`;
}

/** Each way out touches the named shards only, and can be pasted into `from`. */
function describeRemedies(shards: readonly EndedReport[]): readonly string[] {
  const of = (status: ShardStatus): readonly EndedReport[] => shards.filter((each) => each.status === status);
  const [uncertain, overwritten] = [of("uncertain"), of("overwritten")];
  const again = [...of("failed"), ...of("pending")];
  return [
    ...new Set(again.flatMap(({ failure }) => failure?.remedy ?? [])),
    ...(again.length > 0
      ? [
          "Keep the group's consumers stopped, and run pulumi up again: it writes only the shards that are not finished.",
        ]
      : []),
    ...(uncertain.length === 0
      ? []
      : [
          "If a consumer has already replayed an uncertain shard, leave the shard alone from now on:",
          `  from: ${entries(uncertain, () => "keep")}`,
          "If not, pin it from where it stands now:",
          `  from: ${entries(uncertain, targetOf)}`,
          "  Keep the entries of all other shards in this map.",
        ]),
    ...(of("expired").length === 0 ? [] : ["For expired shards, declare a later applyBefore."]),
    ...(overwritten.length === 0
      ? []
      : [
          "For overwritten shards, stop the group's consumers, then pin them from where they stand now:",
          `  from: ${entries(overwritten, targetOf)}`,
          "  Keep the entries of all other shards in this map.",
        ]),
  ];
}

function targetOf({ act }: EndedReport): string {
  return act === undefined ? "keep" : `cursor:${act.target}`;
}

/** Every shard is in it, however many: it is there to be pasted. */
function entries(shards: readonly EndedReport[], of: (shard: EndedReport) => string): string {
  return JSON.stringify(Object.fromEntries(shards.map((shard) => [String(shard.shard), of(shard)])));
}

const leftAlone: Readonly<Record<LeftShard["why"], string>> = {
  appearedLater: "appeared after the replay, and no other position has been declared since",
  noWayBack: "never moved by this replay, so there is no earlier position",
  historyUnknown:
    "an earlier version of this package did not record what was done before, so it is unknown whether this position was replayed already. " +
    "To replay, name a cursor for these shards or change triggers",
  uncertain: "neither at the target nor where the plan saw it",
};

/** Describes shards that an up leaves alone although a position is declared for them. */
export function describeLeft(subject: Subject, shards: readonly LeftShard[]): string {
  const whys = [...new Set(shards.map(({ why }) => why))];
  return lines(
    ...whys.map((why) => {
      const same = shards.filter((each) => each.why === why).map(({ shard }) => shard);
      return `warning: ${subject.id}: left alone: ${nameShards(same)}: ${leftAlone[why]}`;
    }),
  );
}

/** Describes shards whose last move is older than the newest one, so that `previous` undoes an earlier replay. */
export function describeOlderWaysBack(subject: Subject, shards: readonly number[]): string {
  return `warning: ${subject.id}: the newest move did not include ${nameShards(shards)}, so previous undoes an older move there`;
}
