import { type Checkpoint } from "../model/checkpoint.js";
import { formatShardId } from "../model/identity.js";
import { type IsOurs, decide } from "../replay/decide.js";
import {
  type Subject,
  describeCheckpoint,
  describePlan,
  describeRefusal,
  describeUncertain,
  describeWayBack,
  indent,
  lines,
} from "../replay/describe.js";
import { type CheckpointRecord, type PositionTime, type ShardObservation } from "../replay/observation.js";
import { type Planned, resume } from "../replay/resume.js";
import { type CheckpointPin } from "./checkpointPin.js";
import { type CheckpointRecordOfAct, encodeCheckpointState } from "./checkpointState.js";
import { type LifecycleContext } from "./context.js";
import { type Declared } from "./declared.js";
import { RefusedError, UnfinishedError } from "./failures.js";
import { lookAtCheckpoint, observeShard } from "./observe.js";

/** Writes of one shard in one run; between two of them the shard is read back. */
const mostWrites = 3;

/** Performs a new act: observe, decide, say the way back, write, read back. */
export async function pin(
  declaredPin: CheckpointPin,
  declared: Declared,
  subject: Subject,
  isOurs: IsOurs,
  context: LifecycleContext,
): Promise<CheckpointRecordOfAct> {
  const observation = await observeShard(context.client, declaredPin.identity, declaredPin.intent.target);
  const decision = decide(declaredPin.intent, observation, isOurs);
  switch (decision.kind) {
    case "refused":
      throw new RefusedError(describeRefusal(subject, decision.refusal));
    case "expired":
      context.print(describePlan(subject, decision));
      return { ...nothingKnown, status: "expired" };
    case "alreadyThere":
      return { ...recordBefore(decision.shard), status: "alreadyThere" };
    case "move": {
      const { move } = decision;
      context.print(describeWayBack(subject, move));
      const planned = { target: declaredPin.intent.target, snapshot: move.from };
      const record =
        observation.kind === "seen" && observation.shard ? recordBefore(observation.shard) : nothingKnown;
      return writeAndReadBack(declaredPin, planned, record, declared, subject, context);
    }
  }
}

/**
 * Goes on with an act that an earlier up left unfinished. The shard is written only where it still stands where
 * that up saw it, and only within the same bounds as a new act.
 */
export async function resumePin(
  declaredPin: CheckpointPin,
  act: CheckpointRecordOfAct,
  declared: Declared,
  subject: Subject,
  isOurs: IsOurs,
  context: LifecycleContext,
): Promise<CheckpointRecordOfAct> {
  const planned: Planned = { target: declaredPin.intent.target, snapshot: act.previous ?? { kind: "none" } };
  const observation = await observeShard(context.client, declaredPin.identity, planned.target);
  if (observation.kind === "seen" && observation.shard !== undefined) {
    const { record } = observation.shard;
    const resumption = resume(planned, record.checkpoint);
    if (resumption === "done") return { ...act, status: "pinned", pinnedAt: record.updateTime };
    if (resumption === "uncertain") throw uncertain(declaredPin, planned, record, act, declared, subject);
  }
  const decision = decide(declaredPin.intent, observation, isOurs);
  switch (decision.kind) {
    case "refused":
      throw new RefusedError(describeRefusal(subject, decision.refusal));
    case "expired":
      context.print(describePlan(subject, decision));
      return { ...act, status: "expired" };
    case "alreadyThere":
      return { ...act, status: "pinned", pinnedAt: decision.shard.record.updateTime };
    case "move":
      context.print(describeWayBack(subject, decision.move));
      return writeAndReadBack(declaredPin, planned, act, declared, subject, context);
  }
}

/** Each write follows a look that showed the shard where it was planned from, and is read back. */
async function writeAndReadBack(
  declaredPin: CheckpointPin,
  planned: Planned,
  before: CheckpointRecordOfAct,
  declared: Declared,
  subject: Subject,
  context: LifecycleContext,
): Promise<CheckpointRecordOfAct> {
  let act = before;
  let failure: Error | undefined;
  for (let writes = 0; ; writes += 1) {
    const seen = await look(declaredPin, act, writes, declared, subject, context);
    const resumption = resume(planned, seen.checkpoint);
    if (resumption === "done") return finished(declaredPin, act, seen, writes, context);
    if (resumption === "uncertain") {
      if (writes === 0) throw movedMeanwhile(subject, planned, seen);
      throw uncertain(declaredPin, planned, seen, act, declared, subject);
    }
    if (writes === mostWrites) throw notApplied(declaredPin, act, declared, subject, failure);
    context.memory.noteWrite(declaredPin.identity, targetOf(planned));
    const outcome = await context.client.updateCheckPoint(
      declaredPin.identity,
      {
        checkpoint: planned.target,
        forceSuccess: declaredPin.forceSuccess,
        ...(declaredPin.consumer !== undefined && { consumer: declaredPin.consumer }),
      },
      context.probeEngine,
    );
    if (outcome.kind === "refused") throw notApplied(declaredPin, act, declared, subject, outcome.error);
    if (outcome.kind === "unknown") failure = outcome.error;
    if (outcome.kind === "acknowledged") act = { ...act, requestId: outcome.requestId };
  }
}

