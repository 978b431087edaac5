import { isDeepStrictEqual } from "node:util";
import { formatShardId, sameShard } from "../../model/identity.js";
import { type Instant } from "../../model/instant.js";
import { type Act, type Round, withDeadline } from "../../rules/act.js";
import { type Asked, askedOf } from "../../rules/asked.js";
import { type Decision, type IsOurs, decide, liveConsumers } from "../../rules/decide.js";
import { type Report, type Subject } from "../../rules/events.js";
import { type Ledger, type ShardLedger, emptyLedger, unfinishedShards } from "../../rules/ledger.js";
import { type CheckpointRecord } from "../../model/checkpoint.js";
import { type Observation, type PositionTime } from "../../rules/observation.js";
import { isOwnCommit, writesOf } from "../../rules/ownCommit.js";
import { type Plan, actOf } from "../../rules/plan.js";
import { actAsked, goneRecord, isGone, recordAsked, recordRun, withDeadlines } from "../../rules/record.js";
import { type OpenAct, standsAtSnapshot, standsAtTarget } from "../../rules/run.js";
import { isUnfinished } from "../../rules/status.js";
import { SlsError } from "../../sls/errors.js";
import { type CheckResult, type DiffResult } from "../answers.js";
import { type RunResult, carryOut } from "../carryOut.js";
import { type LifecycleContext } from "../context.js";
import { type Declared, selfOf } from "../declared.js";
import { RefusedError, UnfinishedError } from "../failures.js";
import { incompleteError } from "../incomplete.js";
import { groupInputs } from "../groupInputs.js";
import { normaliseDeclared } from "../inputs.js";
import { lookWhenQuiet } from "../lookWhenQuiet.js";
import { notEvaluated } from "../notEvaluated.js";
import { lookForRun, observationOf } from "../lookForRun.js";
import { observeShard } from "../observe.js";
import { openActs } from "../replay/askGroup.js";
import { UnreadableStateError, unreadable } from "../unreadable.js";
import {
  type CheckpointPin,
  checkpointInputs,
  describeDeclaration,
  readCheckpointDeclaration,
  wishOfPin,
} from "./checkpointPin.js";
import { type CheckpointState, decodeCheckpointState, encodeCheckpointState } from "./checkpointState.js";

/**
 * Validates the inputs and, only where nothing was pinned before, looks at the service and tells what an up would do;
 * else diff does, which knows what was done.
 */
