import { type CheckpointRecord, sameCheckpoint } from "../model/checkpoint.js";
import { type Duration, durationOfSeconds } from "../model/duration.js";
import { type Instant } from "../model/instant.js";
import { type Act } from "./act.js";
import { type Outcome } from "./ledger.js";
import { type ShardStatus } from "./status.js";

/** Milliseconds of a clock that never goes back. */
export type Monotonic = number;

/** Writes of one shard in one run; between two of them are looks. */
export const mostWrites = 3;

/** How long a look allows a write, from when it was sent. */
export const longestLook: Duration = durationOfSeconds(5);

/** How long two looks are apart that together prove that a write whose answer was lost was not applied. */
export const proofApart: Duration = durationOfSeconds(2);

/** How often a write that the service acknowledged is looked for before it is uncertain. */
export const mostLooksForAcknowledged = 3;

/** What an act that is carried out is known to be before this run. */
export interface OpenAct {
  readonly act: Act;
  /**
   * Planned in this process, so that no run that was killed can have written it: a shard that stands at its target
   * was put there by somebody else.
   */
  readonly fresh: boolean;
  /** What an earlier run left behind. */
  readonly outcome: Extract<Outcome, "perhaps" | "certainlyNot">;
  /** Whether an earlier run already saw the shard elsewhere: then no later one can have written it. */
  readonly elsewhere: boolean;
  /** What an earlier run was answered for a write that it could not read back. */
  readonly requestId: string | undefined;
}

/** The last write of a shard in this run, and what was seen since. `Failure` is how the caller says why. */
export type LastWrite<Failure> =
  | { readonly kind: "none" }
  | { readonly kind: "refused"; readonly failure: Failure; readonly again: Duration | undefined }
  | { readonly kind: "acknowledged"; readonly requestId: string | undefined; readonly looks: number }
  /** The answer was lost. `firstSeen`: when the first look was sent that showed the snapshot. */
  | { readonly kind: "lost"; readonly failure: Failure; readonly firstSeen: Monotonic | undefined };

/** One shard on its way through a run. */
export interface RunningShard<Failure> {
  readonly open: OpenAct;
  readonly writes: number;
  readonly last: LastWrite<Failure>;
  /** No write before this moment. */
  readonly notBefore: Monotonic;
  /** The record of the newest look. */
  readonly record: CheckpointRecord;
  /** When the newest look was sent. */
  readonly lookedAt: Monotonic;
  readonly ended: EndedShard<Failure> | undefined;
}

/** How a shard ended in a run. */
export interface EndedShard<Failure> {
  readonly status: ShardStatus;
  readonly outcome: Outcome;
  readonly pinnedAt?: Instant | undefined;
  readonly requestId?: string | undefined;
  readonly failure?: Failure | undefined;
  /** Written in this run, and so to be watched. */
  readonly written: boolean;
}

export function startOf<Failure>(
  open: OpenAct,
  record: CheckpointRecord,
  lookedAt: Monotonic,
): RunningShard<Failure> {
  const start: RunningShard<Failure> = {
    open,
    writes: 0,
    last: { kind: "none" },
    notBefore: lookedAt,
    record,
    lookedAt,
    ended: undefined,
  };
  return sighted(start, record, lookedAt);
}

/** Takes in what a look showed of a shard. */
export function sighted<Failure>(
  shard: RunningShard<Failure>,
  record: CheckpointRecord,
  lookedAt: Monotonic,
): RunningShard<Failure> {
  if (shard.ended !== undefined) return { ...shard, record, lookedAt };
  const seen = { ...shard, record, lookedAt };
  if (standsAtTarget(shard.open.act, record)) return { ...seen, ended: endAtTarget(seen) };
  if (!standsAtSnapshot(shard.open.act, record)) return { ...seen, ended: endElsewhere(seen) };
  return atSnapshot(seen);
}

export function standsAtTarget({ target }: Act, { checkpoint }: CheckpointRecord): boolean {
  return sameCheckpoint(checkpoint, { kind: "at", cursor: target });
}

/**
 * A shard that stands where it stood, but was saved since, was moved and read up to there again: a consumer that
 * was at the end of its shard comes back to the very same cursor.
 */
