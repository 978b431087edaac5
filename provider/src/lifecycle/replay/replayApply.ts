import { isDeepStrictEqual } from "node:util";
import { sameCheckpoint } from "../../model/checkpoint.js";
import { type Cursor, positionOf } from "../../model/cursor.js";
import { formatGroupId } from "../../model/identity.js";
import { type Instant } from "../../model/instant.js";
import { type IsOurs, type Refusal, liveConsumers, quietAfter } from "../../rules/decide.js";
import { type Subject, describeRefusal, lines } from "../../texts/describe.js";
import {
  describeStandsNow,
  describeStray,
  describeUnfinishedReplay,
  describeWaysBack,
} from "../../texts/describeReplay.js";
import { type CheckpointRecord, type GroupSeen } from "../../rules/observation.js";
import { type PlannedShard } from "../../rules/plan.js";
import { type Planned, type Resumption, resume } from "../../rules/resume.js";
import { SlsError, SlsServiceError } from "../../sls/errors.js";
import { type CheckResult, type DiffResult } from "../answers.js";
import { type LifecycleContext } from "../context.js";
import { deadlineOf } from "../deadline.js";
import { type Declared } from "../declared.js";
import { RefusedError, UnfinishedError } from "../failures.js";
import { inOrder, latest, lookAtCheckpoints, lookAtGroup, recordOf } from "../observe.js";
import {
  type AppliedShard,
  type ReplayOrder,
  decodeAppliedShards,
  encodeReplayOuts,
  isUnfinishedShard,
  openShards,
  orderInputs,
  readReplayOrder,
} from "./replayApplyState.js";
import { optionalInstant } from "../stateFields.js";
import { type LiveConsumersRefusal, waitForQuiet } from "../waitForQuiet.js";
import { watchPins } from "../watch.js";
import { type WriteResult, writeShards } from "../writeShards.js";

/** The component made the inputs of checked ones, so there is nothing to check. */
export function checkReplayApply(_olds: Declared, news: Declared): CheckResult {
  return { inputs: news, problems: [] };
}

/** Another plan or other bounds, or shards that an earlier up left unfinished. */
export function diffReplayApply(olds: Declared, news: Declared): DiffResult {
  const changed = orderInputs.some((name) => !isDeepStrictEqual(olds[name], news[name]));
  const replaces = (["project", "logstore", "consumerGroup"] as const).filter(
    (name) => typeof news[name] === "string" && olds[name] !== news[name],
  );
  return { changes: changed || decodeAppliedShards(olds).some(isUnfinishedShard), replaces };
}

/** Carries a plan out. */
export async function createReplayApply(
  news: Declared,
  context: LifecycleContext,
): Promise<{ readonly id: string; readonly outs: Declared }> {
  const order = completeOrder(news);
  return { id: formatGroupId(order.identity), outs: await applyReplay(order, nothingApplied, news, context) };
}

/** Carries out what is not finished of a plan; an act that is finished is never done again. */
export async function updateReplayApply(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const order = completeOrder(news);
  const deadline = optionalInstant(olds, "applyBefore");
  return applyReplay(order, { shards: decodeAppliedShards(olds), deadline }, news, context);
}

/** What the last up left behind. */
interface Applied {
  readonly shards: readonly AppliedShard[];
  readonly deadline: Instant | undefined;
}

const nothingApplied: Applied = { shards: [], deadline: undefined };

function completeOrder(news: Declared): ReplayOrder {
  const order = readReplayOrder(news);
  if (order === undefined) throw new RefusedError("The plan of this ConsumerGroupReplay is not known");
  return order;
}

async function applyReplay(
  order: ReplayOrder,
  earlier: Applied,
  declared: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const shards = openShards(order.plan, earlier.shards, isLater(order.bounds.applyBefore, earlier.deadline));
  if (!shards.some(isUnfinishedShard)) return encodeReplayOuts(declared, order.plan, shards);
  const run = new ReplayRun(order, earlier.shards, declared, context);
  return encodeReplayOuts(declared, order.plan, await run.finish(shards));
}

/** A deadline that is taken away asks for nothing: an old replay must not act because someone tidied up. */
function isLater(deadline: Instant | undefined, earlier: Instant | undefined): boolean {
  return deadline !== undefined && earlier !== undefined && deadline > earlier;
}

