import { isDeepStrictEqual } from "node:util";
import { sameCheckpoint } from "../../model/checkpoint.js";
import { formatShardId, sameShard } from "../../model/identity.js";
import { type IsOurs, decide } from "../../rules/decide.js";
import {
  type Subject,
  describeLiveConsumersAhead,
  describePlan,
  describeRefusal,
  lines,
} from "../../texts/describe.js";
import { type CheckpointPin, checkpointInputs, readCheckpointDeclaration, sameAct } from "./checkpointPin.js";
import {
  type CheckpointState,
  decodeCheckpointState,
  encodeCheckpointState,
  isUnfinished,
} from "./checkpointState.js";
import { type CheckpointRecord } from "../../rules/observation.js";
import { type CheckResult, type DiffResult } from "../answers.js";
import { type LifecycleContext } from "../context.js";
import { type Declared, type Problem } from "../declared.js";
import { duplicateProblem } from "../duplicates.js";
import { RefusedError } from "../failures.js";
import { normaliseDeclared } from "../inputs.js";
import { observeShard } from "../observe.js";
import { type ClaimedShards } from "../processMemory.js";
import { intentOf, performPin, resumePin } from "./pin.js";

/**
 * Validates the inputs and, only where they ask for a new act, looks at the service and prints what an up would
 * do. Reads only; what cannot be looked at is said and never fails, because a preview runs with few permissions.
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
      context.print(
        `ConsumerGroupCheckpoint: not evaluated: ${declaration.unknowns.join(", ")} will be known only after apply`,
      );
      return { inputs, problems: [] };
    case "complete":
      return { inputs, problems: await checkPin(pinOf(olds), declaration.pin, context) };
  }
}

async function checkPin(
  before: CheckpointPin | undefined,
  pin: CheckpointPin,
  context: LifecycleContext,
): Promise<readonly Problem[]> {
  const claimed = context.memory.claim(pin.identity, claimedShards(pin), describeDeclaration(pin));
  if (claimed !== undefined) return [duplicateProblem(claimed, describeDeclaration(pin))];
  const novelty = noveltyOf(before, pin);
  if (novelty === "none") return [];
  if (!context.memory.firstTime(`plan ${describeDeclaration(pin)} ${JSON.stringify(pin.triggers)}`))
    return [];
  return previewPin(before, pin, novelty, context);
}

/**
 * `act`: the declaration asks for something new. `perhaps`: it asks for something only if the deadline had passed
 * before, which check is not told. `none`: it asks for nothing.
 */
type Novelty = "act" | "perhaps" | "none";

function noveltyOf(before: CheckpointPin | undefined, pin: CheckpointPin): Novelty {
  if (before === undefined || !sameAct(before, pin)) return "act";
  return hasLaterDeadline(before, pin) ? "perhaps" : "none";
}

/** A deadline that is taken away asks for nothing: an old pin must not act because someone tidied up. */
function hasLaterDeadline(before: CheckpointPin, pin: CheckpointPin): boolean {
  const [earlier, later] = [before.bounds.applyBefore, pin.bounds.applyBefore];
  return earlier !== undefined && later !== undefined && later > earlier;
}

async function previewPin(
  before: CheckpointPin | undefined,
  pin: CheckpointPin,
  novelty: Exclude<Novelty, "none">,
  context: LifecycleContext,
): Promise<readonly Problem[]> {
  const subject = subjectOf(pin);
  const observation = await observeShard(context.client, pin.identity, pin.target);
  const decision = decide(intentOf(pin), observation, standsWherePinned(before, pin, context));
  const preface = lines(
    before === undefined || sameShard(before.identity, pin.identity)
      ? undefined
      : `warning: ${subject.id}: takes the place of ${formatShardId(before.identity)}, where nothing is undone`,
    novelty === "act"
      ? undefined
      : `${subject.id}: the later applyBefore acts only if the earlier one had passed:`,
  );
  const print = (text: string): void => {
    context.print(preface === "" ? text : lines(preface, text));
  };
  if (decision.kind !== "refused") {
    print(describePlan(subject, decision));
    return [];
  }
  const { refusal } = decision;
  if (refusal.kind === "lookFailed") {
    print(`${subject.id}: not evaluated: ${refusal.failure.message}`);
    return [];
  }
  if (refusal.kind === "liveConsumers") {
    print(describeLiveConsumersAhead(subject, refusal));
    return [];
  }
  if (novelty === "act") return [{ property: "", reason: describeRefusal(subject, refusal) }];
  print(describeRefusal(subject, refusal));
  return [];
}