export async function checkCheckpoint(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<CheckResult> {
  const inputs = normaliseDeclared(news);
  const declaration = readCheckpointDeclaration(inputs);
  switch (declaration.kind) {
    case "wrong":
      return { inputs, problems: declaration.problems };
    case "incomplete":
      context.emit({
        kind: "notYetKnown",
        resource: "ConsumerGroupCheckpoint",
        self: selfOf(inputs),
        inputs: declaration.unknowns,
      });
      return { inputs, problems: [] };
    case "complete":
      return checkPin(olds, declaration.pin, inputs, context);
  }
}

async function checkPin(
  olds: Declared,
  pin: CheckpointPin,
  inputs: Declared,
  context: LifecycleContext,
): Promise<CheckResult> {
  const isNew = olds["project"] === undefined;
  const before = isNew ? undefined : pinOf(olds);
  if (!isNew && before === undefined) {
    return { inputs, problems: [{ property: "", reason: unreadable("the declared inputs").message }] };
  }
  context.memory.noteChecked("checkpoint", pin.self);
  if (before !== undefined && !sameShard(before.identity, pin.identity)) {
    context.emit({ kind: "replaces", subject: subjectOf(pin), former: formatShardId(before.identity) });
    return { inputs, problems: [], refused: await preview(pin, emptyLedger, "", context) };
  }
  if (before !== undefined) return { inputs, problems: [] };
  return { inputs, problems: [], refused: await preview(pin, emptyLedger, "", context) };
}

/**
 * Tells changes that act from changes of state only. Where check ran before in this process it also tells what an up
 * would write, and refuses; else it belongs to a refresh, and is silent and pure.
 */
export async function diffCheckpoint(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<DiffResult> {
  const declaration = readCheckpointDeclaration(news);
  const before = pinOf(olds);
  if (declaration.kind !== "complete") return { changes: true, replaces: [] };
  const { pin } = declaration;
  const checked = context.memory.wasChecked("checkpoint", pin.self);
  if (before === undefined) {
    if (checked) throw unreadable("the declared inputs");
    return { changes: false, replaces: [] };
  }
  const replaces = ([...groupInputs, "shard"] as const).filter(
    (name) => before.identity[name] !== pin.identity[name],
  );
  if (replaces.length > 0) return { changes: true, replaces };
  const changed = checkpointInputs.some((name) => !isDeepStrictEqual(olds[name], news[name]));
  if (!checked) return { changes: changed || isOpen(olds), replaces: [] };
  context.memory.keepState("checkpoint", pin.self, formatShardId(pin.identity), olds);
  const { ledger, generation } = decodeCheckpointState(olds);
  context.memory.noteEarlierWrites(pin.identity, writesOf(ledger));
  const changes = changed || unfinishedShards(ledger).length > 0;
  const refusal = changes ? await preview(pin, ledger, generation, context) : undefined;
  if (refusal !== undefined) throw new RefusedError(refusal);
  return { changes, replaces: [] };
}

/** Whether state says that something is left to do; state that cannot be read says nothing to a refresh. */
function isOpen(olds: Declared): boolean {
  try {
    return unfinishedShards(decodeCheckpointState(olds).ledger).length > 0;
  } catch (error) {
    if (error instanceof UnreadableStateError) return false;
    throw error;
  }
}

/** Tells what an up would do, and returns why it would be refused. */
async function preview(
  pin: CheckpointPin,
  ledger: Ledger,
  generation: string,
  context: LifecycleContext,
): Promise<Report | undefined> {
  const asked = ask(pin, withDeadlines(ledger, pin.bounds.applyBefore), generation);
  if (asked.kind !== "unplanned" && asked.kind !== "resume") return sayLeft(pin, asked, context);
  const duplicate = claim(pin, context);
  if (duplicate !== undefined) return duplicate;
  if (!context.memory.firstTime(`preview ${formatShardId(pin.identity)} ${pin.self}`)) return undefined;
  const decision = await decideNow(pin, asked, ledger, context);
  const subject = subjectOf(pin);
  const { shard } = pin.identity;
  if (decision === "elsewhere") {
    context.emit({ kind: "left", subject, shards: [{ shard, why: "uncertain" }] });
    return undefined;
  }
  if (decision.kind === "refused" && decision.refusal.kind === "lookFailed") {
    return notEvaluated(subject, decision.refusal.failure, context);
  }
  if (decision.kind === "refused" && decision.refusal.kind !== "liveConsumers") {
    return { kind: "refused", subject, of: "shard", refusals: [{ shard, refusal: decision.refusal }] };
  }
  const shards = [{ shard, decision, asked: undefined }];
  const alone = { writtenAs: undefined, together: undefined };
  context.emit({ kind: "planned", subject, of: "shard", shards, liveness: pin.bounds, ...alone });
  return undefined;
}

function sayLeft(pin: CheckpointPin, asked: Asked, context: LifecycleContext): undefined {
  if (asked.kind !== "leave" || asked.why === "kept") return;
  const { shard } = pin.identity;
  context.emit({ kind: "left", subject: subjectOf(pin), shards: [{ shard, why: asked.why }] });
}

function claim(pin: CheckpointPin, context: LifecycleContext): Report | undefined {
  const description = describeDeclaration(pin);
  const shards = { others: false, moved: [pin.identity.shard], kept: [] };
  const other = context.memory.claim(pin.identity, pin.self, shards, description);
  return other === undefined ? undefined : { kind: "duplicate", declarations: [other, description] };
}

function ask(pin: CheckpointPin, ledger: Ledger, generation: string): Asked {
  const plan: Plan = {
    wish: wishOfPin(pin, generation),
    plannedAt: 0 as Instant,
    shards: new Map(),
    earlier: [],
  };
  const permissions = { deadline: pin.bounds.applyBefore, allowSkip: false };
  return askedOf(plan, ledger, pin.identity.shard, permissions);
}

/** Decides by a look of now: a new act as it is declared, one that goes on within its own bounds. */
async function decideNow(
  pin: CheckpointPin,
  asked: Extract<Asked, { kind: "unplanned" | "resume" }>,
  ledger: Ledger,
  context: LifecycleContext,
): Promise<Decision | "elsewhere"> {
  if (asked.kind === "unplanned") {
    const declared = context.memory.declaredGroup(pin.identity);
    const observation = await observeShard(context.client, pin.identity, pin.target, declared);
    return decideSeen(pin, undefined, observation, ledger, context);
  }
  try {
    const open = openActs(new Map([[pin.identity.shard, asked]]), ledger, pin.bounds, context);
    const look = await lookForRun(pin.identity, open, () => undefined, context);
    const act = withDeadline(asked.act, pin.bounds.applyBefore);
    const shard = observationOf(act, look);
    if (shard !== undefined && isElsewhere(act, shard.record)) return "elsewhere";
    return decideSeen(pin, act, { kind: "seen", ...look.seen, shard }, ledger, context);
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    return { kind: "refused", refusal: { kind: "lookFailed", failure } };
  }
}

function isElsewhere(act: Act, record: CheckpointRecord): boolean {
  return !standsAtTarget(act, record) && !standsAtSnapshot(act, record);
}

function decideSeen(
  pin: CheckpointPin,
  act: Act | undefined,
  observation: Observation,
  ledger: Ledger,
  context: LifecycleContext,
): Decision {
  const isOurs: IsOurs = (record) =>
    context.memory.wrote(pin.identity, record) || isOwnCommit(record, ledger, new Map());
  return decide(
    {
      ...pin.bounds,
      applyBefore: act === undefined ? pin.bounds.applyBefore : act.deadline,
      target: pin.target,
      judges: "shard",
      known: act !== undefined || ledger.shards.has(pin.identity.shard),
    },
    observation,
    observation.kind === "seen" ? liveConsumers(observation, isOurs) : [],
  );
}

/** Pins: a shard that stands at the checkpoint already is adopted without a write. */
export async function createCheckpoint(
  news: Declared,
  context: LifecycleContext,
): Promise<{ readonly id: string; readonly outs: Declared }> {
  const pin = completePin(news);
  const id = formatShardId(pin.identity);
  const former = context.memory.keptState("checkpoint", pin.self, id);
  const ledger = former === undefined ? emptyLedger : decodeCheckpointState(former).ledger;
  return { id, outs: await pinShard(pin, { pin, ledger, generation: context.newId() }, news, context) };
}

/** Pins again where the declaration asks for a new act, goes on with an unfinished one, and else only keeps the inputs. */
export async function updateCheckpoint(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  return pinShard(completePin(news), decodeCheckpointState(olds), news, context);
}

async function pinShard(
  pin: CheckpointPin,
  kept: CheckpointState,
  declared: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const { shard } = pin.identity;
  const { generation } = kept;
  const before = withDeadlines(kept.ledger, pin.bounds.applyBefore);
  const asked = ask(pin, before, generation);
  const open = await openAct(pin, asked, before, generation, context);
  if (open === undefined) {
    const record = recordAsked(before, shard, asked);
    if (record === undefined) throw new RangeError(`shard ${String(shard)} has no ledger`);
    const gone = asked.kind === "unplanned";
    return encodeCheckpointState(declared, generation, gone ? goneRecord(record) : record);
  }
  const result = await run(pin, open, before, context);
  const [running] = result.shards;
  const ran = recordRun(before, running ?? { open, ended: undefined });
  const gone = isGone(shard, result.knownShards);
  const record = gone ? goneRecord(ran) : ran;
  const outs = encodeCheckpointState(declared, generation, record);
  if (gone) return outs;
  if (result.finished && !isUnfinished(record.status)) return outs;
  throw unfinishedError(pin, record, result, outs);
}

/** The act that is carried out; a new one is planned by a look of its own, which can find the shard gone. */
async function openAct(
  pin: CheckpointPin,
  asked: Asked,
  ledger: Ledger,
  generation: string,
  context: LifecycleContext,
): Promise<OpenAct | undefined> {
  if (asked.kind !== "unplanned") {
    return openActs(new Map([[pin.identity.shard, asked]]), ledger, pin.bounds, context)[0];
  }
  const act = await planAct(pin, ledger, generation, context);
  if (act === undefined) return undefined;
  return { act, fresh: true, outcome: "certainlyNot", elsewhere: false, requestId: undefined };
}

async function planAct(
  pin: CheckpointPin,
  ledger: Ledger,
  generation: string,
  context: LifecycleContext,
): Promise<Act | undefined> {
  const observation = await observeWhenQuiet(pin, ledger, context);
  if (observation.kind === "unseen") {
    return unseenAct(pin, generation, observation.failure, observation.serverTime, context);
  }
  const { shard } = observation;
  // A shard that state does not know either was refused by the look already.
  if (shard === undefined) return undefined;
  const round = roundOf(pin, observation.serverTime, observation.knownShards, generation, context);
  context.memory.notePlanned(round.id, shard.shard, shard.end);
  const planned = {
    shard: shard.shard,
    round,
    position: `cursor:${pin.target}`,
    target: pin.target,
    targetTime: instantOf(shard.targetTime),
    snapshot: {
      checkpoint: shard.record.checkpoint,
      time: instantOf(shard.currentTime),
      savedAt: shard.record.updateTime,
      consumer: shard.record.consumer,
    },
  };
  const inheriting = askedOf(
    {
      wish: wishOfPin(pin, generation),
      plannedAt: observation.serverTime,
      shards: new Map([[shard.shard, planned]]),
      earlier: [],
    },
    ledger,
    shard.shard,
    { deadline: pin.bounds.applyBefore, allowSkip: false },
  );
  return actAsked(inheriting) ?? actOf(planned, pin.target, planned.targetTime);
}

/** A look that failed is the caller's to judge: the shard can have expired all the same. */
function observeWhenQuiet(
  pin: CheckpointPin,
  ledger: Ledger,
  context: LifecycleContext,
): Promise<Observation> {
  const { shard } = pin.identity;
  return lookWhenQuiet(
    {
      subject: subjectOf(pin),
      of: "shard",
      bounds: pin.bounds,
      look: () => observeShard(context.client, pin.identity, pin.target),
      refusalsOf: (observation) => {
        if (observation.kind === "unseen") return [];
        const decision = decideSeen(pin, undefined, observation, ledger, context);
        return decision.kind === "refused" ? [{ shard, refusal: decision.refusal }] : [];
      },
    },
    context,
  );
}

/** A shard that cannot be looked at can still have expired, and then nothing has to be looked at. */
function unseenAct(
  pin: CheckpointPin,
  generation: string,
  failure: Error,
  serverTime: Instant | undefined,
  context: LifecycleContext,
): Act {
  const { applyBefore } = pin.bounds;
  if (serverTime === undefined || applyBefore === undefined || serverTime <= applyBefore) {
    throw new RefusedError({ kind: "lookFailed", subject: subjectOf(pin), failure }, { cause: failure });
  }
  const nowhere = {
    checkpoint: { kind: "none" },
    time: undefined,
    savedAt: undefined,
    consumer: undefined,
  } as const;
  return {
    shard: pin.identity.shard,
    round: roundOf(pin, serverTime, [], generation, context),
    position: `cursor:${pin.target}`,
    inherited: [],
    target: pin.target,
    targetTime: undefined,
    snapshot: nowhere,
    wayBack: nowhere,
    deadline: applyBefore,
  };
}

function roundOf(
  pin: CheckpointPin,
  plannedAt: Instant,
  knownShards: readonly number[],
  generation: string,
  context: LifecycleContext,
): Round {
  const { triggers } = wishOfPin(pin, generation);
  const deadline = pin.bounds.applyBefore;
  return { id: context.newId(), plannedAt, knownShards, triggers, generation, deadline };
}

function instantOf(time: PositionTime): Instant | undefined {
  return time.kind === "at" ? time.instant : undefined;
}

async function run(
  pin: CheckpointPin,
  open: OpenAct,
  ledger: Ledger,
  context: LifecycleContext,
): Promise<RunResult> {
  const result = await carryOut(
    {
      identity: pin.identity,
      subject: subjectOf(pin),
      of: "shard",
      open: [open],
      bounds: pin.bounds,
      write: {
        forceSuccess: pin.forceSuccess,
        ...(pin.consumer !== undefined && { consumer: pin.consumer }),
      },
      ledger,
    },
    context,
  );
  const untouched = result.failure === undefined && result.shards.every(({ writes }) => writes === 0);
  if (untouched && result.refusals.length > 0) throw refused(pin, result.refusals);
  return result;
}

function refused(pin: CheckpointPin, refusals: RunResult["refusals"]): RefusedError {
  return new RefusedError({ kind: "refused", subject: subjectOf(pin), of: "shard", refusals });
}

function unfinishedError(
  pin: CheckpointPin,
  record: ShardLedger,
  { shards: [running], refusals, failure }: RunResult,
  outs: Declared,
): UnfinishedError {
  const last = running?.last;
  const lost = last?.kind === "lost" || last?.kind === "refused" ? last.failure : undefined;
  const shard = {
    shard: record.shard,
    status: record.status,
    act: running?.open.act,
    record: running?.record,
    failure: running?.ended?.failure ?? lost,
    acknowledged: last?.kind === "acknowledged",
  };
  return new UnfinishedError(
    { kind: "unfinished", subject: subjectOf(pin), of: "shard", shards: [shard], refusals, failure },
    formatShardId(pin.identity),
    outs,
    { cause: failure },
  );
}

function completePin(news: Declared): CheckpointPin {
  const declaration = readCheckpointDeclaration(news);
  if (declaration.kind === "complete") return declaration.pin;
  throw incompleteError("ConsumerGroupCheckpoint", declaration.kind === "wrong" ? declaration.problems : []);
}

/** A declaration as state holds it; undefined where it cannot be read. */
function pinOf(declared: Declared): CheckpointPin | undefined {
  const known = Object.fromEntries(checkpointInputs.map((name) => [name, declared[name]]));
  const declaration = readCheckpointDeclaration(known);
  return declaration.kind === "complete" ? declaration.pin : undefined;
}

function subjectOf({ identity, reason }: CheckpointPin): Subject {
  return { id: formatShardId(identity), reason };
}
