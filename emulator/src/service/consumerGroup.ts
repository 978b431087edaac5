import { balance, release, shardsOf, type Assignment } from "./assignment.js";
import type { AssumptionBook } from "./assumptions.js";
import { untouchedRecord, type CheckpointRecord, type CheckpointUpdate } from "./checkpointRecord.js";
import { decodeCursor, isBase64 } from "./cursor.js";
import { refusals } from "./refusals.js";
import type { Shard } from "./shard.js";

/** The settings of a consumer group. */
export interface ConsumerGroupSettings {
  /** Seconds without a heartbeat after which a consumer is taken for dead. */
  readonly timeout: number;
  /** Whether children of a split or merge wait until their parents are read. */
  readonly order: boolean;
}

/** State of a shard in a consumer group, in the service's own words. */
export type GroupShardState = "not_alloc" | "already_alloc" | "wait" | "transfer" | "over";

/** What a group looks at: the shards of its logstore and the retention horizon, now. */
export interface ShardView {
  readonly shards: readonly Shard[];
  readonly horizon: number;
}

/** A consumer group: checkpoints, living consumers, and who reads which shard. */
export class ConsumerGroup {
  readonly name: string;
  #timeout: number;
  #orderedFrom: number | undefined;
  readonly #assumptions: AssumptionBook;
  readonly #records = new Map<number, CheckpointRecord>();
  readonly #lastSeen = new Map<string, number>();
  readonly #finished = new Set<number>();
  #assignment: Assignment = new Map();

  constructor(name: string, settings: ConsumerGroupSettings, assumptions: AssumptionBook) {
    this.name = name;
    this.#timeout = settings.timeout;
    this.#orderedFrom = settings.order ? 0 : undefined;
    this.#assumptions = assumptions;
  }

