import { type CheckpointRecord, sameCheckpoint } from "../model/checkpoint.js";
import { type Entry, type Ledger, entriesOf } from "./ledger.js";
import { type RunningShard, isKilledWrite } from "./run.js";

/**
 * Whether a record is the work of this resource, and so no sign of a live consumer: the ledger or this run wrote
 * exactly it, or a run that was killed can have.
 */
export function isOwnCommit(
  record: CheckpointRecord,
  ledger: Ledger,
  running: ReadonlyMap<number, Pick<RunningShard<unknown>, "open" | "ended">>,
): boolean {
  const going = running.get(record.shard);
  if (going !== undefined && isKilledWrite(going.open, record)) return true;
  if (going?.ended?.outcome === "applied" && going.ended.pinnedAt === record.updateTime) return true;
  return entriesOf(ledger, record.shard).some((entry) => wrote(entry, record));
}

/** The records that the acts of a ledger wrote, as far as it is known when each was saved. */
export function writesOf(
  ledger: Ledger,
): readonly Pick<CheckpointRecord, "shard" | "checkpoint" | "updateTime">[] {
  return [...ledger.shards.values()].flatMap(({ shard, entries }) =>
    entries.flatMap(({ act, outcome, pinnedAt }) =>
      outcome === "applied" && pinnedAt !== undefined
        ? [{ shard, checkpoint: { kind: "at" as const, cursor: act.target }, updateTime: pinnedAt }]
        : [],
    ),
  );
}

/** A write that was never read back has no save time of its own: it counts where it can have been. */
function wrote({ act, outcome, pinnedAt }: Entry, record: CheckpointRecord): boolean {
  if (!sameCheckpoint(record.checkpoint, { kind: "at", cursor: act.target })) return false;
  if (outcome === "applied") return pinnedAt !== undefined && pinnedAt === record.updateTime;
  return outcome === "perhaps" && record.updateTime !== undefined && record.updateTime >= act.round.plannedAt;
}
