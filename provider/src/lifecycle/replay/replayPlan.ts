import { isDeepStrictEqual } from "node:util";
import { type Cursor } from "../../model/cursor.js";
import { sameCheckpoint } from "../../model/checkpoint.js";
import { formatGroupId } from "../../model/identity.js";
import { instantOfSeconds } from "../../model/instant.js";
import { type Position } from "../../model/position.js";
import { type Positions, formatPositions, positionOfShard } from "../../model/positions.js";
import { type IsOurs } from "../../rules/decide.js";
import { type Subject, describePlan, describeRefusal, indent, lines } from "../../texts/describe.js";
import { type DescribedShard, describeGroupPlan, describeGroupRefusal } from "../../texts/describeGroup.js";
import { type Unmovable } from "../../rules/intent.js";
import { type PositionTime } from "../../rules/observation.js";
import {
  type Change,
  type Plan,
  type PlannedShard,
  changedShards,
  decidesAnew,
  mergePlan,
  othersAct,
} from "../../rules/plan.js";
import { SlsError, SlsServiceError } from "../../sls/errors.js";
import { type CheckResult, type DiffResult } from "../answers.js";
import { type LifecycleContext } from "../context.js";
import { type ShardDecision, busyOnly, decideGroup } from "./decideGroup.js";
import { type Declared, type Problem } from "../declared.js";
import { duplicateProblem } from "../duplicates.js";
import { RefusedError } from "../failures.js";
import { normaliseDeclared } from "../inputs.js";
import { type GroupLook, type GroupQuestion, type ShardLook, observeGroup } from "./observeGroup.js";
import { type ClaimedShards } from "../processMemory.js";
import { Progress } from "../progress.js";
import { type Replay, readReplayDeclaration, replayInputs } from "./replayDeclaration.js";
import { withoutAbsent } from "../stateFields.js";
import { decodePlan, encodePlan } from "./replayPlanState.js";
import { waitForQuiet } from "../waitForQuiet.js";

/**
 * Validates a replay and, only where it asks for a new act, looks at the service and prints what an up would do.
 * Reads only; what cannot be looked at is said and never fails, because a preview runs with few permissions.
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
      context.print(
        `ConsumerGroupReplay: not evaluated: ${declaration.unknowns.join(", ")} will be known only after apply`,
      );
      return { inputs, problems: [] };
    case "complete":
      return { inputs, problems: await checkReplay(replayOf(olds, context), declaration.replay, context) };
  }
}

async function checkReplay(
  before: Replay | undefined,
  replay: Replay,
  context: LifecycleContext,
): Promise<readonly Problem[]> {
  const described = describeDeclaration(replay);
  const same = before !== undefined && formatGroupId(before.identity) === formatGroupId(replay.identity);
  const change = same ? changeOf(before, replay) : undefined;
  const novelty = noveltyOf(change);
  // A replay that has done its work stays declared beside the one that takes it back.
  if (novelty === "none") return [];
  const claimed = context.memory.claim(replay.identity, claimedShards(replay.positions), described);
  if (claimed !== undefined) return [duplicateProblem(claimed, described)];
  if (!context.memory.firstTime(`plan ${described} ${JSON.stringify(replay.triggers)}`)) return [];
  if (before !== undefined && !same) {
    context.print(
      `warning: ${formatGroupId(replay.identity)}: takes the place of ${formatGroupId(before.identity)}, where nothing is undone`,
    );
  }
  if (novelty === "act") return previewReplay(replay, change, context);
  context.print(
    `${formatGroupId(replay.identity)}: the later applyBefore acts only if the earlier one had passed:`,
  );
  const problems = await previewReplay(replay, undefined, context);
  for (const { reason } of problems) context.print(reason);
  return [];
}

/** See `noveltyOf` of a checkpoint: what a later deadline asks for, check is not told. */
function noveltyOf(change: Change | undefined): "act" | "perhaps" | "none" {
  if (change === undefined) return "act";
  const besides = { ...change, deadlineMoved: false };
  if (changedShards(nothingPlanned, besides).length > 0) return "act";
  if (othersAct(nothingPlanned, besides)) return "act";
  return change.deadlineMoved ? "perhaps" : "none";
}

async function previewReplay(
  replay: Replay,
  change: Change | undefined,
  context: LifecycleContext,
): Promise<readonly Problem[]> {
  const subject = subjectOf(replay);
  const look = await lookOrSay(replay, change, subject, context);
  if (look === undefined) return [];
  const decisions = decideGroup(look, replay.bounds, wroteIt(replay, undefined, context));
  const refusal = describeRefusals(subject, look, decisions, false);
  if (refusal !== undefined) return [{ property: "", reason: refusal }];
  context.print(describeGroupPlan(subject, describedShards(decisions), replay.writtenAs));
  return [];
}

