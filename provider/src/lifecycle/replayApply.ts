import { isDeepStrictEqual } from "node:util";
import { sameCheckpoint } from "../model/checkpoint.js";
import { type Cursor, positionOf } from "../model/cursor.js";
import { formatGroupId } from "../model/identity.js";
import { type IsOurs, type Refusal, liveConsumers, quietAfter } from "../replay/decide.js";
import { type Subject, describeRefusal, lines } from "../replay/describe.js";
import { describeUnfinishedReplay, describeWaysBack } from "../replay/describeReplay.js";
import { type CheckpointRecord, type GroupSeen } from "../replay/observation.js";
import { type PlannedShard } from "../replay/plan.js";
import { type Planned, resume } from "../replay/resume.js";
import { SlsServiceError } from "../sls/errors.js";
import { type CheckResult, type DiffResult } from "./answers.js";
import { type LifecycleContext } from "./context.js";
import { type Declared } from "./declared.js";
import { RefusedError, UnfinishedError } from "./failures.js";
import { inOrder, latest, lookAtCheckpoints, lookAtGroup, recordOf } from "./observe.js";
import {
  type AppliedShard,
  type ReplayOrder,
  decodeAppliedShards,
  encodeReplayOuts,
  isUnfinishedShard,
  openShards,
  readReplayOrder,
} from "./replayApplyState.js";
import { type LiveConsumersRefusal, waitForQuiet } from "./waitForQuiet.js";
import { watchPins } from "./watch.js";
import { type WriteResult, writeShards } from "./writeShards.js";

/** The component made the inputs of checked ones, so there is nothing to check. */
export function checkReplayApply(_olds: Declared, news: Declared): CheckResult {
  return { inputs: news, problems: [] };
}

/** Another plan or other bounds, or shards that an earlier up left unfinished. */
export function diffReplayApply(olds: Declared, news: Declared): DiffResult {
  const changed = Object.keys(news).some((name) => !isDeepStrictEqual(olds[name], news[name]));
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
  return { id: formatGroupId(order.identity), outs: await applyReplay(order, [], news, context) };
}

/** Carries out what is not finished of a plan; an act that is finished is never done again. */
export async function updateReplayApply(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  return applyReplay(completeOrder(news), decodeAppliedShards(olds), news, context);
}

function completeOrder(news: Declared): ReplayOrder {
  const order = readReplayOrder(news);
  if (order === undefined) throw new RefusedError("The plan of this ConsumerGroupReplay is not known");
  return order;
}

async function applyReplay(
  order: ReplayOrder,
  earlier: readonly AppliedShard[],
  declared: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const shards = openShards(order.plan, earlier);
  if (!shards.some(isUnfinishedShard)) return encodeReplayOuts(declared, order.plan, shards);
  const run = new ReplayRun(order, earlier, declared, context);
  return encodeReplayOuts(declared, order.plan, await run.finish(shards));
}

interface Look {
  readonly seen: GroupSeen;
  /** The begin of each shard that is not finished; undefined for one that is gone. */
  readonly begins: ReadonlyMap<number, Cursor | undefined>;
  readonly live: LiveConsumersRefusal | undefined;
}

