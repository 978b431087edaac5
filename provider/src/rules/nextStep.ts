import { type Instant } from "../model/instant.js";
import { type Decision, type LiveConsumer, type Refusal } from "./decide.js";
import { type Bounds } from "./intent.js";
import { type Monotonic, type RunningShard, nextLookAt, writableAt } from "./run.js";
import { isUnfinished } from "./status.js";

export type LiveConsumersRefusal = Extract<Refusal, { kind: "liveConsumers" }>;

/** Where a run is, after a look: everything that the next step follows from. */
export interface RunState<Failure> {
  readonly shards: readonly RunningShard<Failure>[];
  /** What `decide` says of each shard that has not ended, by this look. */
  readonly decisions: ReadonlyMap<number, Decision>;
  readonly bounds: Pick<Bounds, "onActiveConsumers" | "waitTimeout" | "watchFor">;
  readonly mostAtOnce: number;
  readonly now: Monotonic;
  readonly started: Monotonic;
  /** When the last pin was written and read back, where pins are watched; undefined before. */
  readonly watchingSince: Monotonic | undefined;
  readonly watchEnded: boolean;
}

/** What a run does next. */
export type Step =
  | { readonly kind: "finished" }
  /** Nothing was written in this run, and nothing is. */
  | { readonly kind: "refused"; readonly refusals: readonly RefusedShard[] }
  /** The deadline passed: these shards expire, and the run goes on with what is left. */
  | { readonly kind: "expired"; readonly shards: readonly number[]; readonly refusal: ExpiredRefusal }
  /** The instant lies ahead of these shards, which read everything since anyway. */
  | { readonly kind: "settle"; readonly shards: readonly SettledShard[] }
  | { readonly kind: "write"; readonly shards: readonly number[] }
  | { readonly kind: "wait"; readonly until: Monotonic; readonly live: LiveConsumersRefusal | undefined }
  | { readonly kind: "watch" }
  /** Something is left that this run cannot do. `refusals`: what stopped it after it had written. */
  | { readonly kind: "unfinished"; readonly refusals: readonly RefusedShard[] };

export interface RefusedShard {
  readonly shard: number;
  readonly refusal: Refusal;
}

export interface SettledShard {
  readonly shard: number;
  readonly as: "behind" | "alreadyThere" | "gone";
}

interface ExpiredRefusal {
  readonly applyBefore: Instant;
  readonly serverTime: Instant;
}

/**
 * Decides the next step of a run: the first row that holds.
 *
 * | # | Seen | Step |
 * |---|---|---|
 * | 1 | a shard that `decide` settles without a write | settle |
 * | 2 | shards past their deadline | expired |
 * | 3 | a refusal other than live consumers | refused; unfinished once something was written |
 * | 4 | live consumers, `wait`, and the time is enough | wait |
 * | 5 | live consumers otherwise | refused; unfinished once something was written |
 * | 6 | shards that may be written by this look | write, so many at most |
 * | 7 | shards that may be written later, or need another look | wait |
 * | 8 | pins over live consumers, and the time to watch is not over | watch |
 * | 9 | every shard ended well | finished |
 * | 10 | anything else | unfinished |
 */
export function nextStep<Failure>(state: RunState<Failure>): Step {
  const going = state.shards.filter(({ ended }) => ended === undefined);
  const decided = going.flatMap(({ open: { act } }) => {
    const decision = state.decisions.get(act.shard);
    return decision === undefined ? [] : [{ shard: act.shard, decision }];
  });
  return (
    settle(decided) ??
    expire(decided) ??
    refuse(state, decided) ??
    waitForConsumers(state, decided) ??
    write(state, going) ??
    lookAgain(going) ??
    watch(state) ??
    end(state)
  );
}

type Decided = readonly { readonly shard: number; readonly decision: Decision }[];

