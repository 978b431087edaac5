import { isDeepStrictEqual } from "node:util";
import { formatCheckpoint } from "../../model/checkpoint.js";
import { type Instant, formatInstant, formatOptionalInstant } from "../../model/instant.js";
import { type Ledger, type ShardLedger, movedEntry } from "../../rules/ledger.js";
import { shardStatuses } from "../../rules/status.js";
import { type Declared, notYetKnown } from "../declared.js";
import { withoutAbsent } from "../stateFields.js";
import { digestOf } from "../triggers.js";
import { encodeLedger, positionsOf, previousPositionsOf } from "./ledgerState.js";
import { type StoredPlan } from "./planState.js";
import { orderInputs } from "./replayOrder.js";

/** Plain JSON for Pulumi's state: the inputs, the ledger, each shard, and the maps that another replay accepts. */
export function encodeReplayOuts(declared: Declared, plan: StoredPlan, ledger: Ledger): Declared {
  const shards = [...ledger.shards.values()];
  const written = shards.flatMap(({ entries }) => entries.flatMap(({ pinnedAt }) => pinnedAt ?? []));
  return withoutAbsent({
    ...Object.fromEntries(orderInputs.map((name) => [name, declared[name]])),
    plan: digestOf(declared["plan"]),
    ledger: encodeLedger(ledger),
    shards: shards.map(encodeShard),
    positions: positionsOf(ledger),
    previousPositions: previousPositionsOf(ledger),
    plannedAt: formatInstant(plan.plannedAt),
    pinnedAt: written.length === 0 ? undefined : formatInstant(Math.max(...written) as Instant),
    totals: totalsOf(shards),
  });
}

/** Whether the writes were given something else than state says. The plan itself stands in the plan's state. */
export function changesOrder(olds: Declared, news: Declared): boolean {
  if (orderInputs.some((name) => !isDeepStrictEqual(olds[name], news[name]))) return true;
  const [before, after] = [olds["plan"], news["plan"]];
  if (after === notYetKnown) return true;
  return typeof before === "string" ? before !== digestOf(after) : !isDeepStrictEqual(before, after);
}

function totalsOf(shards: readonly ShardLedger[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    shardStatuses.flatMap((status) => {
      const count = shards.filter((shard) => shard.status === status).length;
      return count === 0 ? [] : [[status, count]];
    }),
  );
}

function encodeShard({ shard, status, entries }: ShardLedger): Declared {
  const newest = entries.at(-1);
  const moved = movedEntry(entries);
  const before = moved?.act.wayBack;
  return withoutAbsent({
    shard,
    act: newest?.act.round.id,
    status,
    checkpoint: newest?.act.target,
    checkpointTime: formatOptionalInstant(newest?.act.targetTime),
    previousCheckpoint: before && formatCheckpoint(before.checkpoint),
    previousCheckpointTime: formatOptionalInstant(before?.time),
    previousConsumer: before?.consumer,
    pinnedAt: formatOptionalInstant(moved?.pinnedAt),
    requestId: moved?.requestId,
  });
}