/** Whether a record is a write of this process, or stands exactly where the earlier plan put the shard. */
function wroteIt(replay: Replay, earlier: Plan | undefined, context: LifecycleContext): IsOurs {
  return (record) => {
    if (context.memory.wrote({ ...replay.identity, shard: record.shard }, record)) return true;
    const planned = earlier?.shards.find(({ shard }) => shard === record.shard);
    if (planned?.decided !== "move" || planned.target === undefined) return false;
    return sameCheckpoint(record.checkpoint, { kind: "at", cursor: planned.target });
  };
}

/**
 * Looks at the group. Where `previous` leads is not known to check, which Pulumi tells the inputs of the last up and
 * not what it found; diff is told, so the look is kept for it.
 */
async function lookOrSay(
  replay: Replay,
  change: Change | undefined,
  subject: Subject,
  context: LifecycleContext,
): Promise<GroupLook | undefined> {
  try {
    const question = questionOf(replay, undefined, change);
    const look = await observeGroup(context.client, question, lookingAt(subject, context));
    if (change === undefined || !usesPrevious(replay.positions)) return look;
    context.memory.keepLook(describeDeclaration(replay), look);
    return undefined;
  } catch (error) {
    if (!SlsError.isInstance(error)) throw error;
    context.print(`${subject.id}: not evaluated: ${error.message}`);
    return undefined;
  }
}

/** Prints where `previous` leads, by the look that check took and the plan that state keeps. */
function previewPrevious(replay: Replay, earlier: Plan, change: Change, context: LifecycleContext): void {
  const look = context.memory.takeLook(describeDeclaration(replay));
  if (look === undefined) return;
  const shards = look.shards
    .filter(({ observation }) => decidesAnew(earlier, replay.positions, change, observation.shard))
    .map((shard) => (shard.position.kind === "previous" ? backToPrevious(shard, earlier) : shard));
  const subject = subjectOf(replay);
  const decisions = decideGroup({ ...look, shards }, replay.bounds, wroteIt(replay, earlier, context));
  const refusal = describeRefusals(subject, look, decisions, false);
  context.print(
    refusal === undefined
      ? describeGroupPlan(subject, describedShards(decisions), replay.writtenAs)
      : lines(`warning: ${subject.id}: up will refuse this:`, indent(refusal)),
  );
}

function backToPrevious(look: ShardLook, earlier: Plan): ShardLook {
  const { shard } = look.observation;
  const planned = earlier.shards.find((candidate) => candidate.shard === shard);
  const targetTime: PositionTime =
    planned?.previousTime === undefined ? { kind: "outside" } : { kind: "at", instant: planned.previousTime };
  return {
    ...look,
    target: previousTarget(earlier, shard),
    observation: { ...look.observation, targetTime },
  };
}

function usesPrevious(positions: Positions): boolean {
  return [positions.others, ...positions.named.values()].some(({ kind }) => kind === "previous");
}

function lookingAt(subject: Subject, context: LifecycleContext): (shards: number) => void {
  const progress = new Progress(
    (done, total) => `${subject.id}: looked at ${String(done)} of ${String(total)} shards`,
    context,
  );
  return (shards) => {
    progress.step(shards);
  };
}

/** Tells changes that act from changes of state only; asks nothing of the service. */
export function diffReplayPlan(olds: Declared, news: Declared, context: LifecycleContext): DiffResult {
  const declaration = readReplayDeclaration(news, context.now());
  const before = replayOf(olds, context);
  if (declaration.kind !== "complete" || before === undefined) return { changes: true, replaces: [] };
  const { replay } = declaration;
  const replaces = (["project", "logstore", "consumerGroup"] as const).filter(
    (name) => before.identity[name] !== replay.identity[name],
  );
  if (replaces.length > 0) {
    context.memory.release(replay.identity, describeDeclaration(replay));
    return { changes: true, replaces };
  }
  const changes = replayInputs.some((name) => !isDeepStrictEqual(olds[name], news[name]));
  if (changes) previewPrevious(replay, decodePlan(olds["plan"]), changeOf(before, replay), context);
  return { changes, replaces: [] };
}