interface Look {
  readonly seen: GroupSeen;
  /** The begin of each shard that is not finished; undefined for one that is gone. */
  readonly begins: ReadonlyMap<number, Cursor | undefined>;
  readonly live: LiveConsumersRefusal | undefined;
}

/** What is known of why a shard did not end well, by shard. */
type Details = ReadonlyMap<number, string | undefined>;

/** One run of apply over the shards that are not finished. */
class ReplayRun {
  readonly #order: ReplayOrder;
  readonly #earlier: readonly AppliedShard[];
  readonly #declared: Declared;
  readonly #context: LifecycleContext;
  readonly #subject: Subject;
  readonly #planned: ReadonlyMap<number, PlannedShard>;

  constructor(
    order: ReplayOrder,
    earlier: readonly AppliedShard[],
    declared: Declared,
    context: LifecycleContext,
  ) {
    this.#order = order;
    this.#earlier = earlier;
    this.#declared = declared;
    this.#context = context;
    this.#subject = { id: formatGroupId(order.identity), reason: order.reason };
    this.#planned = new Map(order.plan.shards.map((planned) => [planned.shard, planned]));
  }

  /** Finishes the shards, or throws with what is known of each. */
  async finish(shards: readonly AppliedShard[]): Promise<readonly AppliedShard[]> {
    const look = await this.#lookWhenQuiet(shards);
    const settled = shards.map((shard) => this.#settle(shard, look));
    const stray = this.#describeStray(settled, look);
    const writable = settled.filter(({ status }) => status === "pending" || status === "failed");
    if (writable.length === 0) return this.#complete(settled, stray);
    const expiry = this.#expire(settled, look, stray);
    if (expiry !== undefined) return expiry;
    this.#guard(writable, look);
    const planned = writable.map((shard) => this.#plannedOf(shard));
    this.#context.print(describeWaysBack(this.#subject, planned));
    const results = await this.#write(writable, look);
    const written = settled.map((shard) => withResult(shard, results.get(shard.shard)));
    const details = new Map([
      ...stray,
      ...[...results].map(([shard, result]) => this.#detailOf(shard, result)),
    ]);
    if ([...results.values()].some(({ kind }) => kind === "tooLate")) {
      throw this.#unfinished(written, details, this.#deadlinePassed(look.seen.serverTime));
    }
    return this.#watch(written, results, details);
  }

  /** A look that fails leaves everything as it was: nothing was written in this run. */
  async #lookWhenQuiet(shards: readonly AppliedShard[]): Promise<Look> {
    try {
      return await waitForQuiet(
        () => this.#look(shards),
        ({ live }) => live,
        this.#order.bounds,
        this.#subject,
        this.#context,
      );
    } catch (failure) {
      if (!SlsError.isInstance(failure)) throw failure;
      throw new RefusedError(describeRefusal(this.#subject, { kind: "lookFailed", failure }), {
        cause: failure,
      });
    }
  }

  /** The checkpoints are looked at last: each write follows from them, and time between the two is time for others. */
  async #look(shards: readonly AppliedShard[]): Promise<Look> {
    const { client } = this.#context;
    const open = shards.filter(isUnfinishedShard);
    const begins = await inOrder(open.map(({ shard }) => this.#beginOf(shard)));
    const group = await lookAtGroup(client, this.#order.identity);
    const seen: GroupSeen = {
      serverTime: latest(group.shards.serverTime, group.group.serverTime, group.checkpoints.serverTime),
      group: group.group.value,
      records: group.checkpoints.value,
      knownShards: group.shards.value.map(({ shard }) => shard),
    };
    return {
      seen,
      begins: new Map(open.map(({ shard }, index) => [shard, begins[index]])),
      live: this.#live(seen, open),
    };
  }

  async #beginOf(shard: number): Promise<Cursor | undefined> {
    try {
      const { value } = await this.#context.client.getCursor({ ...this.#order.identity, shard }, "begin");
      return value;
    } catch (error) {
      if (error instanceof SlsServiceError && error.code === "ShardNotExist") return undefined;
      throw error;
    }
  }

  /** Nobody has to be quiet for shards that are not written any more. */
  #live(seen: GroupSeen, open: readonly AppliedShard[]): LiveConsumersRefusal | undefined {
    const writable = open.filter((shard) => this.#resume(shard, seen) === "write");
    if (writable.length === 0 || this.#order.bounds.onActiveConsumers === "overwrite") return undefined;
    const consumers = liveConsumers(seen, seen.records, this.#isOurs());
    if (consumers.length === 0) return undefined;
    return { kind: "liveConsumers", move: undefined, consumers, quietAfter: quietAfter(seen) };
  }

  /** Ours is what this process or an earlier up wrote, and what stands where this very plan puts it. */
  #isOurs(): IsOurs {
    return (record) => {
      if (this.#context.memory.wrote({ ...this.#order.identity, shard: record.shard }, record)) return true;
      const planned = this.#planned.get(record.shard);
      if (planned?.decided === "move" && standsAt(record, planned.target)) return true;
      const before = this.#earlier.find(({ shard }) => shard === record.shard);
      return (
        before?.pinnedAt !== undefined &&
        before.pinnedAt === record.updateTime &&
        standsAt(record, before.checkpoint)
      );
    };
  }

  /** What a look alone tells of a shard: done by a run that was killed, or somewhere it was never planned to be. */
  #settle(shard: AppliedShard, { seen }: Look): AppliedShard {
    if (!isUnfinishedShard(shard)) return shard;
    switch (this.#resume(shard, seen)) {
      case "done":
        return { ...shard, status: "pinned", pinnedAt: recordOf(seen.records, shard.shard).updateTime };
      case "uncertain":
        return { ...shard, status: "uncertain" };
      case "write":
        return shard.status === "uncertain" ? { ...shard, status: "failed" } : shard;
    }
  }

  #resume(shard: AppliedShard, seen: GroupSeen): Resumption {
    const { checkpoint, updateTime } = recordOf(seen.records, shard.shard);
    return resume(this.#plannedWriteOf(shard), checkpoint, updateTime);
  }

  #describeStray(shards: readonly AppliedShard[], { seen }: Look): Details {
    return new Map(
      shards
        .filter(({ status }) => status === "uncertain")
        .map((shard) => [
          shard.shard,
          describeStray(this.#plannedOf(shard), recordOf(seen.records, shard.shard)),
        ]),
    );
  }

  /** A deadline that passed before anything was moved expires all; one that passed in the middle leaves a mixture. */
  #expire(
    shards: readonly AppliedShard[],
    { seen }: Look,
    details: Details,
  ): readonly AppliedShard[] | undefined {
    const { applyBefore } = this.#order.bounds;
    if (applyBefore === undefined || seen.serverTime <= applyBefore) return undefined;
    const refusal = this.#deadlinePassed(seen.serverTime);
    const tried = this.#earlier.some(
      (before) =>
        isUnfinishedShard(before) &&
        shards.some((shard) => isUnfinishedShard(shard) && shard.act === before.act),
    );
    const found = shards.some((shard) => shard.status === "uncertain" || this.#foundPinned(shard));
    if (tried || found) throw this.#unfinished(shards, details, refusal);
    this.#context.print(`warning: ${refusal}`);
    return shards.map((shard) =>
      isUnfinishedShard(shard) ? { ...shard, status: "expired" as const } : shard,
    );
  }

  #deadlinePassed(serverTime: Instant): string {
    const applyBefore = this.#order.bounds.applyBefore ?? serverTime;
    return describeRefusal(this.#subject, { kind: "deadlinePassed", applyBefore, serverTime });
  }

  #foundPinned({ act, status }: AppliedShard): boolean {
    return (
      status === "pinned" && !this.#earlier.some((before) => before.act === act && before.status === "pinned")
    );
  }

  /** What was decided at the plan must still hold. Nothing was written in this run, so a refusal keeps state as it is. */
  #guard(writable: readonly AppliedShard[], look: Look): void {
    const { knownShards } = look.seen;
    const appeared = knownShards.filter((shard) => !this.#order.plan.knownShards.includes(shard));
    const vanished = writable.map(({ shard }) => shard).filter((shard) => !knownShards.includes(shard));
    if (appeared.length > 0 || vanished.length > 0) {
      throw this.#refused({ kind: "shardsChanged", appeared, vanished });
    }
    if (look.live !== undefined) throw this.#refused(look.live);
    const gone = writable.filter((shard) => isGone(shard, look.begins.get(shard.shard)));
    if (gone.length > 0) throw this.#refused({ kind: "targetGone", shards: gone.map(({ shard }) => shard) });
  }

  #refused(refusal: Refusal): RefusedError {
    return new RefusedError(describeRefusal(this.#subject, refusal));
  }

  async #write(writable: readonly AppliedShard[], look: Look): Promise<ReadonlyMap<number, WriteResult>> {
    const { client } = this.#context;
    const { seen } = look;
    const looks = [Promise.resolve((shard: number) => recordOf(seen.records, shard))];
    return writeShards(
      this.#order.identity,
      this.#writesOf(writable),
      {
        forceSuccess: true,
        deadline: deadlineOf(this.#order.bounds.applyBefore, seen.serverTime, this.#context),
      },
      () => looks.pop() ?? lookAtCheckpoints(client, this.#order.identity),
      this.#context,
    );
  }

  async #watch(
    shards: readonly AppliedShard[],
    results: ReadonlyMap<number, WriteResult>,
    details: Details,
  ): Promise<readonly AppliedShard[]> {
    const { onActiveConsumers, watchFor } = this.#order.bounds;
    const pinned = shards.filter(({ shard }) => results.get(shard)?.kind === "pinned");
    if (onActiveConsumers !== "overwrite" || pinned.length === 0) return this.#complete(shards, details);
    const writes = this.#writesOf(pinned);
    const overwritten = await watchPins(this.#order.identity, writes, watchFor, this.#context);
    const watched = shards.map((shard) =>
      overwritten.has(shard.shard) ? { ...shard, status: "overwritten" as const } : shard,
    );
    if (overwritten.size === 0) return this.#complete(watched, details);
    const seen = [...overwritten].map(([shard, record]) => [shard, describeStandsNow(record)] as const);
    throw this.#unfinished(watched, new Map([...details, ...seen]));
  }

  #complete(shards: readonly AppliedShard[], details: Details): readonly AppliedShard[] {
    if (shards.some(isUnfinishedShard)) throw this.#unfinished(shards, details);
    return shards;
  }

  #unfinished(shards: readonly AppliedShard[], details: Details, why?: string): UnfinishedError {
    const described = shards.map(({ shard, status }) => ({ shard, status, detail: details.get(shard) }));
    return new UnfinishedError(
      lines(describeUnfinishedReplay(this.#subject, described), why),
      this.#subject.id,
      encodeReplayOuts(this.#declared, this.#order.plan, shards),
    );
  }

  #detailOf(shard: number, result: WriteResult): [number, string | undefined] {
    switch (result.kind) {
      case "failed":
      case "unverified":
        return [shard, result.error?.message.split("\n")[0]];
      case "moved":
      case "uncertain":
        return [shard, describeStray(this.#plannedOf({ shard }), result.record)];
      case "pinned":
      case "alreadyThere":
      case "tooLate":
        return [shard, undefined];
    }
  }

  #plannedOf({ shard }: Pick<AppliedShard, "shard">): PlannedShard {
    const planned = this.#planned.get(shard);
    if (planned === undefined) throw new RangeError(`shard ${String(shard)} is not in the plan`);
    return planned;
  }

  #plannedWriteOf(shard: AppliedShard): Planned {
    const { target, snapshot, snapshotUpdateTime } = this.#plannedOf(shard);
    if (target === undefined) throw new RangeError(`shard ${String(shard.shard)} has no target`);
    return { target, snapshot, snapshotUpdateTime };
  }

  #writesOf(shards: readonly AppliedShard[]): ReadonlyMap<number, Planned> {
    return new Map(shards.map((shard) => [shard.shard, this.#plannedWriteOf(shard)]));
  }
}

function standsAt(record: CheckpointRecord, cursor: Cursor | undefined): boolean {
  return cursor !== undefined && sameCheckpoint(record.checkpoint, { kind: "at", cursor });
}

function isGone({ checkpoint }: AppliedShard, begin: Cursor | undefined): boolean {
  return checkpoint === undefined || begin === undefined || positionOf(checkpoint) < positionOf(begin);
}

function withResult(shard: AppliedShard, result: WriteResult | undefined): AppliedShard {
  switch (result?.kind) {
    case undefined:
      return shard;
    case "pinned":
      return {
        ...shard,
        status: "pinned",
        pinnedAt: result.record.updateTime,
        ...(result.requestId !== undefined && { requestId: result.requestId }),
      };
    case "alreadyThere":
      return { ...shard, status: "pinned", pinnedAt: result.record.updateTime };
    case "moved":
    case "uncertain":
    case "unverified":
      return { ...shard, status: "uncertain" };
    case "failed":
      return { ...shard, status: "failed" };
    case "tooLate":
      return { ...shard, status: "pending" };
  }
}
