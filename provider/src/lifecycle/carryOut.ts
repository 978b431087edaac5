import { durationOfMilliseconds, durationOfSeconds, millisecondsOf } from "../model/duration.js";
import { type GroupIdentity } from "../model/identity.js";
import { type Instant } from "../model/instant.js";
import { type Act } from "../rules/act.js";
import { type Decision, type LiveConsumer, decide, liveConsumers } from "../rules/decide.js";
import { type Subject } from "../rules/events.js";
import { type Bounds } from "../rules/intent.js";
import { type Ledger } from "../rules/ledger.js";
import { type RefusedShard, type Step, nextStep } from "../rules/nextStep.js";
import { type CheckpointRecord } from "../model/checkpoint.js";
import { isOwnCommit } from "../rules/ownCommit.js";
import { judgeWatched } from "../rules/overwritten.js";
import {
  type EndedShard,
  type Monotonic,
  type OpenAct,
  type RunningShard,
  longestLook,
  sighted,
  startOf,
} from "../rules/run.js";
import { type CheckpointWrite } from "../sls/calls.js";
import { type WriteOutcome } from "../sls/client.js";
import { SlsError, SlsServiceError } from "../sls/errors.js";
import { type Mended } from "../sls/retry.js";
import { type LifecycleContext } from "./context.js";
import { RefusedError } from "./failures.js";
import { type RunLook, askedInstant, lookAgain, lookForRun, observationOf } from "./lookForRun.js";
import { recordOf } from "./observe.js";
import { pause } from "./pause.js";
import { Progress } from "./progress.js";

/** Acts to carry out, and the bounds that hold while they are. */
export interface RunOrder {
  readonly identity: GroupIdentity;
  readonly subject: Subject;
  readonly of: "shard" | "group";
  readonly open: readonly OpenAct[];
  readonly bounds: Bounds;
  readonly write: Omit<CheckpointWrite, "checkpoint">;
  /** What was done before: its commits are no sign of a live consumer. */
  readonly ledger: Ledger;
}

type Shard = RunningShard<SlsError>;

/** How a run ended. */
export interface RunResult {
  readonly shards: readonly Shard[];
  /** Whether everything that was asked for is done. */
  readonly finished: boolean;
  /** What stopped the run, before or after it had written. */
  readonly refusals: readonly RefusedShard[];
  /** A look that failed, or an engine that is gone, after a write was attempted. */
  readonly failure: Error | undefined;
  readonly knownShards: readonly number[];
}

/** How many waves in a row may find that their look was too old to write by. */
const mostIdleWaves = 5;

const betweenWatches = durationOfSeconds(5);

/**
 * Carries out acts in one loop: look, ask `nextStep`, do it, record, look again. Nothing is ever sent twice without
 * a look in between. Throws only before the first attempted write.
 */
export async function carryOut(order: RunOrder, context: LifecycleContext): Promise<RunResult> {
  return new Run(order, context).go();
}

class Run {
  readonly #order: RunOrder;
  readonly #context: LifecycleContext;
  readonly #started: Monotonic;
  #shards: readonly Shard[] = [];
  #look: RunLook | undefined;
  #attempted = false;
  #idleWaves = 0;
  #saidWait = false;
  #watchingSince: Monotonic | undefined;
  #watchEnded = false;
  /** What the writes of a shard were mended for, so that a fault that mending does not help ends. */
  readonly #mended = new Map<number, Mended>();
  /** One for all waves: a run is as far as all of its writes are. */
  readonly #wrote: (total: number) => void;

  constructor(order: RunOrder, context: LifecycleContext) {
    this.#order = order;
    this.#context = context;
    this.#started = context.monotonic();
    this.#wrote = this.#progress("writing");
  }

  async go(): Promise<RunResult> {
    try {
      const expired = await this.#lookFirst();
      if (expired !== undefined) return expired;
      for (;;) {
        const step = this.#nextStep();
        const result = await this.#take(step);
        if (result !== undefined) return result;
      }
    } catch (error) {
      if (!(error instanceof Error) || !this.#attempted) throw this.#beforeWrites(error);
      return this.#stoppedBy(error);
    }
  }

  /** Does one step; answers the result where it was the last one. */
  async #take(step: Step): Promise<RunResult | undefined> {
    switch (step.kind) {
      case "settle":
        for (const { shard, as } of step.shards) {
          const outcome = as === "gone" ? "certainlyNot" : as;
          this.#end(shard, { status: as, outcome, written: false });
        }
        return undefined;
      case "expired":
        this.#expire(step.shards, step.refusal.applyBefore, step.refusal.serverTime);
        return undefined;
      case "write":
        await this.#write(step.shards);
        return undefined;
      case "wait":
        await this.#wait(step);
        return undefined;
      case "watch":
        await this.#watch();
        return undefined;
      case "finished":
        return this.#result(true, []);
      case "refused":
      case "unfinished":
        return this.#result(false, step.refusals);
    }
  }

