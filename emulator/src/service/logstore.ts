import type { AssumptionBook } from "./assumptions.js";
import { ConsumerGroup, type ConsumerGroupSettings, type ShardView } from "./consumerGroup.js";
import { firstCursorOf } from "./cursor.js";
import { containsKey, divideKeyRange, isKey, wholeKeyRange, type KeyRange } from "./keyRange.js";
import type { StoredLogGroup } from "./logGroup.js";
import { refusals } from "./refusals.js";
import { retentionHorizon } from "./retention.js";
import { Shard } from "./shard.js";

/** The writable shards that a logstore may have. */
export const maximumShards = 256;

/** The consumer groups that a logstore may have, unless its owner asks for more. */
export const maximumConsumerGroups = 30;

/** The settings of a logstore. */
export interface LogstoreSettings {
  /** Days that data is kept; 3650 and more mean for ever. */
  readonly ttl: number;
  /** Shards at birth. */
  readonly shardCount: number;
  /** Settings that the emulator keeps and answers with, and that change nothing. */
  readonly other: Readonly<Record<string, unknown>>;
}

/** A logstore: shards of log groups, and the consumer groups that read them. */
export class Logstore {
  readonly name: string;
  readonly createdAt: number;
  modifiedAt: number;
  settings: LogstoreSettings;
  readonly consumerGroups = new Map<string, ConsumerGroup>();
  readonly #identity: string;
  readonly #assumptions: AssumptionBook;
  #shards: Shard[];
  #nextShard = 0;
  #turn = 0;

  constructor(
    name: string,
    identity: string,
    settings: LogstoreSettings,
    assumptions: AssumptionBook,
    now: number,
  ) {
    this.name = name;
    this.settings = settings;
    this.createdAt = now;
    this.modifiedAt = now;
    this.#identity = identity;
    this.#assumptions = assumptions;
    this.#shards = divideKeyRange(wholeKeyRange, settings.shardCount).map((range) =>
      this.#bear(range, [], now),
    );
  }

  /** The id that the next shard will get. */
  get nextShard(): number {
    return this.#nextShard;
  }

  /** Everything received before this instant is gone. */
  horizon(now: number): number {
    return retentionHorizon(now, this.settings.ttl);
  }

  /** The shards there are now, and what retention has left of them. */
  view(now: number): ShardView {
    return { shards: this.shards(now), horizon: this.horizon(now) };
  }

  /** The shards there are now. Read-only ones vanish when the last of their data has expired. */
  shards(now: number): readonly Shard[] {
    const horizon = this.horizon(now);
    this.#shards = this.#shards.filter((shard) => !hasVanished(shard, horizon));
    return this.#shards;
  }

  /** One shard, or undefined. */
  shard(id: number, now: number): Shard | undefined {
    return this.shards(now).find((shard) => shard.id === id);
  }

  /** A shard to write to: each one in turn. */
  nextWritable(now: number): Shard {
    const writable = this.shards(now).filter(({ status }) => status === "readwrite");
    const shard = writable[this.#turn++ % writable.length];
    if (shard === undefined) throw refusals.logstoreWithoutShard();
    return shard;
  }

  /** The writable shard whose range a key is in. */
  writableFor(key: string, now: number): Shard {
    const shard = this.shards(now).find(
      ({ status, keyRange }) => status === "readwrite" && containsKey(keyRange, key),
    );
    if (shard === undefined) throw refusals.logstoreWithoutShard();
    return shard;
  }

  /** Appends log groups to a shard. */
  append(shard: Shard, groups: readonly StoredLogGroup[], now: number): void {
    shard.forgetExpired(this.horizon(now));
    shard.append(groups);
  }

  /** Splits a shard in two at a key, or evenly into `parts`: it becomes read-only, its children come after it. */
  split(id: number, now: number, how: { key?: string; parts?: number } = {}): Shard[] {
    const parent = this.#writable(id, now);
    const ranges =
      how.key === undefined ? divideKeyRange(parent.keyRange, how.parts ?? 2) : cut(parent, how.key);
    this.#admitShards(ranges.length, now);
    parent.status = "readonly";
    parent.closedAt = now;
    const children = ranges.map((range) => this.#bear(range, [parent.id], now));
    this.#shards = [...this.#shards, ...children];
    return [parent, ...children];
  }

  /** Merges a shard with its right neighbour: both become read-only, their child comes first in the answer. */
  merge(id: number, now: number): Shard[] {
    const left = this.#writable(id, now);
    const right = this.shards(now).find(
      (shard) => shard.status === "readwrite" && shard.keyRange.begin === left.keyRange.end,
    );
    if (right === undefined) throw refusals.parameterInvalid("invalid shard id");
    for (const parent of [left, right]) {
      parent.status = "readonly";
      parent.closedAt = now;
    }
    const range = { begin: left.keyRange.begin, end: right.keyRange.end };
    const child = this.#bear(range, [left.id, right.id], now);
    this.#shards = [...this.#shards, child];
    return [child, left, right];
  }

  /** Removes a read-only shard. */
  deleteShard(id: number, now: number): void {
    const shard = this.shard(id, now);
    if (shard?.status !== "readonly") throw refusals.parameterInvalid("invalid shard id");
    this.#shards = this.#shards.filter((other) => other !== shard);
  }

  /** Creates a consumer group. */
  createConsumerGroup(name: string, settings: ConsumerGroupSettings): ConsumerGroup {
    if (this.consumerGroups.has(name)) throw refusals.consumerGroupAlreadyExist();
    const group = new ConsumerGroup(name, settings, this.#assumptions);
    this.consumerGroups.set(name, group);
    return group;
  }

  /** Refuses one consumer group more than a logstore may have. What is made in code or by a seed is not refused. */
  admitConsumerGroup(name: string): void {
    if (this.consumerGroups.has(name)) throw refusals.consumerGroupAlreadyExist();
    if (this.consumerGroups.size < maximumConsumerGroups) return;
    throw refusals.consumerGroupQuotaExceed(this.#assumptions.decide("consumerGroupQuotaStatus"));
  }

  /** A consumer group that exists. */
  consumerGroup(name: string): ConsumerGroup {
    const group = this.consumerGroups.get(name);
    if (group === undefined) throw refusals.consumerGroupNotExist();
    return group;
  }

  #admitShards(more: number, now: number): void {
    const writable = this.shards(now).filter(({ status }) => status === "readwrite").length;
    if (writable - 1 + more <= maximumShards) return;
    throw refusals.projectQuotaExceed(this.#assumptions.decide("projectQuotaStatus"), "shards");
  }

  #writable(id: number, now: number): Shard {
    const shard = this.shard(id, now);
    if (shard?.status !== "readwrite") throw refusals.parameterInvalid("invalid shard id");
    return shard;
  }

  #bear(keyRange: KeyRange, parents: readonly number[], now: number): Shard {
    const id = this.#nextShard++;
    const firstCursor = firstCursorOf(`${this.#identity}/${id}`);
    return new Shard({ id, keyRange, parents, firstCursor, createdAt: now });
  }
}

function cut(shard: Shard, key: string): KeyRange[] {
  const { begin, end } = shard.keyRange;
  const at = key.toLowerCase();
  if (!isKey(at) || at <= begin || at >= end) throw refusals.parameterInvalid("invalid mid hash");
  return [
    { begin, end: at },
    { begin: at, end },
  ];
}

/** An empty shard that was just closed is still there: it vanishes when data written at that moment would have. */
function hasVanished(shard: Shard, horizon: number): boolean {
  return shard.status === "readonly" && shard.isEmpty(horizon) && (shard.closedAt ?? Infinity) < horizon;
}