/** Plans a replay: looks at the whole group and decides each shard. Writes nothing to SLS. */
export async function createReplayPlan(
  news: Declared,
  context: LifecycleContext,
): Promise<{ readonly id: string; readonly outs: Declared }> {
  const replay = completeReplay(news, context);
  const plan = await planReplay(replay, undefined, undefined, context);
  return { id: formatGroupId(replay.identity), outs: outsOf(news, plan) };
}

/** Plans again only the shards that the changed declaration asks for; all others keep what was decided for them. */
export async function updateReplayPlan(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const replay = completeReplay(news, context);
  const before = replayOf(olds, context);
  const earlier = decodePlan(olds["plan"]);
  const change = before === undefined ? undefined : changeOf(before, replay);
  if (change !== undefined && changedShards(earlier, change).length === 0 && !othersAct(earlier, change)) {
    return outsOf(news, earlier);
  }
  return outsOf(news, await planReplay(replay, earlier, change, context));
}

function outsOf(declared: Declared, plan: Plan): Declared {
  const inputs = Object.fromEntries(replayInputs.map((name) => [name, declared[name]]));
  return withoutAbsent({ ...inputs, plan: encodePlan(plan) });
}

async function planReplay(
  replay: Replay,
  earlier: Plan | undefined,
  change: Change | undefined,
  context: LifecycleContext,
): Promise<Plan> {
  try {
    return await planSeen(replay, earlier, change, context);
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    return planUnseen(replay, earlier, change, failure, context);
  }
}

async function planSeen(
  replay: Replay,
  earlier: Plan | undefined,
  change: Change | undefined,
  context: LifecycleContext,
): Promise<Plan> {
  const subject = subjectOf(replay);
  const question = questionOf(replay, earlier, change);
  const { look, decisions } = await waitForQuiet(
    async () => {
      const seen = await observeGroup(context.client, question, lookingAt(subject, context));
      return { look: seen, decisions: decideGroup(seen, replay.bounds, wroteIt(replay, earlier, context)) };
    },
    ({ look: seen, decisions: decided }) => (seen.unknown.length > 0 ? undefined : busyOnly(decided)),
    replay.bounds,
    subject,
    context,
  );
  const refusal = describeRefusals(subject, look, decisions, true);
  if (refusal !== undefined) throw new RefusedError(refusal);
  if (decisions.some(({ decision }) => decision.kind === "expired")) {
    context.print(describeGroupPlan(subject, describedShards(decisions)));
  }
  const shards = decisions.map((decision) => plannedShard(decision, earlier, context));
  return mergePlan(earlier, { plannedAt: look.seen.serverTime, knownShards: look.seen.knownShards, shards });
}

/** A group that cannot be looked at can still have expired, and then nothing has to be looked at. */
function planUnseen(
  replay: Replay,
  earlier: Plan | undefined,
  change: Change | undefined,
  failure: SlsError,
  context: LifecycleContext,
): Plan {
  const subject = subjectOf(replay);
  const serverTime = failure instanceof SlsServiceError ? failure.serverTime : undefined;
  const { applyBefore } = replay.bounds;
  if (serverTime === undefined || applyBefore === undefined || serverTime <= applyBefore) {
    throw new RefusedError(describeRefusal(subject, { kind: "lookFailed", failure }), { cause: failure });
  }
  const expired = { kind: "expired", applyBefore, serverTime } as const;
  context.print(describePlan(subject, expired));
  const shards = (earlier?.shards ?? [])
    .filter(({ shard }) => decidesAnew(earlier ?? nothingPlanned, replay.positions, change, shard))
    .map((planned) => ({
      ...planned,
      act: context.newAct(),
      position: positionOfShard(replay.positions, planned.shard),
      decided: "expired" as const,
      target: undefined,
      targetTime: undefined,
    }));
  return mergePlan(earlier, { plannedAt: serverTime, knownShards: earlier?.knownShards ?? [], shards });
}

function plannedShard(
  { look, decision }: ShardDecision,
  earlier: Plan | undefined,
  context: LifecycleContext,
): PlannedShard {
  const { shard, record, currentTime, targetTime } = look.observation;
  const moved = decision.kind === "move";
  const before = earlier?.shards.find((candidate) => candidate.shard === shard);
  return {
    shard,
    act: context.newAct(),
    position: look.position,
    decided: decision.kind === "refused" ? "kept" : decision.kind,
    target: typeof look.target === "string" ? look.target : undefined,
    targetTime: instantOf(targetTime),
    snapshot: record.checkpoint,
    snapshotTime: instantOf(currentTime),
    snapshotUpdateTime: record.updateTime,
    snapshotConsumer: record.consumer,
    previous: moved ? record.checkpoint : before?.previous,
    previousTime: moved ? instantOf(currentTime) : before?.previousTime,
  };
}