/** Tells changes that act from changes of state only. Pure: outs and inputs are all it looks at. */
export function diffCheckpoint(olds: Declared, news: Declared, context: LifecycleContext): DiffResult {
  const declaration = readCheckpointDeclaration(news);
  const before = pinOf(olds);
  if (declaration.kind !== "complete" || before === undefined) return { changes: true, replaces: [] };
  const { identity } = declaration.pin;
  const replaces = (["project", "logstore", "consumerGroup", "shard"] as const).filter(
    (name) => before.identity[name] !== identity[name],
  );
  if (replaces.length > 0) {
    context.memory.release(identity, describeDeclaration(declaration.pin));
    return { changes: true, replaces };
  }
  const changed = checkpointInputs.some((name) => !isDeepStrictEqual(olds[name], news[name]));
  return { changes: changed || isUnfinished(olds["status"]), replaces: [] };
}

/** Pins: a shard that stands at the checkpoint already is adopted without a write. */
export async function createCheckpoint(
  news: Declared,
  context: LifecycleContext,
): Promise<{ readonly id: string; readonly outs: Declared }> {
  const pin = completePin(news);
  const act = await performPin(pin, news, subjectOf(pin), wroteIt(undefined, pin, context), context);
  return { id: formatShardId(pin.identity), outs: encodeCheckpointState(news, act) };
}

/** Pins again where the declaration asks for a new act, goes on with an unfinished one, and else only keeps the inputs. */
export async function updateCheckpoint(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const pin = completePin(news);
  const before = decodeCheckpointState(olds);
  const isOurs = wroteIt(before, pin, context);
  if (!sameAct(before.pin, pin) || actsAgain(before, pin)) {
    return encodeCheckpointState(news, await performPin(pin, news, subjectOf(pin), isOurs, context));
  }
  if (isUnfinished(before.act.status)) {
    return encodeCheckpointState(
      news,
      await resumePin(pin, before.act, news, subjectOf(pin), isOurs, context),
    );
  }
  return encodeCheckpointState(news, before.act);
}

function actsAgain(before: CheckpointState, pin: CheckpointPin): boolean {
  return before.act.status === "expired" && hasLaterDeadline(before.pin, pin);
}

/** Whether a record is a write of this process, or the very one that state remembers. */
function wroteIt(before: CheckpointState | undefined, pin: CheckpointPin, context: LifecycleContext): IsOurs {
  return (record) => {
    if (context.memory.wrote(pin.identity, record)) return true;
    if (before === undefined || record.updateTime !== before.act.pinnedAt) return false;
    return standsAtPin(record, before.pin);
  };
}

/** check is not told when the earlier pin was written, only where to; that is enough for a warning. */
function standsWherePinned(
  before: CheckpointPin | undefined,
  pin: CheckpointPin,
  context: LifecycleContext,
): IsOurs {
  return (record) => {
    if (context.memory.wrote(pin.identity, record)) return true;
    return before !== undefined && standsAtPin(record, before);
  };
}

function standsAtPin(record: CheckpointRecord, pin: CheckpointPin): boolean {
  if (record.shard !== pin.identity.shard) return false;
  return sameCheckpoint(record.checkpoint, { kind: "at", cursor: pin.target });
}

function completePin(inputs: Declared): CheckpointPin {
  const declaration = readCheckpointDeclaration(inputs);
  if (declaration.kind === "complete") return declaration.pin;
  const facts =
    declaration.kind === "wrong"
      ? declaration.problems.map(({ property, reason }) => `  ${property} ${reason}`.trimEnd())
      : declaration.unknowns.map((name) => `  ${name} is not known`);
  throw new RefusedError(lines("The inputs of this ConsumerGroupCheckpoint are not complete", ...facts));
}

function pinOf(declared: Declared): CheckpointPin | undefined {
  const known = Object.fromEntries(checkpointInputs.map((name) => [name, declared[name]]));
  const declaration = readCheckpointDeclaration(known);
  return declaration.kind === "complete" ? declaration.pin : undefined;
}

function subjectOf(pin: CheckpointPin): Subject {
  return { id: formatShardId(pin.identity), reason: pin.reason };
}

function claimedShards(pin: CheckpointPin): ClaimedShards {
  return { others: false, moved: [pin.identity.shard], kept: [] };
}

function describeDeclaration(pin: CheckpointPin): string {
  const reason = pin.reason === undefined ? "" : `, reason: ${pin.reason}`;
  return `${formatShardId(pin.identity)} at ${pin.target}${reason}`;
}