  #result(finished: boolean, refusals: readonly RefusedShard[], failure?: Error): RunResult {
    const knownShards = this.#look?.seen.knownShards ?? [];
    return { shards: this.#shards, finished, refusals, failure, knownShards };
  }

  /** Nothing was attempted, so state stays as it was, and a look that failed is the whole story. */
  #beforeWrites(error: unknown): unknown {
    if (!SlsError.isInstance(error)) return error;
    const { subject } = this.#order;
    return new RefusedError({ kind: "lookFailed", subject, failure: error }, { cause: error });
  }

  /** What was sent and cannot be read back may have been applied; the rest was not tried. */
  #stoppedBy(failure: Error): RunResult {
    this.#shards = this.#shards.map((shard) => {
      const { last } = shard;
      if (shard.ended !== undefined || last.kind === "none") return shard;
      if (last.kind === "refused") return { ...shard, ended: failed(last.failure) };
      const requestId = last.kind === "acknowledged" ? last.requestId : undefined;
      return { ...shard, ended: { status: "uncertain", outcome: "perhaps", requestId, written: false } };
    });
    return this.#result(false, [], failure);
  }

  /** A group that cannot be looked at can still have expired, and then nothing has to be looked at. */
  async #lookFirst(): Promise<RunResult | undefined> {
    const { identity, open } = this.#order;
    try {
      this.#takeIn(await lookForRun(identity, open, this.#progress("looking"), this.#context));
      return undefined;
    } catch (error) {
      if (!(error instanceof SlsServiceError)) throw error;
      const { serverTime } = error;
      const passed = open.flatMap(({ act: { deadline } }) =>
        deadline !== undefined && serverTime !== undefined && serverTime > deadline ? [deadline] : [],
      );
      const [first] = passed;
      if (first === undefined || serverTime === undefined || passed.length < open.length) throw error;
      const untouched = (shard: number): CheckpointRecord => recordOf([], shard);
      this.#shards = open.map((each) => ({
        ...startOf<SlsError>(each, untouched(each.act.shard), 0),
        ended: undefined,
      }));
      this.#expire(
        open.map(({ act }) => act.shard),
        first,
        serverTime,
      );
      return this.#result(true, []);
    }
  }

  /** Takes a look in: every shard is judged by it. */
  #takeIn(look: RunLook): void {
    const { records } = look.seen;
    const first = this.#look === undefined;
    this.#look = look;
    this.#shards = first
      ? this.#order.open.map((open) =>
          startOf<SlsError>(open, recordOf(records, open.act.shard), look.sentAt),
        )
      : this.#shards.map((shard) => sighted(shard, recordOf(records, shard.open.act.shard), look.sentAt));
    for (const shard of this.#shards) this.#noteWritten(shard);
  }

  #noteWritten({ open, ended, record }: Shard): void {
    if (ended?.written !== true || ended.pinnedAt !== record.updateTime) return;
    this.#context.memory.noteWritten({ ...this.#order.identity, shard: open.act.shard }, record);
  }

  async #lookAgain(): Promise<void> {
    if (this.#look === undefined) return;
    this.#takeIn(await lookAgain(this.#order.identity, this.#look, this.#context));
  }

  #nextStep(): Step {
    const { bounds } = this.#order;
    return nextStep({
      shards: this.#shards,
      decisions: this.#decisions(),
      bounds,
      mostAtOnce: this.#context.mostAtOnce,
      now: this.#context.monotonic(),
      started: this.#started,
      watchingSince: this.#watchingSince,
      watchEnded: this.#watchEnded,
    });
  }

  #decisions(): ReadonlyMap<number, Decision> {
    const look = this.#look;
    if (look === undefined) return new Map();
    const going = this.#shards.filter(({ ended }) => ended === undefined);
    const running = new Map(this.#shards.map((shard) => [shard.open.act.shard, shard]));
    const alive = liveConsumers(look.seen, (record) => this.#isOurs(record, running));
    return new Map(going.map(({ open: { act } }) => [act.shard, this.#decide(act, look, alive)]));
  }

  #decide(act: Act, look: RunLook, alive: readonly LiveConsumer[]): Decision {
    const { bounds, of } = this.#order;
    const asked = askedInstant(act);
    return decide(
      {
        ...bounds,
        applyBefore: act.deadline,
        target: act.target,
        ...(asked !== undefined && { asked }),
        judges: of,
        known: true,
        // A pin names its shard and an absolute cursor: no split or merge elsewhere changes what it asks for.
        ...(of === "group" && { plannedShards: act.round.knownShards }),
      },
      { kind: "seen", ...look.seen, shard: observationOf(act, look) },
      alive,
    );
  }

  #isOurs(record: CheckpointRecord, running: ReadonlyMap<number, Shard>): boolean {
    const { identity, ledger } = this.#order;
    if (this.#context.memory.wrote(identity, record)) return true;
    return isOwnCommit(record, ledger, running);
  }

  #end(shard: number, ended: EndedShard<SlsError>): void {
    this.#shards = this.#shards.map((each) => (each.open.act.shard === shard ? { ...each, ended } : each));
  }

  #expire(shards: readonly number[], applyBefore: Instant, serverTime: Instant): void {
    for (const shard of shards) this.#end(shard, { status: "expired", outcome: "expired", written: false });
    const { subject, of } = this.#order;
    this.#context.emit({ kind: "expired", subject, of, shards, applyBefore, serverTime });
  }

  /** The way back is told before the first write, because it survives in the output when state is lost. */
  #sayWayBack(): void {
    if (this.#attempted) return;
    const acts = this.#shards.filter(({ ended }) => ended === undefined).map(({ open }) => open.act);
    const { subject, of } = this.#order;
    this.#context.emit({ kind: "wayBack", subject, of, acts });
  }

  async #write(shards: readonly number[]): Promise<void> {
    const look = this.#look;
    if (look === undefined) return;
    this.#sayWayBack();
    this.#attempted = true;
    const results = await Promise.all(
      shards.map(async (shard) => {
        const result = await this.#writeOne(shard, look);
        this.#wrote(this.#shards.length);
        return { shard, result };
      }),
    );
    const sent = results.some(({ result }) => result.kind !== "notSent");
    this.#idleWaves = sent ? 0 : this.#idleWaves + 1;
    for (const { shard, result } of results) this.#recordWrite(shard, result, look);
    if (this.#idleWaves >= mostIdleWaves) throw new LooksTooOld();
    await this.#lookAgain();
  }

  async #writeOne(shard: number, look: RunLook): Promise<WriteOutcome> {
    const { identity, write } = this.#order;
    const { open, writes } = this.#shardOf(shard);
    const target = { ...identity, shard };
    this.#context.memory.noteWrite(target, { kind: "at", cursor: open.act.target });
    return this.#context.client.updateCheckPoint(
      target,
      { ...write, checkpoint: open.act.target },
      { attempt: writes, mended: this.#mended.get(shard), beforeSend: this.#beforeSend(open.act, look) },
    );
  }

  /** The last thing before bytes leave: whether the look still counts, the deadline has not passed, somebody waits. */
  #beforeSend({ deadline }: Act, { sentAt, seen }: RunLook): () => void {
    return () => {
      this.#context.engineAlive();
      const age = this.#context.monotonic() - sentAt;
      if (age > millisecondsOf(longestLook)) throw new LookTooOld();
      if (deadline !== undefined && latestServerTime(seen.serverTime, age) > deadline) {
        throw new DeadlinePassed(deadline, seen.serverTime);
      }
    };
  }

  #recordWrite(shard: number, result: WriteOutcome, look: RunLook): void {
    const before = this.#shardOf(shard);
    const sent = { ...before, writes: before.writes + 1 };
    const keep = (after: Shard): void => {
      this.#shards = this.#shards.map((each) => (each.open.act.shard === shard ? after : each));
    };
    switch (result.kind) {
      case "acknowledged":
        keep({ ...sent, last: { kind: "acknowledged", requestId: result.requestId, looks: 0 } });
        return;
      case "unknown":
        keep({ ...sent, last: { kind: "lost", failure: result.error, firstSeen: undefined } });
        return;
      case "refused": {
        const { error, again, mended } = result;
        this.#mended.set(shard, mended);
        const pauseFor = again === undefined ? 0 : millisecondsOf(again);
        const notBefore = this.#context.monotonic() + pauseFor;
        keep({ ...sent, last: { kind: "refused", failure: error, again }, notBefore });
        return;
      }
      case "notSent":
        this.#context.memory.forgetWrite({ ...this.#order.identity, shard });
        this.#recordUnsent(shard, result.cause, look);
    }
  }

  #recordUnsent(shard: number, cause: unknown, look: RunLook): void {
    if (cause instanceof LookTooOld) return;
    if (!(cause instanceof DeadlinePassed)) throw cause;
    this.#expire([shard], cause.deadline, look.seen.serverTime);
  }

  async #wait({ until, live }: Extract<Step, { kind: "wait" }>): Promise<void> {
    if (live !== undefined && !this.#saidWait) {
      this.#saidWait = true;
      const { subject, bounds } = this.#order;
      this.#context.emit({ kind: "waiting", subject, refusal: live, waitTimeout: bounds.waitTimeout });
    }
    const left = Math.max(until - this.#context.monotonic(), 0);
    await pause(durationOfMilliseconds(Math.ceil(left)), this.#context);
    await this.#lookAgain();
  }

  /** The pins are written and read back already, so a watch that cannot go on is said and no failure. */
  async #watch(): Promise<void> {
    this.#watchingSince ??= this.#context.monotonic();
    const left =
      this.#watchingSince + millisecondsOf(this.#order.bounds.watchFor) - this.#context.monotonic();
    await pause(
      durationOfMilliseconds(Math.min(Math.ceil(left), millisecondsOf(betweenWatches))),
      this.#context,
    );
    try {
      await this.#lookAgain();
    } catch (failure) {
      if (!SlsError.isInstance(failure)) throw failure;
      this.#watchEnded = true;
      this.#context.emit({ kind: "watchLost", subject: this.#order.subject, failure });
      return;
    }
    this.#shards = this.#shards.map(judgedByWatch);
    this.#watchEnded = !this.#shards.some(({ ended }) => ended?.written === true);
  }

  #shardOf(shard: number): Shard {
    const found = this.#shards.find(({ open }) => open.act.shard === shard);
    if (found === undefined) throw new RangeError(`shard ${String(shard)} is not in the run`);
    return found;
  }

  #progress(kind: "looking" | "writing"): (total: number) => void {
    const { subject } = this.#order;
    const progress = new Progress((done, total) => {
      this.#context.emit({ kind, subject, done, total });
    }, this.#context);
    return (total) => {
      progress.step(total);
    };
  }
}

