import { type Instant } from "../model/instant.js";
import { type Position } from "../model/position.js";
import { positionOfShard } from "../model/positions.js";
import { type Act, type Intention, follows, intentionOf, sameIntention, withDeadline } from "./act.js";
import {
  type Entry,
  type Ledger,
  endedEntry,
  entriesOf,
  movedEntry,
  openEntry,
  standingEntry,
  wayBackOf,
} from "./ledger.js";
import { type Plan, type PlannedShard, type Wish, actOf, isPlannedFor } from "./plan.js";

/** Why a shard is left alone although nothing was done for its declaration. */
export type Left = "kept" | "appearedLater" | "noWayBack" | "historyUnknown";

/**
 * What a declaration asks of one shard, read against what was done.
 *
 * `leave`: nothing is asked; an open act is closed. `nothing`: it was done, or may have been; an open act is
 * withdrawn. `expired`: the deadline had passed, and no later one was given. `resume`: an open act goes on.
 * `act`: a new act. `unplanned`: it would be a new act, and no look at the shard is in state yet.
 */
export type Asked =
  | { readonly kind: "leave"; readonly why: Left }
  | { readonly kind: "nothing"; readonly entry: Entry }
  | { readonly kind: "expired"; readonly entry: Entry }
  | { readonly kind: "resume"; readonly act: Act }
  | { readonly kind: "act"; readonly act: Act }
  | { readonly kind: "nothingBefore" }
  | { readonly kind: "unplanned" };

export interface Permissions {
  /** The deadline that is declared now. */
  readonly deadline: Instant | undefined;
  readonly allowSkip: boolean;
}

/**
 * Reads what is asked of a shard: the first row that holds. Everything is judged against the ledger, never against
 * the last declaration, so that a change that was never applied can be taken back without a write.
 *
 * | # | Ledger and declaration | Result |
 * |---|---|---|
 * | 1 | `keep`, or not named | nothing; an open act is closed |
 * | 2 | an open act follows the declaration | it goes on |
 * | 3 | the newest act that was applied, fulfilled or perhaps applied follows it | nothing; an open act is withdrawn; `behind` acts where skipping is allowed |
 * | 4 | the newest act is expired and follows it | only a later deadline acts |
 * | 5 | the shard appeared after `"*"` was last followed, and `"*"` asks for the same | nothing |
 * | 6 | anything else | a new act |
 */
export function askedOf(plan: Plan, ledger: Ledger, shard: number, permissions: Permissions): Asked {
  const position = positionOfShard(plan.wish.positions, shard);
  if (position.kind === "keep") return { kind: "leave", why: "kept" };
  const intention = intentionOf(position, plan.wish);
  const entries = entriesOf(ledger, shard);
  const open = openEntry(entries);
  if (open !== undefined && follows(open.act, intention)) return { kind: "resume", act: open.act };
  const standing = standingEntry(entries);
  const maySkip = permissions.allowSkip && standing?.outcome === "behind";
  if (standing !== undefined && follows(standing.act, intention) && !maySkip) {
    return { kind: "nothing", entry: boundNow(standing, permissions) };
  }
  const ended = endedEntry(entries);
  if (ended?.outcome === "expired" && follows(ended.act, intention)) {
    if (!isLater(permissions, ended.act) || isStillTheSamePlan(plan, ended.act)) {
      return { kind: "expired", entry: ended };
    }
  }
  if (appearedLater(plan.wish, ledger, shard, intention)) return { kind: "leave", why: "appearedLater" };
  if (isAmbiguous(ledger, shard, position, plan.wish)) return { kind: "leave", why: "historyUnknown" };
  const asked = newAct(plan, ledger, shard, position);
  return permissions.deadline === undefined ? boundAsBefore(asked, entries, intention) : asked;
}

/** A shard that is behind may act later: it remembers the deadline that it is given meanwhile. */
function boundNow(entry: Entry, { deadline }: Permissions): Entry {
  return entry.outcome === "behind" ? { ...entry, act: withDeadline(entry.act, deadline) } : entry;
}

