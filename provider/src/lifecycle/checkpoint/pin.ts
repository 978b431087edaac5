import { formatShardId } from "../../model/identity.js";
import { type Decision, type IsOurs, decide } from "../../rules/decide.js";
import {
  type Subject,
  describeMovedMeanwhile,
  describeNotApplied,
  describeOverwrittenPin,
  describePlan,
  describeRefusal,
  describeUncertain,
  describeUnverified,
  describeWayBack,
} from "../../texts/describe.js";
import { type ShardIntent } from "../../rules/intent.js";
import {
  type CheckpointRecord,
  type Observation,
  type PositionTime,
  type ShardObservation,
} from "../../rules/observation.js";
import { type Planned, resume } from "../../rules/resume.js";
import { type CheckpointPin } from "./checkpointPin.js";
import {
  type CheckpointRecordOfAct,
  type CheckpointStatus,
  encodeCheckpointState,
} from "./checkpointState.js";
import { type LifecycleContext } from "../context.js";
import { deadlineOf } from "../deadline.js";
import { type Declared } from "../declared.js";
import { RefusedError, UnfinishedError } from "../failures.js";
import { lookAtCheckpoint, observeShard } from "../observe.js";
import { waitForQuiet } from "../waitForQuiet.js";
import { watchPins } from "../watch.js";
import { type WriteResult, writeShards } from "../writeShards.js";

/** One pin that is being performed: what it is, how it was declared, what its texts are about. */
interface Performance {
  readonly pin: CheckpointPin;
  readonly declared: Declared;
  readonly subject: Subject;
  readonly context: LifecycleContext;
}

/** What the pin asks of its shard. */
export function intentOf(pin: CheckpointPin): ShardIntent {
  return { ...pin.bounds, target: pin.target };
}

/** Performs a new act: observe, decide, wait if asked, say the way back, write, read back, watch if asked. */
export async function performPin(
  pin: CheckpointPin,
  declared: Declared,
  subject: Subject,
  isOurs: IsOurs,
  context: LifecycleContext,
): Promise<CheckpointRecordOfAct> {
  const performance = { pin, declared, subject, context };
  const { decision, observation } = await lookAndDecide(performance, isOurs);
  switch (decision.kind) {
    case "refused":
      throw new RefusedError(describeRefusal(subject, decision.refusal));
    case "expired":
      context.print(describePlan(subject, decision));
      return { ...nothingKnown, status: "expired" };
    case "kept":
    case "alreadyThere":
      return { ...recordBefore(decision.shard), status: "alreadyThere" };
    case "move": {
      const { move } = decision;
      context.print(describeWayBack(subject, move));
      const before =
        observation.kind === "seen" && observation.shard ? recordBefore(observation.shard) : nothingKnown;
      const planned: Planned = {
        target: pin.target,
        snapshot: move.from,
        snapshotUpdateTime: before.previousSavedAt,
      };
      return write(performance, planned, before, observation);
    }
  }
}

/**
 * Goes on with an act that an earlier up left unfinished. The shard is written only where it still stands where
 * that up saw it, and only within the same bounds as a new act.
 */
export async function resumePin(
  pin: CheckpointPin,
  act: CheckpointRecordOfAct,
  declared: Declared,
  subject: Subject,
  isOurs: IsOurs,
  context: LifecycleContext,
): Promise<CheckpointRecordOfAct> {
  const performance = { pin, declared, subject, context };
  const planned: Planned = {
    target: pin.target,
    snapshot: act.previous ?? { kind: "none" },
    snapshotUpdateTime: act.previousSavedAt,
  };
  const { decision, observation } = await lookAndDecide(performance, isOurs, planned);
  const record = recordSeen(observation);
  if (record !== undefined) {
    const resumption = resume(planned, record.checkpoint, record.updateTime);
    if (resumption === "done") return { ...act, status: "pinned", pinnedAt: record.updateTime };
    if (resumption === "uncertain") throw uncertain(performance, planned, record, act);
  }
  switch (decision.kind) {
    case "refused":
      throw new RefusedError(describeRefusal(subject, decision.refusal));
    case "expired":
      context.print(describePlan(subject, decision));
      return { ...act, status: "expired" };
    case "kept":
    case "alreadyThere":
      return { ...act, status: "pinned", pinnedAt: decision.shard.record.updateTime };
    case "move":
      context.print(describeWayBack(subject, decision.move));
      return write(performance, planned, act, observation);
  }
}

interface Look {
  readonly observation: Observation;
  readonly decision: Decision;
}

function recordSeen(observation: Observation): CheckpointRecord | undefined {
  return observation.kind === "seen" ? observation.shard?.record : undefined;
}