  get settings(): ConsumerGroupSettings {
    return { timeout: this.#timeout, order: this.#orderedFrom !== undefined };
  }

  /** Changes settings. Order that is turned on concerns only shards from `nextShard` on: those born later. */
  change(settings: Partial<ConsumerGroupSettings>, nextShard: number): void {
    if (settings.timeout !== undefined) this.#timeout = settings.timeout;
    if (settings.order === false) this.#orderedFrom = undefined;
    if (settings.order === true) this.#orderedFrom ??= nextShard;
  }

  /** What was saved for a shard, or undefined when nothing was. */
  record(shard: number): CheckpointRecord | undefined {
    return this.#records.get(shard);
  }

  /** What GetCheckPoint lists. */
  records(view: ShardView): { shard: number; record: CheckpointRecord }[] {
    return view.shards.flatMap(({ id }) => {
      const record = this.#records.get(id);
      if (record === undefined && this.#assumptions.decide("untouchedShards") === "absent") return [];
      return [{ shard: id, record: record ?? untouchedRecord }];
    });
  }

  /** Saves a checkpoint under the rules of UpdateCheckPoint. */
  update(update: CheckpointUpdate, view: ShardView, now: number): void {
    this.#admitText(update.checkpoint);
    this.#dismissSilent(now);
    this.#admitConsumer(update);
    const shard = view.shards.find(({ id }) => id === update.shard);
    if (shard === undefined) throw refusals.shardNotExistForCheckpoint(this.#shardNotExistStatus());
    this.#admitOwner(update);
    this.#admitPosition(update, shard, view.horizon);
    this.#save(update, shard, now);
  }

  /** A save of the consumer that reads the shard: it is alive and owns the shard from now on. */
  commit(
    update: { shard: number; checkpoint: string; consumer: string },
    view: ShardView,
    now: number,
  ): void {
    const shard = view.shards.find(({ id }) => id === update.shard);
    if (shard === undefined) throw refusals.shardNotExistForCheckpoint(404);
    this.#dismissSilent(now);
    this.#lastSeen.set(update.consumer, now);
    const holding = { holder: update.consumer, target: update.consumer };
    this.#assignment = new Map(this.#assignment).set(shard.id, holding);
    this.#save({ ...update, force: true }, shard, now);
  }

  /** Puts a record as it was saved once; its consumer is not alive by that. */
  restore(shard: Shard, record: CheckpointRecord): void {
    this.#records.set(shard.id, record);
    this.#finishOrReopen(shard, record.checkpoint);
  }

  /** One heartbeat: the shards that the consumer says it holds, against those that it may hold. */
  heartbeat(consumer: string, reported: readonly number[], view: ShardView, now: number): number[] {
    this.#dismissSilent(now);
    if (!this.#lastSeen.has(consumer) && reported.length > 0) throw refusals.nonExistConsumerWithBody();
    this.#lastSeen.set(consumer, now);
    this.#assignment = release(this.#assignment, consumer, new Set(reported));
    this.#rebalance(view);
    return shardsOf(this.#assignment, consumer);
  }

  /** The consumers that are alive. */
  members(now: number): string[] {
    this.#dismissSilent(now);
    return [...this.#lastSeen.keys()];
  }

  /** Refuses to be deleted while consumers are alive, where that is assumed. */
  admitDeletion(now: number): void {
    if (this.members(now).length === 0) return;
    if (this.#assumptions.decide("deleteOfConsumedGroup") === "refused") throw refusals.consumerGroupInUse();
  }

  /** The state of every shard and who holds it. */
  shardStates(view: ShardView, now: number): { shard: number; state: GroupShardState; owner?: string }[] {
    this.#dismissSilent(now);
    return view.shards.map((shard) => {
      const holder = this.#assignment.get(shard.id)?.holder;
      return { shard: shard.id, state: this.#stateOf(shard, view), ...(holder && { owner: holder }) };
    });
  }

  #stateOf(shard: Shard, view: ShardView): GroupShardState {
    if (this.#isOver(shard)) return "over";
    if (this.#waits(shard, view)) return "wait";
    const { holder, target } = this.#assignment.get(shard.id) ?? {};
    if (holder === undefined) return "not_alloc";
    return holder === target ? "already_alloc" : "transfer";
  }

  #rebalance(view: ShardView): void {
    const eligible = view.shards.filter((shard) => !this.#isOver(shard) && !this.#waits(shard, view));
    this.#assignment = balance(
      this.#assignment,
      eligible.map(({ id }) => id),
      [...this.#lastSeen.keys()],
    );
  }

  #dismissSilent(now: number): void {
    for (const [consumer, seen] of this.#lastSeen) {
      if (now - seen > this.#timeout * 1000) this.#dismiss(consumer);
    }
  }

  #dismiss(consumer: string): void {
    this.#lastSeen.delete(consumer);
    const next = new Map(this.#assignment);
    for (const [shard, { holder, target }] of this.#assignment) {
      if (holder === consumer) next.set(shard, { target: target === consumer ? undefined : target });
    }
    this.#assignment = next;
  }

  #isOver(shard: Shard): boolean {
    if (shard.status !== "readonly") return false;
    if (this.#finished.has(shard.id)) return true;
    const record = this.#records.get(shard.id);
    if (record === undefined || !shard.isEnd(record.checkpoint)) return false;
    return this.#assumptions.decide("shardIsOver") === "whenCheckpointIsAtEnd";
  }

  #waits(shard: Shard, view: ShardView): boolean {
    if (this.#orderedFrom === undefined || shard.id < this.#orderedFrom) return false;
    return view.shards.some(
      (other) => shard.parents.includes(other.id) && (!this.#isOver(other) || this.#waits(other, view)),
    );
  }

  #admitText(checkpoint: string): void {
    if (checkpoint === "") {
      if (this.#assumptions.decide("emptyCheckpoint") === "refused") throw refusals.invalidShardCheckPoint();
      return;
    }
    if (!isBase64(checkpoint)) throw refusals.invalidShardCheckPoint();
  }

  #admitConsumer({ consumer, force }: CheckpointUpdate): void {
    if (consumer === undefined) {
      if (force || this.#assumptions.decide("updateWithoutConsumerOrForce") === "applied") return;
      throw refusals.parameterInvalid("consumer is required when forceSuccess is not true");
    }
    if (this.#lastSeen.has(consumer)) return;
    if (!force || this.#assumptions.decide("forcedUpdateByUnknownConsumer") === "refused") {
      throw refusals.consumerNotExist();
    }
  }

  #admitOwner({ consumer, force, shard }: CheckpointUpdate): void {
    if (force || consumer === undefined || this.#assignment.get(shard)?.holder === consumer) return;
    throw refusals.consumerNotMatch(this.#assumptions.decide("consumerNotMatchStatus"));
  }

  #admitPosition({ checkpoint }: CheckpointUpdate, shard: Shard, horizon: number): void {
    if (checkpoint !== "") {
      const position = decodeCursor(checkpoint);
      const inside = position !== undefined && shard.covers(position, horizon);
      if (!inside) this.#admitOutside(position);
    }
    if (this.#records.has(shard.id)) return;
    if (this.#assumptions.decide("updateOfUntouchedShard") === "refused") {
      throw refusals.shardNotExistForCheckpoint(this.#shardNotExistStatus());
    }
  }

  #admitOutside(position: bigint | undefined): void {
    const demanded = this.#assumptions.decide("checkpointValidation");
    if (demanded === "base64" || (demanded === "number" && position !== undefined)) return;
    throw refusals.invalidShardCheckPoint("shard checkpoint is not a cursor of the shard");
  }

  #save({ checkpoint, consumer }: CheckpointUpdate, shard: Shard, now: number): void {
    if (checkpoint === "") {
      this.#records.delete(shard.id);
      return;
    }
    this.#records.set(shard.id, {
      checkpoint,
      updateTime: now * 1000,
      consumer: consumer ?? this.#consumerKept(shard.id),
    });
    this.#finishOrReopen(shard, checkpoint);
  }

  #consumerKept(shard: number): string {
    const before = this.#records.get(shard)?.consumer ?? "";
    if (before === "") return before;
    return this.#assumptions.decide("consumerAfterForcedUpdate") === "kept" ? before : "";
  }

  #finishOrReopen(shard: Shard, checkpoint: string): void {
    if (shard.status !== "readonly") return;
    if (shard.isEnd(checkpoint)) this.#finished.add(shard.id);
    else if (this.#finished.has(shard.id) && this.#assumptions.decide("rewoundShard") === "reassigned") {
      this.#finished.delete(shard.id);
    }
  }

  #shardNotExistStatus(): number {
    const status = this.#assumptions.decide("shardNotExistStatus");
    return status === "perCall" ? 404 : status;
  }
}