/** Where no deadline is given now, what was asked for before keeps its own: leaving one out takes none away. */
function boundAsBefore(asked: Asked, entries: readonly Entry[], intention: Intention): Asked {
  const before = entries.findLast(({ act }) => follows(act, intention))?.act.deadline;
  return asked.kind === "act" ? { ...asked, act: withDeadline(asked.act, before) } : asked;
}

function isLater({ deadline }: Permissions, { deadline: earlier }: Act): boolean {
  return deadline !== undefined && (earlier === undefined || deadline > earlier);
}

/** A later deadline plans anew; the look from before the earlier one passed must not be acted on. */
function isStillTheSamePlan({ shards }: Plan, { shard, round }: Act): boolean {
  return shards.get(shard)?.round.id === round.id;
}

function appearedLater(wish: Wish, ledger: Ledger, shard: number, intention: Intention): boolean {
  const { others } = ledger;
  if (others === undefined || wish.positions.named.has(shard)) return false;
  return !others.knownShards.includes(shard) && sameIntention(others.intention, intention);
}

/**
 * Where the acts before are not known, a changed position can be a revert, and is left alone; other triggers cannot,
 * and a cursor in place of another kind of position cannot either.
 */
function isAmbiguous(ledger: Ledger, shard: number, position: Position, wish: Wish): boolean {
  const known = ledger.shards.get(shard);
  if (known?.historyUnknown !== true) return false;
  const { entries } = known;
  if (position.kind === "cursor" && !entries.some(({ act }) => act.position.startsWith("cursor:")))
    return false;
  return entries.every(
    ({ act: { round } }) => round.triggers === wish.triggers && round.generation === wish.generation,
  );
}

function newAct(plan: Plan, ledger: Ledger, shard: number, position: Position): Asked {
  const planned = plan.shards.get(shard);
  if (planned === undefined || !isPlannedFor(planned, position, plan.wish)) return { kind: "unplanned" };
  const entries = entriesOf(ledger, shard);
  const act = position.kind === "previous" ? actBack(planned, entries) : actForward(planned);
  if (act !== undefined) {
    const uncertain = ledger.shards.get(shard)?.status === "uncertain";
    return { kind: "act", act: inheriting(act, openEntry(entries), uncertain) };
  }
  return ledger.shards.size === 0 ? { kind: "nothingBefore" } : { kind: "leave", why: "noWayBack" };
}

function actForward(planned: PlannedShard): Act | undefined {
  return planned.target === undefined ? undefined : actOf(planned, planned.target, planned.targetTime);
}

/** A `previous` that is not finished keeps its target, whatever is triggered meanwhile. */
function actBack(planned: PlannedShard, entries: readonly Entry[]): Act | undefined {
  const open = openEntry(entries);
  if (open?.act.position === "previous") return actOf(planned, open.act.target, open.act.targetTime);
  const stand = wayBackOf(entries);
  if (stand?.checkpoint.kind !== "at") return undefined;
  return actOf(planned, stand.checkpoint.cursor, stand.time);
}

/**
 * An act that takes up the target of one that was uncertain is the same move: tidied away later, it is done. Where
 * that one may have been applied, it is also where the move began.
 */
function inheriting(act: Act, open: Entry | undefined, uncertain: boolean): Act {
  if (open?.act.target !== act.target) return act;
  if (open.outcome !== "perhaps" && !uncertain) return act;
  const { position, round, inherited } = open.act;
  const own = { position, triggers: round.triggers, generation: round.generation };
  const wayBack = open.outcome === "perhaps" ? open.act.wayBack : act.wayBack;
  return { ...act, inherited: [...inherited, own], wayBack };
}

/** The shards whose way back is older than the newest move of the replay. */
export function olderWaysBack(ledger: Ledger): readonly number[] {
  const moved = [...ledger.shards.values()].flatMap(({ shard, entries }) => {
    const entry = movedEntry(entries);
    return entry === undefined ? [] : [{ shard, plannedAt: entry.act.round.plannedAt }];
  });
  const newest = Math.max(...moved.map(({ plannedAt }) => plannedAt));
  return moved.filter(({ plannedAt }) => plannedAt < newest).map(({ shard }) => shard);
}