async function look(
  declaredPin: CheckpointPin,
  act: CheckpointRecordOfAct,
  writes: number,
  declared: Declared,
  subject: Subject,
  context: LifecycleContext,
): Promise<CheckpointRecord> {
  try {
    return await lookAtCheckpoint(context.client, declaredPin.identity);
  } catch (cause) {
    if (writes === 0) throw cause;
    const text = lines(
      `${subject.id}: was written, but could not be read back`,
      indent(cause instanceof Error ? cause.message : String(cause)),
      "Run pulumi up again: it reads the shard first, and writes only if it still stands where it stood before.",
    );
    throw unfinished(declaredPin, { ...act, status: "uncertain" }, declared, text, cause);
  }
}

function finished(
  declaredPin: CheckpointPin,
  act: CheckpointRecordOfAct,
  seen: CheckpointRecord,
  writes: number,
  context: LifecycleContext,
): CheckpointRecordOfAct {
  if (writes === 0) return { ...act, status: "alreadyThere" };
  context.memory.noteWritten(declaredPin.identity, seen);
  return { ...act, status: "pinned", pinnedAt: seen.updateTime };
}

function movedMeanwhile(subject: Subject, planned: Planned, seen: CheckpointRecord): RefusedError {
  return new RefusedError(
    lines(
      `${subject.id}: moved while it was being looked at, so nothing is written`,
      `  it stood at ${describeCheckpoint(planned.snapshot)}`,
      `  it stands at ${describeCheckpoint(seen.checkpoint)}${seen.consumer === undefined ? "" : `, committed by ${seen.consumer}`}`,
      "Consumers are alive: stop the group's consumers, then run pulumi up again.",
    ),
  );
}

function uncertain(
  declaredPin: CheckpointPin,
  planned: Planned,
  seen: CheckpointRecord,
  act: CheckpointRecordOfAct,
  declared: Declared,
  subject: Subject,
): UnfinishedError {
  const text = describeUncertain(subject, planned, seen);
  return unfinished(declaredPin, { ...act, status: "uncertain" }, declared, text);
}

function notApplied(
  declaredPin: CheckpointPin,
  act: CheckpointRecordOfAct,
  declared: Declared,
  subject: Subject,
  failure: Error | undefined,
): UnfinishedError {
  const text = lines(
    `${subject.id}: is not pinned; it stands where it stood`,
    failure === undefined ? undefined : indent(failure.message),
    "Consumers that were stopped for this are still stopped. Run pulumi up again: it goes on from here.",
  );
  return unfinished(declaredPin, { ...act, status: "failed" }, declared, text, failure);
}

function unfinished(
  declaredPin: CheckpointPin,
  act: CheckpointRecordOfAct,
  declared: Declared,
  text: string,
  cause?: unknown,
): UnfinishedError {
  return new UnfinishedError(
    text,
    formatShardId(declaredPin.identity),
    encodeCheckpointState(declared, act),
    { cause },
  );
}

const nothingKnown = {
  checkpointTime: undefined,
  previous: undefined,
  previousTime: undefined,
  previousConsumer: undefined,
  pinnedAt: undefined,
  requestId: undefined,
  status: "failed",
} as const;

/** What is known before a write. */
function recordBefore(shard: ShardObservation): CheckpointRecordOfAct {
  return {
    ...nothingKnown,
    checkpointTime: timeOf(shard.targetTime),
    previous: shard.record.checkpoint,
    previousTime: timeOf(shard.currentTime),
    previousConsumer: shard.record.consumer,
  };
}

function timeOf(time: PositionTime): CheckpointRecordOfAct["checkpointTime"] {
  return time.kind === "at" ? time.instant : undefined;
}

function targetOf(planned: Planned): Checkpoint {
  return { kind: "at", cursor: planned.target };
}
