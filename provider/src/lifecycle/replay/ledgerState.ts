import { formatCheckpoint } from "../../model/checkpoint.js";
import { formatShards } from "../../model/shardRanges.js";
import { type Intention } from "../../rules/act.js";
import { type FollowedByOthers, type Ledger, type ShardLedger, movedEntry } from "../../rules/ledger.js";
import { type ShardStatus, shardStatuses } from "../../rules/status.js";
import { StateReader, decodeRounds, decodeTable, encodeRounds, encodeTable, fieldsOf } from "../actState.js";
import { decodeEntry, decodeIntention, encodeEntry, entryColumns } from "../entryState.js";
import { type Declared } from "../declared.js";
import { withoutAbsent } from "../stateFields.js";
import { schemaVersion, schemaVersionOf } from "../unreadable.js";
import { type StoredPlan } from "./planState.js";
import { decodeReleasedLedger } from "./releasedLedgerState.js";
import { releasedGeneration, releasedTriggers } from "./releasedPlanState.js";

/** Writes the ledger as the plain JSON that Pulumi keeps: a row for each act that a rule can still ask for. */
export function encodeLedger(ledger: Ledger): Declared {
  const shards = [...ledger.shards.values()];
  const entries = shards.flatMap((shard) => shard.entries);
  const unknown = shards.filter(({ historyUnknown }) => historyUnknown).map(({ shard }) => shard);
  return withoutAbsent({
    schemaVersion,
    rounds: encodeRounds(entries.map(({ act }) => act.round)),
    acts: encodeTable(entryColumns, entries.map(encodeEntry)),
    statuses: encodeStatuses(shards),
    historyUnknown: unknown.length === 0 ? undefined : formatShards(unknown),
    others: ledger.others && {
      ...ledger.others.intention,
      knownShards: formatShards(ledger.others.knownShards),
    },
  });
}

/** Which shards have which status: most have the same one. */
function encodeStatuses(shards: readonly ShardLedger[]): Declared {
  return Object.fromEntries(
    shardStatuses.flatMap((status) => {
      const same = shards.filter((shard) => shard.status === status).map(({ shard }) => shard);
      return same.length === 0 ? [] : [[status, formatShards(same)]];
    }),
  );
}

/** Reads the ledger back, in this version or an older one. */
export function decodeLedger(outs: Declared, plan: StoredPlan): Ledger {
  if (outs["ledger"] === undefined) return withReleasedTriggers(decodeReleasedLedger(outs, plan), plan);
  const fields = fieldsOf(outs["ledger"], "ledger");
  schemaVersionOf(fields["schemaVersion"], "ledger");
  const roundOf = decodeRounds(fields["rounds"], "ledger.rounds");
  const entries = decodeTable(fields["acts"], "ledger.acts").map((row, index) =>
    decodeEntry(row, roundOf, `ledger.acts[${String(index)}]`),
  );
  const unknown =
    fields["historyUnknown"] === undefined ? [] : new StateReader(fields, "ledger").shards("historyUnknown");
  const shards = [...decodeStatuses(fields["statuses"])].map(([shard, status]): [number, ShardLedger] => [
    shard,
    {
      shard,
      status,
      entries: entries.filter(({ act }) => act.shard === shard),
      historyUnknown: unknown.includes(shard),
    },
  ]);
  const others = decodeOthers(fields["others"]);
  return withReleasedTriggers({ shards: new Map(shards), others }, plan);
}

function decodeStatuses(value: unknown): Map<number, ShardStatus> {
  const reader = new StateReader(fieldsOf(value, "ledger.statuses"), "ledger.statuses");
  const statuses = new Map<number, ShardStatus>();
  for (const status of shardStatuses) {
    const shards = reader.optionalText(status) === undefined ? [] : reader.shards(status);
    for (const shard of shards) statuses.set(shard, status);
  }
  return new Map([...statuses].sort(([left], [right]) => left - right));
}

function decodeOthers(value: unknown): FollowedByOthers | undefined {
  if (value === undefined) return undefined;
  const fields = fieldsOf(value, "ledger.others");
  return {
    intention: decodeIntention(fields, "ledger.others"),
    knownShards: new StateReader(fields, "ledger.others").shards("knownShards"),
  };
}

/** Acts of version 0.1.0 say nothing of their triggers; the plan says it once it was written by a newer version. */
function withReleasedTriggers(ledger: Ledger, { upgraded }: StoredPlan): Ledger {
  if (upgraded === undefined) return ledger;
  const known = (intention: Intention): Intention =>
    intention.generation === releasedGeneration && intention.triggers === releasedTriggers
      ? { ...intention, triggers: upgraded.wish.triggers }
      : intention;
  const shards = [...ledger.shards].map(([shard, kept]): [number, ShardLedger] => [
    shard,
    {
      ...kept,
      entries: kept.entries.map((entry) => ({
        ...entry,
        act: {
          ...entry.act,
          round: { ...entry.act.round, ...known({ ...entry.act.round, position: "" }) },
          inherited: entry.act.inherited.map(known),
        },
      })),
    },
  ]);
  return { ...ledger, shards: new Map(shards) };
}

/** Where each shard was put, and where it stood before: maps that another replay accepts as `from`. */
export function positionsOf(ledger: Ledger): Readonly<Record<string, string>> {
  const put: readonly ShardStatus[] = ["pinned", "alreadyThere", "overwritten"];
  return mapOf(ledger, (shard) =>
    put.includes(shard.status) ? shard.entries.at(-1)?.act.target : undefined,
  );
}

/** Only shards that have a way back: no text here is one that `from` would refuse. */
export function previousPositionsOf(ledger: Ledger): Readonly<Record<string, string>> {
  return mapOf(ledger, (shard) => {
    const stand = shard.status === "gone" ? undefined : movedEntry(shard.entries)?.act.wayBack;
    return stand?.checkpoint.kind === "at" ? formatCheckpoint(stand.checkpoint) : undefined;
  });
}

function mapOf(
  ledger: Ledger,
  cursorOf: (shard: ShardLedger) => string | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...ledger.shards.values()].flatMap((shard) => {
      const cursor = cursorOf(shard);
      return cursor === undefined ? [] : [[String(shard.shard), `cursor:${cursor}`]];
    }),
  );
}
