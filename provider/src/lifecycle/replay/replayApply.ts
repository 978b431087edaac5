import { formatGroupId } from "../../model/identity.js";
import { type Asked } from "../../rules/asked.js";
import { type EndedReport } from "../../rules/events.js";
import { type Ledger, type ShardLedger, emptyLedger, unfinishedShards } from "../../rules/ledger.js";
import { type RefusedShard } from "../../rules/nextStep.js";
import { writesOf } from "../../rules/ownCommit.js";
import {
  followedByOthers,
  goneRecord,
  isGone,
  leavesMixture,
  recordAsked,
  recordRun,
  withDeadlines,
} from "../../rules/record.js";
import { type CheckResult, type DiffResult } from "../answers.js";
import { type RunResult, carryOut } from "../carryOut.js";
import { type LifecycleContext } from "../context.js";
import { type Declared } from "../declared.js";
import { RefusedError, UnfinishedError } from "../failures.js";
import { incompleteError } from "../incomplete.js";
import { changedGroup } from "../groupInputs.js";
import { UnreadableStateError } from "../unreadable.js";
import { askGroup, openActs } from "./askGroup.js";
import { decodeLedger } from "./ledgerState.js";
import { changesOrder, encodeReplayOuts } from "./replayOuts.js";
import { type ReplayOrder, readReplayOrder, subjectOfOrder } from "./replayOrder.js";
import { type StoredPlan, decodePlan } from "./planState.js";
import { previewReplay } from "./previewReplay.js";