function settle(decided: Decided): Step | undefined {
  const shards = decided.flatMap(({ shard, decision }): SettledShard[] => {
    if (decision.kind === "behind" || decision.kind === "alreadyThere" || decision.kind === "gone") {
      return [{ shard, as: decision.kind }];
    }
    return [];
  });
  return shards.length === 0 ? undefined : { kind: "settle", shards };
}

function expire(decided: Decided): Step | undefined {
  const expired = decided.filter(({ decision }) => decision.kind === "expired");
  const first = expired[0]?.decision;
  if (first?.kind !== "expired") return undefined;
  const { applyBefore, serverTime } = first;
  return {
    kind: "expired",
    shards: expired.map(({ shard }) => shard),
    refusal: { applyBefore, serverTime },
  };
}

function refusalsOf(decided: Decided, live: boolean): readonly RefusedShard[] {
  return decided.flatMap(({ shard, decision }) =>
    decision.kind === "refused" && (decision.refusal.kind === "liveConsumers") === live
      ? [{ shard, refusal: decision.refusal }]
      : [],
  );
}

function stop<Failure>({ shards }: RunState<Failure>, refusals: readonly RefusedShard[]): Step {
  const sent = shards.some(({ writes }) => writes > 0);
  return { kind: sent ? "unfinished" : "refused", refusals };
}

function refuse<Failure>(state: RunState<Failure>, decided: Decided): Step | undefined {
  const refusals = refusalsOf(decided, false);
  return refusals.length === 0 ? undefined : stop(state, refusals);
}

function waitForConsumers<Failure>(state: RunState<Failure>, decided: Decided): Step | undefined {
  const refusals = refusalsOf(decided, true);
  const live = refusals.flatMap(({ refusal }) => (refusal.kind === "liveConsumers" ? [refusal] : []))[0];
  if (live === undefined) return undefined;
  const { bounds, now, started } = state;
  const until = now + timeUntilQuiet(live);
  const patient = bounds.onActiveConsumers === "wait" && until - started <= bounds.waitTimeout / 1_000;
  return patient ? { kind: "wait", until, live } : stop(state, refusals);
}

/** The youngest commit decides. At least a second: a save time that is ahead of `Date` must not make a busy loop. */
export function timeUntilQuiet({
  consumers,
  quietAfter,
}: Pick<LiveConsumersRefusal, "consumers" | "quietAfter">): number {
  const youngest = Math.min(...consumers.map(({ committed }: LiveConsumer) => committed));
  return Math.max((quietAfter - youngest) / 1_000, 1_000);
}

function write<Failure>(
  { now, mostAtOnce, decisions }: RunState<Failure>,
  going: readonly RunningShard<Failure>[],
): Step | undefined {
  const ready = going.filter((shard) => {
    const at = writableAt(shard);
    return at !== undefined && at <= now && decisions.get(shard.open.act.shard)?.kind === "move";
  });
  if (ready.length === 0) return undefined;
  return { kind: "write", shards: ready.slice(0, mostAtOnce).map(({ open }) => open.act.shard) };
}

function lookAgain<Failure>(going: readonly RunningShard<Failure>[]): Step | undefined {
  if (going.length === 0) return undefined;
  return { kind: "wait", until: Math.min(...going.map(nextLookAt)), live: undefined };
}

function watch<Failure>(state: RunState<Failure>): Step | undefined {
  const { bounds, shards, watchEnded, watchingSince, now } = state;
  if (bounds.onActiveConsumers !== "overwrite" || watchEnded) return undefined;
  if (!shards.some(({ ended }) => ended?.written === true)) return undefined;
  const over = watchingSince !== undefined && now - watchingSince >= bounds.watchFor / 1_000;
  return over || bounds.watchFor === 0 ? undefined : { kind: "watch" };
}

function end<Failure>({ shards }: RunState<Failure>): Step {
  const bad = shards.some(
    ({ ended }) => ended === undefined || isUnfinished(ended.status) || ended.status === "overwritten",
  );
  return bad ? { kind: "unfinished", refusals: [] } : { kind: "finished" };
}
