import { type Instant } from "../model/instant.js";
import { type Act, intentionOf, sameAct, sameIntention, withDeadline } from "./act.js";
import { type Asked } from "./asked.js";
import {
  type Entry,
  type Ledger,
  type Outcome,
  type ShardLedger,
  closed,
  entriesOf,
  leftAlone,
  pruned,
  withEntry,
} from "./ledger.js";
import { type Wish } from "./plan.js";
import { type RunningShard } from "./run.js";
import { type ShardStatus } from "./status.js";

/** The ledger of a shard of which nothing is asked, or which needs no look. */
export function recordAsked(ledger: Ledger, shard: number, asked: Asked): ShardLedger | undefined {
  const earlier = ledger.shards.get(shard);
  const entries = entriesOf(ledger, shard);
  const historyUnknown = earlier?.historyUnknown ?? false;
  switch (asked.kind) {
    case "leave":
      return {
        shard,
        status: "kept",
        entries: pruned(leftAlone(entries, earlier?.status)),
        historyUnknown,
      };
    case "nothing":
      return {
        shard,
        status: statusOfDone(asked.entry, earlier?.status),
        entries: pruned(closed(entries.map((each) => (isSameEntry(each, asked.entry) ? asked.entry : each)))),
        historyUnknown,
      };
    case "expired":
      return { shard, status: "expired", entries: pruned(closed(entries)), historyUnknown };
    case "resume":
    case "act":
    case "nothingBefore":
    case "unplanned":
      return earlier;
  }
}

function isSameEntry(left: Entry, right: Entry): boolean {
  return sameAct(left.act, right.act);
}

const doneStatuses: Readonly<Record<Outcome, ShardStatus>> = {
  applied: "pinned",
  alreadyThere: "alreadyThere",
  behind: "behind",
  // A shard that may have been moved and is not open any more was left alone on purpose.
  perhaps: "kept",
  certainlyNot: "failed",
  left: "kept",
  expired: "expired",
};

function statusOfDone({ outcome }: Entry, earlier: ShardStatus | undefined): ShardStatus {
  return earlier === "overwritten" && outcome === "applied" ? earlier : doneStatuses[outcome];
}

/** The ledger of a shard after a run, or after one that ended before it began. */
export function recordRun(
  ledger: Ledger,
  { open, ended }: Pick<RunningShard<unknown>, "open" | "ended">,
): ShardLedger {
  const { act, outcome: before, requestId } = open;
  const outcome = ended?.outcome ?? before;
  const status = ended?.status ?? "pending";
  const entry: Entry = {
    act,
    outcome,
    open: status === "pending" || status === "failed" || status === "uncertain",
    pinnedAt: ended?.pinnedAt,
    requestId: ended?.requestId ?? requestId,
  };
  const settled = outcome !== "certainlyNot" && outcome !== "expired";
  return {
    shard: act.shard,
    status,
    entries:
      status === "gone"
        ? pruned(closed(entriesOf(ledger, act.shard)))
        : withEntry(entriesOf(ledger, act.shard), entry),
    historyUnknown: !settled && (ledger.shards.get(act.shard)?.historyUnknown ?? false),
  };
}

/** Whether the logstore has a shard no more; a run that did not look knows of none. */
export function isGone(shard: number, known: readonly number[]): boolean {
  return known.length > 0 && !known.includes(shard);
}

/** A shard that was split or merged vanishes when its data has expired, and what was open of it has ended. */
export function goneRecord(record: ShardLedger): ShardLedger {
  return { ...record, status: "gone", entries: record.entries.filter(({ open }) => !open) };
}

/** The newest deadline is remembered with what is still open: it counts although it may be taken away. */
export function withDeadlines(ledger: Ledger, deadline: Instant | undefined): Ledger {
  const shards = [...ledger.shards.values()].map((shard): [number, ShardLedger] => [
    shard.shard,
    {
      ...shard,
      entries: shard.entries.map((entry) =>
        entry.open ? { ...entry, act: withDeadline(entry.act, deadline) } : entry,
      ),
    },
  ]);
  return { ...ledger, shards: new Map(shards) };
}

/**
 * What `"*"` last followed, after a run. A wish of which nothing was done yet is none: taken back, it would leave
 * shards that appear meanwhile with a wish that never counted.
 */
export function followedByOthers(
  before: Ledger,
  shards: ReadonlyMap<number, ShardLedger>,
  wish: Wish,
  knownShards: readonly number[],
): Ledger["others"] {
  const { others, named } = wish.positions;
  if (others.kind === "keep") return before.others;
  const covered = [...shards.values()].filter(({ shard }) => !named.has(shard));
  const undone = covered.filter(({ status }) => status === "pending" || status === "failed");
  if (covered.length > 0 && undone.length === covered.length) return before.others;
  const intention = intentionOf(others, wish);
  // Followed once more, it still has not been asked of the shards that appeared meanwhile.
  if (before.others !== undefined && sameIntention(before.others.intention, intention)) return before.others;
  return { intention, knownShards };
}

/** The act that a shard is asked to carry out, if any. */
export function actAsked(asked: Asked): Act | undefined {
  return asked.kind === "resume" || asked.kind === "act" ? asked.act : undefined;
}

/**
 * Whether a deadline stopped this run in the middle of what belongs together: some shards of a round are moved, and
 * others expired now. A group that is moved in part must not look like a success, once.
 */
export function leavesMixture(ledger: Ledger, ran: readonly RunningShard<unknown>[]): boolean {
  const expired = ran.filter(({ ended }) => ended?.status === "expired");
  const rounds = new Set(expired.map(({ open }) => open.act.round.id));
  return [...ledger.shards.values()].some(({ entries }) =>
    entries.some(({ act, outcome }) => outcome === "applied" && rounds.has(act.round.id)),
  );
}