/** One run of apply over the shards that are not finished. */
class ReplayRun {
  readonly #order: ReplayOrder;
  readonly #earlier: readonly AppliedShard[];
  readonly #declared: Declared;
  readonly #context: LifecycleContext;
  readonly #subject: Subject;

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
  }

  /** Finishes the shards, or throws with what is known of each. */
  async finish(shards: readonly AppliedShard[]): Promise<readonly AppliedShard[]> {
    const look = await waitForQuiet(
      () => this.#look(shards),
      ({ live }) => live,
      this.#order.bounds,
      this.#subject,
      this.#context,
    );
    const settled = shards.map((shard) => this.#settle(shard, look));
    const writable = settled.filter(({ status }) => status === "pending" || status === "failed");
    if (writable.length === 0) return this.#complete(settled);
    const expiry = this.#expire(settled, look);
    if (expiry !== undefined) return expiry;
    this.#guard(writable, look);
    this.#context.print(
      describeWaysBack(
        this.#subject,
        writable.map((shard) => this.#plannedOf(shard)),
      ),
    );
    const written = await this.#write(settled, writable);
    return this.#watch(written, writable);
  }

  async #look(shards: readonly AppliedShard[]): Promise<Look> {
    const { client } = this.#context;
    const open = shards.filter(isUnfinishedShard);
    const [group, begins] = await inOrder([
      lookAtGroup(client, this.#order.identity),
      inOrder(open.map(({ shard }) => this.#beginOf(shard))),
    ]);
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
    const writable = open.filter(
      (shard) =>
        resume(this.#plannedWriteOf(shard), recordOf(seen.records, shard.shard).checkpoint) === "write",
    );
    if (writable.length === 0 || this.#order.bounds.onActiveConsumers === "overwrite") return undefined;
    const consumers = liveConsumers(seen, seen.records, this.#isOurs());
    if (consumers.length === 0) return undefined;
    return { kind: "liveConsumers", move: undefined, consumers, quietAfter: quietAfter(seen) };
  }

  /** Ours is what this process or an earlier up wrote, and what stands where this very plan puts it. */
  #isOurs(): IsOurs {
    return (record) => {
      if (this.#context.memory.wrote({ ...this.#order.identity, shard: record.shard }, record)) return true;
      const planned = this.#order.plan.shards.find(({ shard }) => shard === record.shard);
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
    const record = recordOf(seen.records, shard.shard);
    switch (resume(this.#plannedWriteOf(shard), record.checkpoint)) {
      case "done":
        return { ...shard, status: "pinned", pinnedAt: record.updateTime };
      case "uncertain":
        return { ...shard, status: "uncertain" };
      case "write":
        return shard.status === "uncertain" ? { ...shard, status: "failed" } : shard;
    }
  }

  /** A deadline that passed before anything was moved expires all; one that passed in the middle leaves a mixture. */
  #expire(shards: readonly AppliedShard[], { seen }: Look): readonly AppliedShard[] | undefined {
    const { applyBefore } = this.#order.bounds;
    if (applyBefore === undefined || seen.serverTime <= applyBefore) return undefined;
    const refusal = describeRefusal(this.#subject, {
      kind: "deadlinePassed",
      applyBefore,
      serverTime: seen.serverTime,
    });
    const tried = this.#earlier.some(({ act }) =>
      shards.some((shard) => isUnfinishedShard(shard) && shard.act === act),
    );
    const found = shards.some((shard) => shard.status === "uncertain" || this.#foundPinned(shard));
    if (tried || found) throw this.#unfinished(shards, refusal);
    this.#context.print(`warning: ${refusal}`);
    return shards.map((shard) =>
      isUnfinishedShard(shard) ? { ...shard, status: "expired" as const } : shard,
    );
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

  async #write(
    shards: readonly AppliedShard[],
    writable: readonly AppliedShard[],
  ): Promise<{
    readonly shards: readonly AppliedShard[];
    readonly results: ReadonlyMap<number, WriteResult>;
  }> {
    const { client } = this.#context;
    const results = await writeShards(
      this.#order.identity,
      this.#writesOf(writable),
      { forceSuccess: true },
      () => lookAtCheckpoints(client, this.#order.identity),
      this.#context,
    );
    return { shards: shards.map((shard) => withResult(shard, results.get(shard.shard))), results };
  }

  async #watch(
    {
      shards,
      results,
    }: { readonly shards: readonly AppliedShard[]; readonly results: ReadonlyMap<number, WriteResult> },
    writable: readonly AppliedShard[],
  ): Promise<readonly AppliedShard[]> {
    const pinned = writable.filter(({ shard }) => results.get(shard)?.kind === "pinned");
    if (this.#order.bounds.onActiveConsumers !== "overwrite" || pinned.length === 0)
      return this.#complete(shards, results);
    const { watchFor } = this.#order.bounds;
    const overwritten = await watchPins(
      this.#order.identity,
      this.#writesOf(pinned),
      watchFor,
      this.#context,
    );
    const watched = shards.map((shard) =>
      overwritten.has(shard.shard) ? { ...shard, status: "overwritten" as const } : shard,
    );
    if (overwritten.size > 0) throw this.#unfinished(watched, undefined, results);
    return this.#complete(watched, results);
  }

  #complete(
    shards: readonly AppliedShard[],
    results?: ReadonlyMap<number, WriteResult>,
  ): readonly AppliedShard[] {
    if (shards.some(isUnfinishedShard)) throw this.#unfinished(shards, undefined, results);
    return shards;
  }

  #unfinished(
    shards: readonly AppliedShard[],
    why: string | undefined,
    results: ReadonlyMap<number, WriteResult> = new Map(),
  ): UnfinishedError {
    const described = shards.map((shard) => ({
      ...shard,
      unfinished: isUnfinishedShard(shard),
      planned: this.#plannedOf(shard),
      detail: detailOf(results.get(shard.shard)),
    }));
    return new UnfinishedError(
      lines(describeUnfinishedReplay(this.#subject, described), why),
      this.#subject.id,
      encodeReplayOuts(this.#declared, this.#order.plan, shards),
    );
  }

  #plannedOf({ shard }: AppliedShard): PlannedShard {
    const planned = this.#order.plan.shards.find((candidate) => candidate.shard === shard);
    if (planned === undefined) throw new RangeError(`shard ${String(shard)} is not in the plan`);
    return planned;
  }

  #plannedWriteOf(shard: AppliedShard): Planned {
    const { target, snapshot } = this.#plannedOf(shard);
    if (target === undefined) throw new RangeError(`shard ${String(shard.shard)} has no target`);
    return { target, snapshot };
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
  }
}

function detailOf(result: WriteResult | undefined): string | undefined {
  if (result?.kind !== "failed" && result?.kind !== "unverified") return undefined;
  return result.error?.message.split("\n")[0];
}
