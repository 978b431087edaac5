import { type GroupSettings } from "../../model/groupSettings.js";
import { isDeepStrictEqual } from "node:util";
import { type CheckpointRecord, sameCheckpoint } from "../../model/checkpoint.js";
import { formatGroupId } from "../../model/identity.js";
import { positionOfShard } from "../../model/positions.js";
import { type IsOurs, type Refusal, liveConsumers, liveRefusal } from "../../rules/decide.js";
import { type DecidedShard, type Subject } from "../../rules/events.js";
import { type RefusedShard } from "../../rules/nextStep.js";
import { type Change, type Plan, isNewWish, plansAnew, plansAnything } from "../../rules/plan.js";
import { type Instant } from "../../model/instant.js";
import { SlsError, SlsServiceError } from "../../sls/errors.js";
import { type CheckResult, type DiffResult } from "../answers.js";
import { type LifecycleContext } from "../context.js";
import { type Declared, selfOf } from "../declared.js";
import { RefusedError } from "../failures.js";
import { incompleteError } from "../incomplete.js";
import { groupInputs } from "../groupInputs.js";
import { normaliseDeclared } from "../inputs.js";
import { lookWhenQuiet } from "../lookWhenQuiet.js";
import { notEvaluated } from "../notEvaluated.js";
import { Progress } from "../progress.js";
import { withoutAbsent } from "../stateFields.js";
import { unreadable } from "../unreadable.js";
import { decideLook } from "./decideLook.js";
import { type PlanLook } from "../../rules/planLook.js";
import { lookForPlan } from "./lookForPlan.js";
import { nothingPlanned, planAfterLook, planUnderWish, wishOf } from "./planRecord.js";
import { type StoredPlan, decodePlan, encodePlan } from "./planState.js";
import { type Replay, readReplayDeclaration, replayInputs } from "./replayDeclaration.js";
import { sayPlanned } from "./sayPlanned.js";
import { releasedGeneration } from "./releasedPlanState.js";

/**
 * Validates a replay and, only where its declaration is new or changed, looks at the group. What that means for
 * each shard, only the ledger tells, which belongs to the writes: their check and diff tell it, by this look.
 */