/** Tells what an up would write, where nothing was written before; else diff, which knows the ledger, tells it. */
export async function checkReplayApply(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<CheckResult> {
  const reading = read(news);
  if (reading.kind === "wrong") return { inputs: news, problems: reading.problems };
  if (reading.kind === "incomplete") return { inputs: news, problems: [] };
  const { order } = reading;
  context.memory.noteChecked("apply", order.self);
  if (Object.keys(olds).length > 0) return { inputs: news, problems: [] };
  return { inputs: news, problems: [], refused: await previewReplay(order, emptyLedger, context) };
}

/** State that cannot be read is a problem of check, and no crash. */
function read(news: Declared): ReturnType<typeof readReplayOrder> {
  try {
    return readReplayOrder(news);
  } catch (error) {
    if (!(error instanceof UnreadableStateError)) throw error;
    return { kind: "wrong", problems: [{ property: "", reason: error.message }] };
  }
}

/**
 * Another plan or other bounds, or shards that an earlier up left unfinished. Where check ran before in this process,
 * it also tells what an up would write, and refuses; else it belongs to a refresh, and is silent and pure.
 */
export async function diffReplayApply(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<DiffResult> {
  const replaces = changedGroup(olds, news);
  if (replaces.length > 0) return { changes: true, replaces };
  const self = typeof news["self"] === "string" ? news["self"] : "";
  if (!context.memory.wasChecked("apply", self)) return silentDiff(olds, news);
  const reading = readReplayOrder(news);
  if (reading.kind !== "complete") return { changes: true, replaces: [] };
  const { order } = reading;
  context.memory.keepState("apply", self, formatGroupId(order.identity), olds);
  const plan = order.plan ?? context.memory.keptLook(self)?.plan;
  if (plan === undefined) return { changes: true, replaces: [] };
  const ledger = decodeLedger(olds, plan);
  context.memory.noteEarlierWrites(order.identity, writesOf(ledger));
  const changes = changesOrder(olds, news) || unfinishedShards(ledger).length > 0;
  const refusal = changes ? await previewReplay(order, ledger, context) : undefined;
  // A refusal that only the ledger could tell: check did not have it.
  if (refusal !== undefined) throw new RefusedError(refusal);
  return { changes, replaces: [] };
}

function silentDiff(olds: Declared, news: Declared): DiffResult {
  try {
    const plan = decodePlan(news["plan"]);
    const open = unfinishedShards(decodeLedger(olds, plan)).length > 0;
    return { changes: open || changesOrder(olds, news), replaces: [] };
  } catch (error) {
    if (!(error instanceof UnreadableStateError)) throw error;
    return { changes: changesOrder(olds, news), replaces: [] };
  }
}

/** Carries a plan out. A replacement that the engine decided takes over the ledger that its diff saw. */
export async function createReplayApply(
  news: Declared,
  context: LifecycleContext,
): Promise<{ readonly id: string; readonly outs: Declared }> {
  const { order, plan } = completeOrder(news);
  const id = formatGroupId(order.identity);
  const former = context.memory.keptState("apply", order.self, id);
  const ledger = former === undefined ? emptyLedger : decodeLedger(former, plan);
  return { id, outs: await applyReplay(order, plan, ledger, news, context) };
}

/** Goes on with what is asked and not done; an act that is done is never done again. */
export async function updateReplayApply(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const { order, plan } = completeOrder(news);
  return applyReplay(order, plan, decodeLedger(olds, plan), news, context);
}

function completeOrder(news: Declared): { readonly order: ReplayOrder; readonly plan: StoredPlan } {
  const reading = readReplayOrder(news);
  if (reading.kind === "wrong") throw incompleteError("ConsumerGroupReplay", reading.problems);
  const plan = reading.kind === "complete" ? reading.order.plan : undefined;
  if (reading.kind !== "complete" || plan === undefined) {
    throw incompleteError("ConsumerGroupReplay", []);
  }
  return { order: reading.order, plan };
}

async function applyReplay(
  order: ReplayOrder,
  plan: StoredPlan,
  kept: Ledger,
  declared: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const before = withDeadlines(kept, order.bounds.applyBefore);
  const asked = askGroup(plan, before, order.bounds);
  refuseNothingBefore(order, asked);
  const open = openActs(asked, before, order.bounds, context);
  const result = open.length === 0 ? nothingRun : await run(order, open, before, context);
  const ledger = ledgerAfter(before, asked, result, plan);
  const outs = encodeReplayOuts(declared, plan, ledger);
  if (endedWell(ledger, result)) return outs;
  throw unfinishedError(order, ledger, result, outs);
}

/** A shard that is gone by now has ended, however its run did. */
function endedWell(ledger: Ledger, { shards, refusals, failure }: RunResult): boolean {
  if (refusals.length > 0 || failure !== undefined) return false;
  if (shards.some(({ ended }) => ended?.status === "overwritten")) return false;
  return unfinishedShards(ledger).length === 0 && !leavesMixture(ledger, shards);
}

const nothingRun: RunResult = {
  shards: [],
  finished: true,
  refusals: [],
  failure: undefined,
  knownShards: [],
};

function refuseNothingBefore(order: ReplayOrder, asked: ReadonlyMap<number, Asked>): void {
  const refusals = [...asked]
    .filter(([, { kind }]) => kind === "nothingBefore")
    .map(([shard]) => ({ shard, refusal: { kind: "nothingBefore" } as const }));
  if (refusals.length > 0) throw refused(order, refusals);
}

function refused(order: ReplayOrder, refusals: readonly RefusedShard[]): RefusedError {
  return new RefusedError({ kind: "refused", subject: subjectOfOrder(order), of: "group", refusals });
}

async function run(
  order: ReplayOrder,
  open: ReturnType<typeof openActs>,
  ledger: Ledger,
  context: LifecycleContext,
): Promise<RunResult> {
  const result = await carryOut(
    {
      identity: order.identity,
      subject: subjectOfOrder(order),
      of: "group",
      open,
      bounds: order.bounds,
      write: { forceSuccess: true },
      ledger,
    },
    context,
  );
  const untouched = result.failure === undefined && result.shards.every(({ writes }) => writes === 0);
  if (untouched && result.refusals.length > 0) throw refused(order, result.refusals);
  return result;
}

function ledgerAfter(
  before: Ledger,
  asked: ReadonlyMap<number, Asked>,
  result: RunResult,
  plan: StoredPlan,
): Ledger {
  const ran = new Map(result.shards.map((shard) => [shard.open.act.shard, recordRun(before, shard)]));
  const known = result.knownShards.length > 0 ? result.knownShards : plan.knownShards;
  const shards = [...asked].flatMap(([shard, each]): [number, ShardLedger][] => {
    const record = ran.get(shard) ?? recordAsked(before, shard, each);
    return record === undefined ? [] : [[shard, isGone(shard, known) ? goneRecord(record) : record]];
  });
  const ledger = new Map(shards);
  const others = known.length === 0 ? before.others : followedByOthers(before, ledger, plan.wish, known);
  return { shards: ledger, others };
}

function unfinishedError(
  order: ReplayOrder,
  ledger: Ledger,
  { shards, refusals, failure }: RunResult,
  outs: Declared,
): UnfinishedError {
  const ended = [...ledger.shards.values()].map(({ shard, status, entries }): EndedReport => {
    const running = shards.find(({ open }) => open.act.shard === shard);
    return {
      shard,
      status,
      act: running?.open.act ?? entries.at(-1)?.act,
      record: running?.record,
      failure: running?.ended?.failure ?? lastFailure(running),
      acknowledged: running?.last.kind === "acknowledged",
    };
  });
  return new UnfinishedError(
    { kind: "unfinished", subject: subjectOfOrder(order), of: "group", shards: ended, refusals, failure },
    formatGroupId(order.identity),
    outs,
    { cause: failure },
  );
}

function lastFailure(running: RunResult["shards"][number] | undefined): Error | undefined {
  const last = running?.last;
  return last?.kind === "lost" || last?.kind === "refused" ? last.failure : undefined;
}