export function standsAtSnapshot({ snapshot }: Act, { checkpoint, updateTime }: CheckpointRecord): boolean {
  if (!sameCheckpoint(checkpoint, snapshot.checkpoint)) return false;
  return snapshot.savedAt === undefined || updateTime === undefined || snapshot.savedAt === updateTime;
}

/** Whether a record can be the write of a run that was killed: at the target of an open act, saved after its plan. */
export function isKilledWrite({ act, fresh }: OpenAct, record: CheckpointRecord): boolean {
  if (fresh || !standsAtTarget(act, record) || record.updateTime === undefined) return false;
  return record.updateTime >= secondOf(act.round.plannedAt);
}

/** The service's `Date` is in whole seconds, and what it saves is not. */
function secondOf(instant: Instant): number {
  return Math.floor(instant / 1_000_000) * 1_000_000;
}

function endAtTarget<Failure>(shard: RunningShard<Failure>): EndedShard<Failure> {
  const { open, record, last } = shard;
  const sent = shard.writes > 0 && last.kind !== "refused";
  const pinnedAt = record.updateTime;
  if (sent || isKilledWrite(open, record)) {
    const requestId = last.kind === "acknowledged" ? last.requestId : open.requestId;
    return { status: "pinned", outcome: "applied", pinnedAt, requestId, written: sent };
  }
  return { status: "alreadyThere", outcome: "alreadyThere", written: false };
}

function endElsewhere<Failure>({ open, last, writes }: RunningShard<Failure>): EndedShard<Failure> {
  const sent = writes > 0 && last.kind !== "refused";
  const certainlyNot = !sent && open.outcome === "certainlyNot" && (open.fresh || open.elsewhere);
  return { status: "uncertain", outcome: certainlyNot ? "certainlyNot" : "perhaps", written: false };
}

function atSnapshot<Failure>(shard: RunningShard<Failure>): RunningShard<Failure> {
  const { last, lookedAt } = shard;
  switch (last.kind) {
    case "none":
      return shard;
    case "refused":
      return last.again === undefined || shard.writes >= mostWrites
        ? { ...shard, ended: endFailed(last.failure) }
        : shard;
    case "acknowledged":
      return acknowledgedButNotSeen(shard, { ...last, looks: last.looks + 1 });
    case "lost": {
      if (last.firstSeen === undefined) return { ...shard, last: { ...last, firstSeen: lookedAt } };
      if (lookedAt - last.firstSeen < millisecondsOf(proofApart)) return shard;
      return shard.writes >= mostWrites ? { ...shard, ended: endFailed(last.failure) } : shard;
    }
  }
}

/** Contradicting answers are looked at again, and never resolved by a second write. */
function acknowledgedButNotSeen<Failure>(
  shard: RunningShard<Failure>,
  last: Extract<LastWrite<Failure>, { kind: "acknowledged" }>,
): RunningShard<Failure> {
  if (last.looks < mostLooksForAcknowledged) return { ...shard, last };
  return {
    ...shard,
    last,
    ended: { status: "uncertain", outcome: "perhaps", requestId: last.requestId, written: false },
  };
}

function endFailed<Failure>(failure: Failure): EndedShard<Failure> {
  return { status: "failed", outcome: "certainlyNot", failure, written: false };
}

/** When a shard may be written, by the newest look; undefined where it must be looked at again first. */
export function writableAt<Failure>(shard: RunningShard<Failure>): Monotonic | undefined {
  const { last, lookedAt } = shard;
  if (shard.ended !== undefined || last.kind === "acknowledged") return undefined;
  if (last.kind !== "lost") return shard.notBefore;
  if (last.firstSeen === undefined) return undefined;
  return lookedAt - last.firstSeen >= millisecondsOf(proofApart) ? lookedAt : undefined;
}

/** When the next look at a shard can tell something new. */
export function nextLookAt<Failure>(shard: RunningShard<Failure>): Monotonic {
  const { last, lookedAt } = shard;
  switch (last.kind) {
    case "none":
    case "refused":
      return shard.notBefore;
    case "acknowledged":
      return lookedAt + 1_000;
    case "lost":
      return (last.firstSeen ?? lookedAt) + millisecondsOf(proofApart);
  }
}

function millisecondsOf(duration: Duration): number {
  return duration / 1_000;
}