export async function checkReplayPlan(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<CheckResult> {
  const inputs = normaliseDeclared(news);
  const declaration = readReplayDeclaration(inputs, context.now());
  switch (declaration.kind) {
    case "wrong":
      return { inputs, problems: declaration.problems };
    case "incomplete":
      context.emit({
        kind: "notYetKnown",
        resource: "ConsumerGroupReplay",
        self: selfOf(inputs),
        inputs: declaration.unknowns,
      });
      return { inputs, problems: [] };
    case "complete":
      return { inputs, ...(await checkReplay(olds, declaration.replay, context)) };
  }
}

async function checkReplay(
  olds: Declared,
  replay: Replay,
  context: LifecycleContext,
): Promise<Omit<CheckResult, "inputs">> {
  const before = earlierReplay(olds, context);
  if (before === "unreadable")
    return { problems: [{ property: "", reason: unreadable("the declared inputs").message }] };
  const same = before !== undefined && formatGroupId(before.identity) === formatGroupId(replay.identity);
  context.memory.noteChecked("plan", replay.self);
  const change = same ? changeBetween(before, replay) : undefined;
  if (change !== undefined && !plansAnything(change)) {
    context.memory.keepLook(replay.self, { replay, look: undefined, plan: undefined });
    return { problems: [] };
  }
  if (before !== undefined && !same) {
    context.emit({
      kind: "replaces",
      subject: subjectOf(replay),
      former: formatGroupId(before.identity),
    });
  }
  const seen = await lookOrFailure(replay, change, context);
  if (SlsError.isInstance(seen)) {
    context.memory.keepLook(replay.self, { replay, look: undefined, plan: undefined });
    return { problems: [], refused: notEvaluated(subjectOf(replay), seen, context) };
  }
  const plan =
    change !== undefined
      ? undefined
      : planAfterLook(undefined, wishOf(replay, context.newId()), seen, roundOf(replay, context));
  if (plan !== undefined) notePlanned(plan, seen, context);
  context.memory.keepLook(replay.self, { replay, look: seen, plan });
  if (change !== undefined) return { problems: [] };
  // Without an earlier state there is nothing that only the ledger knows.
  const refusals = certainRefusals(replay, seen, undefined, context);
  const certain = refusals.filter(({ refusal }) => refusal.kind !== "liveConsumers");
  if (certain.length === 0) return { problems: [] };
  sayRefusedPlan(replay, seen, certain, context);
  return {
    problems: [],
    refused: { kind: "refused", subject: subjectOf(replay), of: "group", refusals: certain },
  };
}

/** A refused plan goes no further than this check, and what it would do with the other shards is told here. */
function sayRefusedPlan(
  replay: Replay,
  seen: PlanLook,
  certain: readonly RefusedShard[],
  context: LifecycleContext,
): void {
  if (!context.memory.firstTime(`preview ${replay.self}`)) return;
  const isRefused = (shard: number): boolean => certain.some((refused) => refused.shard === shard);
  const isOurs: IsOurs = (record) => context.memory.wrote(replay.identity, record);
  const refused = certain.map(({ shard, refusal }): DecidedShard => {
    return { shard, asked: undefined, decision: { kind: "refused", refusal } };
  });
  const others = decideLook(replay, seen, isOurs).filter(({ shard }) => !isRefused(shard));
  sayPlanned(replay, [...refused, ...others], context);
}

function earlierReplay(olds: Declared, context: LifecycleContext): Replay | undefined | "unreadable" {
  if (olds["project"] === undefined) return undefined;
  return replayOf(olds, context) ?? "unreadable";
}

/** Check is told the inputs of the last up and not its plan, so what is compared is the two declarations. */
function changeBetween(before: Replay, after: Replay): Change {
  const generation = "";
  const plan = { ...nothingPlanned(generation, 0 as Instant), wish: wishOf(before, generation) };
  return { plan, after: wishOf(after, generation), reopens: reopens(before, after, undefined) };
}

/**
 * A later deadline, or skipping that is allowed now: shards that ended without a write may act. A deadline that was
 * left out in between is still the earlier one, where the plan holds it; without the plan it may be.
 */
function reopens(before: Replay, after: Replay, plan: Plan | undefined): boolean {
  const later = after.bounds.applyBefore;
  const declared = before.bounds.applyBefore;
  const held = declared === undefined && plan !== undefined ? deadlinesOf(plan) : [];
  const isLater = (earlier: Instant): boolean => later !== undefined && later > earlier;
  if (declared !== undefined ? isLater(declared) : held.some(isLater)) return true;
  if (declared === undefined && later !== undefined && plan === undefined) return true;
  return after.bounds.allowSkip === true && before.bounds.allowSkip !== true;
}

function deadlinesOf({ shards }: Plan): readonly Instant[] {
  return [...shards.values()].flatMap(({ round }) => round.deadline ?? []);
}

async function lookOrFailure(
  replay: Replay,
  change: Change | undefined,
  context: LifecycleContext,
): Promise<PlanLook | SlsError> {
  try {
    return await look(replay, change, context, context.memory.declaredGroup(replay.identity));
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    return failure;
  }
}

/** Asks only about the shards that are planned anew. */
async function look(
  replay: Replay,
  change: Change | undefined,
  context: LifecycleContext,
  declared?: GroupSettings,
): Promise<PlanLook> {
  const subject = subjectOf(replay);
  const progress = new Progress((done, total) => {
    context.emit({ kind: "looking", subject, done, total });
  }, context);
  return lookForPlan(
    context.client,
    {
      identity: replay.identity,
      declared,
      named: [...replay.positions.named.keys()],
      asksAbout: (shard) => change === undefined || plansAnew(change, shard),
      positionOf: (shard) => positionOfShard(replay.positions, shard),
      previousOf: () => ({ kind: "nothingBefore" }),
    },
    (total) => {
      progress.step(total);
    },
  );
}

/** Tells changes that act from changes of state only; asks nothing of the service. */
export function diffReplayPlan(olds: Declared, news: Declared, context: LifecycleContext): DiffResult {
  const declaration = readReplayDeclaration(news, context.now());
  const before = replayOf(olds, context);
  if (declaration.kind !== "complete") return { changes: true, replaces: [] };
  const { replay } = declaration;
  const checked = context.memory.wasChecked("plan", replay.self);
  if (before === undefined) {
    if (checked) throw unreadable("the declared inputs");
    return { changes: false, replaces: [] };
  }
  const replaces = groupInputs.filter((name) => before.identity[name] !== replay.identity[name]);
  if (replaces.length > 0) return { changes: true, replaces };
  if (checked) keepCandidate(before, replay, olds, context);
  return { changes: replayInputs.some((name) => !isDeepStrictEqual(olds[name], news[name])), replaces: [] };
}

/** Keeps the plan that an up would record by the look that check took: the diff of the writes shows it. */
function keepCandidate(before: Replay, replay: Replay, olds: Declared, context: LifecycleContext): void {
  const kept = context.memory.keptLook(replay.self);
  if (kept === undefined) return;
  const earlier = storedPlan(olds, context);
  const change = changeOf(before, replay, earlier);
  const look = plansAnything(change) ? kept.look : undefined;
  const plan =
    look === undefined
      ? planUnderWish(earlier, change.after)
      : planAfterLook(earlier, change.after, look, roundOf(replay, context));
  if (look !== undefined) notePlanned(plan, look, context);
  context.memory.keepLook(replay.self, { ...kept, look, plan });
}

/** A change as state tells it, by which an up plans. */
function changeOf(before: Replay, after: Replay, plan: StoredPlan): Change {
  return { plan, after: wishOf(after, plan.wish.generation), reopens: reopens(before, after, plan) };
}

/** Plans a replay: looks at the whole group and records it. Writes nothing to SLS. */
export async function createReplayPlan(
  news: Declared,
  context: LifecycleContext,
): Promise<{ readonly id: string; readonly outs: Declared }> {
  const replay = completeReplay(news, context);
  const plan = await planReplay(replay, undefined, undefined, context);
  return { id: formatGroupId(replay.identity), outs: outsOf(news, plan) };
}

/** Plans again only the shards that the changed declaration asks for; all others keep what was recorded. */
export async function updateReplayPlan(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const replay = completeReplay(news, context);
  const before = replayOf(olds, context);
  if (before === undefined) throw unreadable("the declared inputs");
  const earlier = storedPlan(olds, context);
  const change = changeOf(before, replay, earlier);
  if (!plansAnything(change)) return outsOf(news, planUnderWish(earlier, change.after));
  return outsOf(news, await planReplay(replay, earlier, change, context));
}

function outsOf(declared: Declared, plan: StoredPlan): Declared {
  const inputs = Object.fromEntries(replayInputs.map((name) => [name, declared[name]]));
  return withoutAbsent({ ...inputs, plan: encodePlan(plan) });
}

/** The plan in state. One of version 0.1.0 does not hold its declaration, which stands beside it. */
function storedPlan(olds: Declared, context: LifecycleContext): StoredPlan {
  const plan = decodePlan(olds["plan"]);
  if (plan.wish.generation !== releasedGeneration || plan.upgraded !== undefined) return plan;
  const declared = replayOf(olds, context);
  if (declared === undefined) throw unreadable("the declared inputs");
  const wish = wishOf(declared, releasedGeneration);
  const shards = [...plan.shards].map(([shard, planned]) => {
    const round = { ...planned.round, triggers: wish.triggers };
    return [shard, { ...planned, round }] as const;
  });
  return {
    ...plan,
    wish,
    shards: new Map(shards),
    upgraded: { wish, knownShards: plan.knownShards },
  };
}

async function planReplay(
  replay: Replay,
  earlier: StoredPlan | undefined,
  change: Change | undefined,
  context: LifecycleContext,
): Promise<StoredPlan> {
  const generation = earlier?.wish.generation ?? context.newId();
  try {
    const seen = await lookToPlan(replay, change, context);
    const plan = planAfterLook(earlier, wishOf(replay, generation), seen, roundOf(replay, context));
    notePlanned(plan, seen, context);
    return plan;
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    return planUnseen(replay, earlier, generation, failure, context);
  }
}

function roundOf(
  { bounds }: Replay,
  context: LifecycleContext,
): { readonly id: string; readonly deadline: Instant | undefined } {
  return { id: context.newId(), deadline: bounds.applyBefore };
}

/** The writes of this process need no second look at what it planned itself. */
function notePlanned(plan: StoredPlan, { shards }: PlanLook, context: LifecycleContext): void {
  for (const { observation } of shards) {
    const planned = plan.shards.get(observation.shard);
    if (planned !== undefined) context.memory.notePlanned(planned.round.id, planned.shard, observation.end);
  }
}

/**
 * A refusal that is certain without the ledger stops the plan, so that the next up looks anew. Everything else is
 * decided with the ledger.
 */
function lookToPlan(
  replay: Replay,
  change: Change | undefined,
  context: LifecycleContext,
): Promise<PlanLook> {
  return lookWhenQuiet(
    {
      subject: subjectOf(replay),
      of: "group",
      bounds: replay.bounds,
      look: () => look(replay, change, context),
      refusalsOf: (seen) => certainRefusals(replay, seen, change, context),
    },
    context,
  );
}

/** The refusals of shards whose wish no act of the ledger can follow. */
function certainRefusals(
  replay: Replay,
  seen: PlanLook,
  change: Change | undefined,
  context: LifecycleContext,
): readonly RefusedShard[] {
  const isNew = (shard: number): boolean => change === undefined || isNewWish(change, shard);
  const unknown = change === undefined ? seen.unknown : [];
  const isNobodys: IsOurs = (record) =>
    mayBeOurs(record, change?.plan) || context.memory.wrote(replay.identity, record);
  const live = refusalOfConsumers(seen, replay, isNobodys);
  return [
    ...unknown.map((shard) => ({
      shard,
      refusal: { kind: "unknownShard", knownShards: seen.seen.knownShards } as const,
    })),
    ...decideLook(replay, seen, isNobodys).flatMap(({ shard, decision }) => {
      if (decision.kind !== "refused" || !isNew(shard)) return [];
      const refusal = decision.refusal.kind === "nothingBefore" ? live : decision.refusal;
      return refusal === undefined ? [] : [{ shard, refusal }];
    }),
  ];
}

/** Whether a record can be a pin of this replay: only the ledger can tell, and a plan must not refuse for it. */
function mayBeOurs(record: CheckpointRecord, plan: Plan | undefined): boolean {
  const planned = plan?.shards.get(record.shard);
  if (planned === undefined || record.updateTime === undefined) return false;
  if (record.updateTime < planned.round.plannedAt) return false;
  return (
    planned.target === undefined || sameCheckpoint(record.checkpoint, { kind: "at", cursor: planned.target })
  );
}

/** Where `previous` leads, only the ledger can tell; that consumers are alive stands in the way all the same. */
function refusalOfConsumers({ seen }: PlanLook, { bounds }: Replay, isOurs: IsOurs): Refusal | undefined {
  if (bounds.onActiveConsumers === "overwrite") return undefined;
  const consumers = liveConsumers(seen, isOurs);
  if (consumers.length === 0) return undefined;
  return liveRefusal(bounds, undefined, consumers, seen);
}

/**
 * A group that cannot be looked at can still have expired, and then nothing has to be planned. Where something was
 * planned before, that is no way out: the writes would go on with the declaration of then.
 */
function planUnseen(
  replay: Replay,
  earlier: StoredPlan | undefined,
  generation: string,
  failure: SlsError,
  context: LifecycleContext,
): StoredPlan {
  const subject = subjectOf(replay);
  const serverTime = failure instanceof SlsServiceError ? failure.serverTime : undefined;
  const { applyBefore } = replay.bounds;
  const expired = applyBefore !== undefined && serverTime !== undefined && serverTime > applyBefore;
  if (!expired || earlier !== undefined) {
    throw new RefusedError({ kind: "lookFailed", subject, failure }, { cause: failure });
  }
  context.emit({ kind: "expired", subject, of: "group", shards: [], applyBefore, serverTime });
  return nothingPlanned(generation, serverTime);
}

function completeReplay(inputs: Declared, context: LifecycleContext): Replay {
  const declaration = readReplayDeclaration(inputs, context.now());
  if (declaration.kind === "complete") return declaration.replay;
  throw incompleteError("ConsumerGroupReplay", declaration.kind === "wrong" ? declaration.problems : []);
}

/** A declaration as state holds it; undefined where it cannot be read. */
function replayOf(declared: Declared, context: LifecycleContext): Replay | undefined {
  const known = Object.fromEntries(replayInputs.map((name) => [name, declared[name]]));
  const declaration = readReplayDeclaration(known, context.now());
  return declaration.kind === "complete" ? declaration.replay : undefined;
}

function subjectOf({ identity, reason }: Replay): Subject {
  return { id: formatGroupId(identity), reason };
}