function instantOf(time: PositionTime): PlannedShard["targetTime"] {
  return time.kind === "at" ? time.instant : undefined;
}

/** All refusals of a group in one text; live consumers count only where they stop an up. */
function describeRefusals(
  subject: Subject,
  look: GroupLook,
  decisions: readonly ShardDecision[],
  liveConsumersCount: boolean,
): string | undefined {
  const unknown = look.unknown.map((shard) => ({
    shard,
    refusal: { kind: "unknownShard", knownShards: look.seen.knownShards } as const,
  }));
  const refused = decisions.flatMap(({ look: { observation }, decision }) =>
    decision.kind === "refused" ? [{ shard: observation.shard, refusal: decision.refusal }] : [],
  );
  const all = [...unknown, ...refused];
  const counting = all.filter(({ refusal }) => liveConsumersCount || refusal.kind !== "liveConsumers");
  return counting.length === 0 ? undefined : describeGroupRefusal(subject, counting);
}

function describedShards(decisions: readonly ShardDecision[]): readonly DescribedShard[] {
  return decisions.map(({ look, decision }) => ({
    shard: look.observation.shard,
    decision,
    asked: look.asked,
  }));
}

/** Asks only about the shards that are decided anew. */
function questionOf(replay: Replay, earlier: Plan | undefined, change: Change | undefined): GroupQuestion {
  const plan = earlier ?? nothingPlanned;
  return {
    identity: replay.identity,
    named: [...replay.positions.named.keys()],
    asksAbout: (shard) => decidesAnew(plan, replay.positions, change, shard),
    positionOf: (shard): Position => positionOfShard(replay.positions, shard),
    previousOf: (shard) => previousTarget(earlier, shard),
  };
}

const nothingPlanned: Plan = { plannedAt: instantOfSeconds(0), knownShards: [], shards: [] };

/** A shard that this replay never moved has nothing to be undone; a new replay has moved none. */
function previousTarget(earlier: Plan | undefined, shard: number): Cursor | Unmovable {
  if (earlier === undefined) return { kind: "nothingBefore" };
  const previous = earlier.shards.find((candidate) => candidate.shard === shard)?.previous;
  if (previous === undefined) return { kind: "keep" };
  return previous.kind === "at" ? previous.cursor : { kind: "nothingBefore" };
}

function changeOf(before: Replay, after: Replay): Change {
  return {
    before: before.positions,
    after: after.positions,
    triggered: !isDeepStrictEqual(before.triggers, after.triggers),
    deadlineMoved: (after.bounds.applyBefore ?? 0) > (before.bounds.applyBefore ?? Number.POSITIVE_INFINITY),
  };
}

function claimedShards(positions: Positions): ClaimedShards {
  const entries = [...positions.named];
  return {
    others: positions.others.kind !== "keep",
    moved: entries.filter(([, { kind }]) => kind !== "keep").map(([shard]) => shard),
    kept: entries.filter(([, { kind }]) => kind === "keep").map(([shard]) => shard),
  };
}

function completeReplay(inputs: Declared, context: LifecycleContext): Replay {
  const declaration = readReplayDeclaration(inputs, context.now());
  if (declaration.kind === "complete") return declaration.replay;
  const facts =
    declaration.kind === "wrong"
      ? declaration.problems.map(({ property, reason }) => `${property} ${reason}`.trim())
      : declaration.unknowns.map((name) => `${name} is not known`);
  throw new RefusedError(
    lines("The inputs of this ConsumerGroupReplay are not complete", ...facts.map(indent)),
  );
}

function replayOf(declared: Declared, context: LifecycleContext): Replay | undefined {
  const known = Object.fromEntries(replayInputs.map((name) => [name, declared[name]]));
  const declaration = readReplayDeclaration(known, context.now());
  return declaration.kind === "complete" ? declaration.replay : undefined;
}

function subjectOf(replay: Replay): Subject {
  return { id: formatGroupId(replay.identity), reason: replay.reason };
}

function describeDeclaration(replay: Replay): string {
  const positions = formatPositions(replay.positions);
  const where = typeof positions === "string" ? positions : JSON.stringify(positions);
  const reason = replay.reason === undefined ? "" : `, reason: ${replay.reason}`;
  return `${formatGroupId(replay.identity)} from ${where}${reason}`;
}
