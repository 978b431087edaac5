import { formatInstant } from "../model/instant.js";
import { formatShards } from "../model/shardRanges.js";
import { type Act } from "../rules/act.js";
import { type EndedReport, type LeftShard, type Subject } from "../rules/events.js";
import { type CheckpointRecord } from "../model/checkpoint.js";
import { type ShardStatus, shardStatuses } from "../rules/status.js";
import { describeCheckpoint } from "./describePosition.js";
import { lines } from "./lines.js";

const mostShards = 10;

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
      : `  without a checkpoint before, so nothing leads back: shards ${formatShards(without.map(({ shard }) => shard))}`,
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

const endings: Readonly<Record<ShardStatus, string>> = {
  pinned: "pinned",
  overwritten: "overwritten by a consumer after the write; never written again",
  failed: "not pinned; stand where they stood",
  uncertain: "uncertain: neither at the target nor where the plan saw them; left alone",
  pending: "not tried",
  alreadyThere: "stood there already",
  behind: "stand before the instant, and will read everything since",
  kept: "left alone on purpose",
  expired: "expired",
  gone: "gone from the logstore",
};

/** What was asked to move and did not end well, or may yet. */
const notPinned: readonly ShardStatus[] = ["overwritten", "expired", "failed", "uncertain", "pending"];

/** Describes a replay that is not finished: which shards are where, and what to do. */
export function describeUnfinishedReplay(subject: Subject, shards: readonly EndedReport[]): string {
  const open = shards.filter(({ status }) => notPinned.includes(status));
  const are = open.length === 1 ? "is" : "are";
  return lines(
    `${subject.id}: ${String(open.length)} of ${String(shards.length)} shards ${are} not pinned`,
    ...shardStatuses.flatMap((status) => describeStatus(shards, status)),
    "  Consumers that were stopped for this are still stopped.",
    ...describeRemedies(shards),
  );
}

function describeStatus(shards: readonly EndedReport[], status: ShardStatus): readonly string[] {
  const same = shards.filter((shard) => shard.status === status);
  if (same.length === 0) return [];
  const details = same.flatMap((shard) => {
    const detail = describeDetail(shard);
    return detail === undefined ? [] : [`    shard ${String(shard.shard)}: ${detail}`];
  });
  const more = details.length - mostShards;
  return [
    `  ${endings[status]}: ${formatShards(same.map(({ shard }) => shard))}`,
    ...details.slice(0, mostShards),
    ...(more > 0 ? [`    and ${String(more)} more`] : []),
  ];
}

function describeDetail({ status, failure, act, record }: EndedReport): string | undefined {
  if (!notPinned.includes(status)) return undefined;
  if (failure !== undefined) return failure.message.split("\n")[0];
  if (record === undefined || status === "pending" || status === "failed") return undefined;
  if (status === "overwritten" || act === undefined) return describeStandsNow(record);
  return describeElsewhere(act, record);
}

/** Each way out touches the named shards only, and can be pasted into `from`. */
function describeRemedies(shards: readonly EndedReport[]): readonly string[] {
  const of = (status: ShardStatus): readonly EndedReport[] => shards.filter((each) => each.status === status);
  const [uncertain, overwritten] = [of("uncertain"), of("overwritten")];
  return [
    ...(of("failed").length + of("pending").length > 0
      ? ["Run pulumi up again: it writes only the shards that are not finished."]
      : []),
    ...(uncertain.length === 0
      ? []
      : [
          "An uncertain shard that a consumer has replayed already is left alone from now on by:",
          `  from: ${entries(uncertain, () => "keep")}`,
          "One that has not been replayed is pinned from where it stands now by:",
          `  from: ${entries(uncertain, targetOf)}`,
          "  Name all other shards in the same map as before.",
        ]),
    ...(of("expired").length === 0 ? [] : ["For expired shards: declare a later applyBefore."]),
    ...(overwritten.length === 0
      ? []
      : [
          "For overwritten shards: stop the group's consumers, then pin them from where they stand now by:",
          `  from: ${entries(overwritten, targetOf)}`,
          "  Name all other shards in the same map as before.",
        ]),
  ];
}

function targetOf({ act }: EndedReport): string {
  return act === undefined ? "keep" : `cursor:${act.target}`;
}

function entries(shards: readonly EndedReport[], of: (shard: EndedReport) => string): string {
  const shown = shards
    .slice(0, mostShards)
    .map((shard): [string, string] => [String(shard.shard), of(shard)]);
  return `${JSON.stringify(Object.fromEntries(shown))}${shards.length > mostShards ? ", and so on" : ""}`;
}

const leftAlone: Readonly<Record<LeftShard["why"], string>> = {
  appearedLater: "appeared after the replay, and no other position was declared since",
  noWayBack: "this replay has nothing to put them back to",
  historyUnknown:
    "an earlier version did not keep what was done before, so a changed position may be a step back; name a cursor, or change triggers",
  uncertain: "stand neither at their target nor where they were planned from",
};

/** Describes shards that an up leaves alone although a position is declared for them. */
export function describeLeft(subject: Subject, shards: readonly LeftShard[]): string {
  const whys = [...new Set(shards.map(({ why }) => why))];
  return lines(
    ...whys.map((why) => {
      const same = shards.filter((each) => each.why === why).map(({ shard }) => shard);
      return `warning: ${subject.id}: left alone, shards ${formatShards(same)}: ${leftAlone[why]}`;
    }),
  );
}

/** Describes shards whose last move is older than the newest one, so that `previous` undoes an earlier replay. */
export function describeOlderWaysBack(subject: Subject, shards: readonly number[]): string {
  return `warning: ${subject.id}: the last move of shards ${formatShards(shards)} is older than the newest one; previous takes that older move back`;
}