function failed(failure: SlsError): EndedShard<SlsError> {
  return { status: "failed", outcome: "certainlyNot", failure, written: false };
}

/** A consumer that reads on from the pin ends the watch of its shard; one that saved over it ends it badly. */
function judgedByWatch(shard: Shard): Shard {
  const { ended, open, record } = shard;
  if (ended?.written !== true) return shard;
  switch (
    judgeWatched({ target: open.act.target, snapshot: open.act.snapshot.checkpoint }, record.checkpoint)
  ) {
    case "untouched":
      return shard;
    case "reading":
      return { ...shard, ended: { ...ended, written: false } };
    case "overwritten":
      return { ...shard, ended: { ...ended, status: "overwritten", written: false } };
  }
}

/** `Date` shows whole seconds, so the service's clock can be almost a second further. */
function latestServerTime(serverTime: Instant, age: Monotonic): Instant {
  return (serverTime + 1_000_000 + age * 1_000) as Instant;
}

class LookTooOld extends Error {
  override readonly name = "LookTooOld";
}

class DeadlinePassed extends Error {
  override readonly name = "DeadlinePassed";

  constructor(
    readonly deadline: Instant,
    readonly serverTime: Instant,
  ) {
    super();
  }
}

/** Looks take longer than a look is valid for: the service or the connection is too slow to write by. */
class LooksTooOld extends Error {
  override readonly name = "LooksTooOld";

  constructor() {
    super(
      "Each time the checkpoints were read, more than 5 s passed before the write could be sent, so nothing was written\n" +
        "The connection to SLS is too slow or too busy. Lower sls:maxConcurrency, or try again later.",
    );
  }
}
