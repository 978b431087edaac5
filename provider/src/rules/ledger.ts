import { type Instant } from "../model/instant.js";
import { type Act, type Intention, type Stand } from "./act.js";
import { type ShardStatus, isUnfinished } from "./status.js";

/**
 * What became of an act.
 *
 * `applied`: written, and seen at its target. `alreadyThere`, `behind`: fulfilled without a write. `perhaps`: it
 * may have been applied, and nothing that can be looked at tells. `certainlyNot`: proven not applied so far. `left`:
 * it was found elsewhere, and then kept on purpose: asked for again, it is not done. `expired`: its deadline passed
 * before it was applied. An act that is withdrawn is no longer in the ledger.
 */
export type Outcome = "applied" | "alreadyThere" | "behind" | "perhaps" | "certainlyNot" | "left" | "expired";

export interface Entry {
  readonly act: Act;
  readonly outcome: Outcome;
  /** Whether a later up may still carry it out. */
  readonly open: boolean;
  readonly pinnedAt: Instant | undefined;
  readonly requestId: string | undefined;
}

export interface ShardLedger {
  readonly shard: number;
  readonly status: ShardStatus;
  /** Oldest first; only those that a rule can still ask for. */
  readonly entries: readonly Entry[];
  /** State of version 0.1.0 forgets the acts before one that failed: then a revert cannot be told from a new wish. */
  readonly historyUnknown: boolean;
}

/** What `"*"` last asked for, and of which shards. */
export interface FollowedByOthers {
  readonly intention: Intention;
  readonly knownShards: readonly number[];
}

/** What was done, as opposed to what was planned. Kept by whoever writes. */
export interface Ledger {
  readonly shards: ReadonlyMap<number, ShardLedger>;
  readonly others: FollowedByOthers | undefined;
}

export const emptyLedger: Ledger = { shards: new Map(), others: undefined };

export function entriesOf(ledger: Ledger, shard: number): readonly Entry[] {
  return ledger.shards.get(shard)?.entries ?? [];
}

export function openEntry(entries: readonly Entry[]): Entry | undefined {
  return entries.findLast(({ open }) => open);
}

/** The newest act that reached its target, stood there, or may have reached it. */
export function standingEntry(entries: readonly Entry[]): Entry | undefined {
  return entries.findLast(({ outcome }) => outcome !== "certainlyNot" && outcome !== "expired");
}

/** The newest act that ended, an expired one included. */
export function endedEntry(entries: readonly Entry[]): Entry | undefined {
  return entries.findLast(({ outcome }) => outcome !== "certainlyNot");
}

/** The newest act that moved the shard, or may have. */
export function movedEntry(entries: readonly Entry[]): Entry | undefined {
  return entries.findLast(({ outcome }) => outcome === "applied" || outcome === "perhaps");
}

/** Where `previous` leads; undefined where nothing was moved. */
export function wayBackOf(entries: readonly Entry[]): Stand | undefined {
  return movedEntry(entries)?.act.wayBack;
}

/** The entries that a rule can still ask for: everything else would only fill state. */
export function pruned(entries: readonly Entry[]): readonly Entry[] {
  const needed = new Set([
    openEntry(entries),
    standingEntry(entries),
    endedEntry(entries),
    movedEntry(entries),
  ]);
  return entries.filter((entry) => needed.has(entry));
}

/** The open act is taken back: nothing is asked of it any more. One that may have been applied is remembered. */
export function closed(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap((entry) => {
    if (!entry.open) return [entry];
    return entry.outcome === "perhaps" ? [{ ...entry, open: false }] : [];
  });
}

/**
 * The open act is closed by `keep`. Where its shard was found elsewhere, that was the way out which the text had
 * named, and it must be possible to tidy it away later.
 */
export function leftAlone(entries: readonly Entry[], status: ShardStatus | undefined): readonly Entry[] {
  if (status !== "uncertain") return closed(entries);
  return entries.map((entry) => {
    if (!entry.open) return entry;
    return { ...entry, open: false, outcome: entry.outcome === "perhaps" ? "perhaps" : "left" };
  });
}

/** The ledger of a shard with an act and what became of it; an older open act is closed by a newer one. */
export function withEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const others = entries.filter(
    ({ act }) => act.round.id !== entry.act.round.id || act.shard !== entry.act.shard,
  );
  return pruned([...closed(others), entry]);
}

/** The shards of which a later up still has something to do. */
export function unfinishedShards(ledger: Ledger): readonly ShardLedger[] {
  return [...ledger.shards.values()].filter(({ status }) => isUnfinished(status));
}