/** Nobody has to be quiet for a shard that is not written any more. */
async function lookAndDecide(
  { pin, subject, context }: Performance,
  isOurs: IsOurs,
  resumed?: Planned,
): Promise<Look> {
  return waitForQuiet(
    async () => {
      const observation = await observeShard(context.client, pin.identity, pin.target);
      return { observation, decision: decide(intentOf(pin), observation, isOurs) };
    },
    ({ decision, observation }) => {
      if (decision.kind !== "refused" || decision.refusal.kind !== "liveConsumers") return undefined;
      const record = recordSeen(observation);
      const settled =
        resumed !== undefined &&
        record !== undefined &&
        resume(resumed, record.checkpoint, record.updateTime) !== "write";
      return settled ? undefined : decision.refusal;
    },
    pin.bounds,
    subject,
    context,
  );
}

async function write(
  performance: Performance,
  planned: Planned,
  before: CheckpointRecordOfAct,
  { serverTime }: Observation,
): Promise<CheckpointRecordOfAct> {
  const { pin, subject, context } = performance;
  const { applyBefore } = pin.bounds;
  const results = await writeShards(
    pin.identity,
    new Map([[pin.identity.shard, planned]]),
    {
      forceSuccess: pin.forceSuccess,
      ...(pin.consumer !== undefined && { consumer: pin.consumer }),
      deadline: deadlineOf(applyBefore, serverTime, context),
    },
    () => lookAtCheckpoint(context.client, pin.identity),
    context,
  );
  const result = results.get(pin.identity.shard) ?? { kind: "failed", error: undefined };
  const act = finish(performance, planned, before, result);
  if (result.kind !== "pinned" || pin.bounds.onActiveConsumers !== "overwrite") return act;
  const overwritten = await watchPins(
    pin.identity,
    new Map([[pin.identity.shard, planned]]),
    pin.bounds.watchFor,
    context,
  );
  const record = overwritten.get(pin.identity.shard);
  if (record === undefined) return act;
  throw unfinished(performance, act, "overwritten", describeOverwrittenPin(subject, planned, record));
}

function finish(
  performance: Performance,
  planned: Planned,
  before: CheckpointRecordOfAct,
  result: WriteResult,
): CheckpointRecordOfAct {
  const { subject } = performance;
  switch (result.kind) {
    case "pinned":
      return { ...before, status: "pinned", pinnedAt: result.record.updateTime, requestId: result.requestId };
    case "alreadyThere":
      return { ...before, status: "alreadyThere" };
    case "moved":
      throw new RefusedError(describeMovedMeanwhile(subject, planned, result.record));
    case "uncertain":
      throw uncertain(performance, planned, result.record, before);
    case "unverified":
      throw unfinished(
        performance,
        before,
        "uncertain",
        describeUnverified(subject, result.error),
        result.error,
      );
    case "tooLate":
      performance.context.print(`warning: ${subject.id}: expired while it was tried; nothing is written`);
      return { ...before, status: "expired" };
    case "failed":
      throw unfinished(
        performance,
        before,
        "failed",
        describeNotApplied(subject, result.error),
        result.error,
      );
  }
}

function uncertain(
  performance: Performance,
  planned: Planned,
  record: CheckpointRecord,
  act: CheckpointRecordOfAct,
): UnfinishedError {
  return unfinished(performance, act, "uncertain", describeUncertain(performance.subject, planned, record));
}

function unfinished(
  { pin, declared }: Performance,
  act: CheckpointRecordOfAct,
  status: CheckpointStatus,
  text: string,
  cause?: unknown,
): UnfinishedError {
  const outs = encodeCheckpointState(declared, { ...act, status });
  return new UnfinishedError(text, formatShardId(pin.identity), outs, { cause });
}

const nothingKnown: CheckpointRecordOfAct = {
  checkpointTime: undefined,
  previous: undefined,
  previousTime: undefined,
  previousSavedAt: undefined,
  previousConsumer: undefined,
  pinnedAt: undefined,
  requestId: undefined,
  status: "failed",
};

/** What is known before a write. */
function recordBefore(shard: ShardObservation): CheckpointRecordOfAct {
  return {
    ...nothingKnown,
    checkpointTime: timeOf(shard.targetTime),
    previous: shard.record.checkpoint,
    previousTime: timeOf(shard.currentTime),
    previousSavedAt: shard.record.updateTime,
    previousConsumer: shard.record.consumer,
  };
}

function timeOf(time: PositionTime): CheckpointRecordOfAct["checkpointTime"] {
  return time.kind === "at" ? time.instant : undefined;
}
