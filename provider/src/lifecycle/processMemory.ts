import {
  type Checkpoint,
  type CheckpointRecord,
  formatCheckpoint,
  sameCheckpoint,
} from "../model/checkpoint.js";
import { type Cursor } from "../model/cursor.js";
import { type GroupSettings } from "../model/groupSettings.js";
import { type GroupIdentity, type ShardIdentity, formatGroupId, formatShardId } from "../model/identity.js";
import { type Act } from "../rules/act.js";
import { type PlanTotals, type PlannedTogether, sumOfTotals } from "../rules/planTotals.js";
import { type Declared } from "./declared.js";
import { type PlanLook } from "../rules/planLook.js";
import { type StoredPlan } from "./replay/planState.js";
import { type Replay } from "./replay/replayDeclaration.js";

/** Which shards of a group a resource moves. */
export interface ClaimedShards {
  /** Whether it moves all shards but those in `kept`. */
  readonly others: boolean;
  readonly moved: readonly number[];
  readonly kept: readonly number[];
}

interface Claim {
  readonly shards: ClaimedShards;
  readonly description: string;
}

function overlap(left: ClaimedShards, right: ClaimedShards): boolean {
  if (left.others && right.others) return true;
  return left.moved.some((shard) => moves(right, shard)) || right.moved.some((shard) => moves(left, shard));
}

function moves(claimed: ClaimedShards, shard: number): boolean {
  return claimed.moved.includes(shard) || (claimed.others && !claimed.kept.includes(shard));
}

/** What check learned of a group, for the diff and the writes that follow in this process. */
export interface KeptLook {
  readonly replay: Replay;
  /** The plan that an up would record by this look; undefined where nothing had to be looked at. */
  readonly plan: StoredPlan | undefined;
  readonly look: PlanLook | undefined;
}

/**
 * What one provider process remembers: which resource moves which shard, what it planned, and what was written.
 *
 * Pulumi starts a process for each operation and each explicit provider, so nothing in here outlives an `up`.
 * Resources are told apart by their URN: a replacement that the engine decides checks one resource twice.
 */
export class ProcessMemory {
  readonly #claims = new Map<string, ReadonlyMap<string, Claim>>();
  readonly #written = new Map<string, { readonly checkpoint: Checkpoint; updateTime: number | undefined }>();
  /** Records of earlier ups: shard, position and save time. */
  readonly #earlier = new Set<string>();
  readonly #looks = new Map<string, KeptLook>();
  readonly #checked = new Set<string>();
  readonly #planned = new Map<string, Cursor>();
  readonly #states = new Map<string, Declared>();
  readonly #declaredGroups = new Map<string, GroupSettings>();
  readonly #groupHolders = new Map<string, unknown>();
  readonly #totals = new Map<string, PlanTotals>();

  /**
   * Claims shards of a group for a resource, in place of what it claimed before. Returns how another resource that
   * moves one of them is described.
   */
  claim(
    identity: GroupIdentity,
    self: string,
    shards: ClaimedShards,
    description: string,
  ): string | undefined {
    const group = formatGroupId(identity);
    const claims = this.#claims.get(group) ?? new Map<string, Claim>();
    const others = [...claims].filter(([owner]) => owner !== self).map(([, claim]) => claim);
    const met = others.find((claim) => overlap(claim.shards, shards));
    if (met !== undefined) return met.description;
    this.#claims.set(group, new Map([...claims, [self, { shards, description }]]));
    return undefined;
  }

  /** Notes that a resource declares a group: where it does not exist yet, the same up creates it first. */
  noteDeclaredGroup(identity: GroupIdentity, settings: GroupSettings): void {
    this.#declaredGroups.set(formatGroupId(identity), settings);
  }

  /** Notes which creation of a resource holds the group from now on: no other is to delete it. */
  noteGroupHolder(identity: GroupIdentity, generation: unknown): void {
    this.#groupHolders.set(formatGroupId(identity), generation);
  }

  /** Whether another creation than this one holds the group in this process. */
  isHeldByAnother(identity: GroupIdentity, generation: unknown): boolean {
    const group = formatGroupId(identity);
    return this.#groupHolders.has(group) && this.#groupHolders.get(group) !== generation;
  }

  /** How a group will be set up that is declared and may not exist yet. */
  declaredGroup(identity: GroupIdentity): GroupSettings | undefined {
    return this.#declaredGroups.get(formatGroupId(identity));
  }

  /** Notes a write that is about to be sent; from here on the shard's checkpoint may be ours. */
  noteWrite(identity: ShardIdentity, checkpoint: Checkpoint): void {
    this.#written.set(formatShardId(identity), { checkpoint, updateTime: undefined });
  }

  /** A write that was never sent is no sign that a checkpoint is ours. */
  forgetWrite(identity: ShardIdentity): void {
    this.#written.delete(formatShardId(identity));
  }

  /** Notes when the service says that our write happened, so that a later commit of the same position is not ours. */
  noteWritten(identity: ShardIdentity, record: CheckpointRecord): void {
    const written = this.#written.get(formatShardId(identity));
    if (written !== undefined && sameCheckpoint(written.checkpoint, record.checkpoint)) {
      written.updateTime = record.updateTime;
    }
  }

  /** Notes what a resource of the stack wrote in an earlier up: to all others it is no sign of a live consumer. */
  noteEarlierWrites(
    identity: GroupIdentity,
    writes: readonly Pick<CheckpointRecord, "shard" | "checkpoint" | "updateTime">[],
  ): void {
    for (const { shard, checkpoint, updateTime } of writes) {
      const text = formatCheckpoint(checkpoint);
      this.#earlier.add(`${formatShardId({ ...identity, shard })} ${text} ${String(updateTime)}`);
    }
  }

  /** Whether this process wrote a record, or the state of its stack says that an earlier up did. */
  wrote(identity: GroupIdentity, record: CheckpointRecord): boolean {
    const shard = formatShardId({ ...identity, shard: record.shard });
    const text = formatCheckpoint(record.checkpoint);
    return (
      this.#wroteNow(identity, record) || this.#earlier.has(`${shard} ${text} ${String(record.updateTime)}`)
    );
  }

  #wroteNow(identity: GroupIdentity, record: CheckpointRecord): boolean {
    const written = this.#written.get(formatShardId({ ...identity, shard: record.shard }));
    if (
      written === undefined ||
      formatCheckpoint(written.checkpoint) !== formatCheckpoint(record.checkpoint)
    ) {
      return false;
    }
    return written.updateTime === undefined || written.updateTime === record.updateTime;
  }

  /** Notes that a shard was planned in this process, with the end that the look at it found. */
  notePlanned(round: string, shard: number, end: Cursor): void {
    this.#planned.set(`${round}/${String(shard)}`, end);
  }

  /** The end of a shard at the look that planned an act; undefined where another process planned it. */
  endOfPlanned({ round, shard }: Pick<Act, "round" | "shard">): Cursor | undefined {
    return this.#planned.get(`${round.id}/${String(shard)}`);
  }

  /** Keeps what the check of a replay's plan learned, for the diff of its apply. */
  keepLook(self: string, look: KeptLook): void {
    this.#looks.set(self, look);
  }

  keptLook(self: string): KeptLook | undefined {
    return this.#looks.get(self);
  }

  /** Notes that check of a resource ran: a diff without one before it belongs to a refresh, which stays silent. */
  noteChecked(kind: string, self: string): void {
    this.#checked.add(`${kind} ${self}`);
  }

  wasChecked(kind: string, self: string): boolean {
    return this.#checked.has(`${kind} ${self}`);
  }

  /** True the first time it is asked for a key: Pulumi diffs a resource more than once. */
  firstTime(key: string): boolean {
    if (this.#checked.has(key)) return false;
    this.#checked.add(key);
    return true;
  }

  /** Adds up what the replays of a preview do. Undefined for the first one, which tells it already. */
  plannedTogether(self: string, totals: PlanTotals): PlannedTogether | undefined {
    this.#totals.set(self, totals);
    if (this.#totals.size === 1) return undefined;
    return { replays: this.#totals.size, totals: [...this.#totals.values()].reduce(sumOfTotals) };
  }

  /** Keeps the state that diff saw: a replacement that the engine decides calls create without it. */
  keepState(kind: string, self: string, id: string, outs: Declared): void {
    this.#states.set(`${kind} ${self} ${id}`, outs);
  }

  keptState(kind: string, self: string, id: string): Declared | undefined {
    return this.#states.get(`${kind} ${self} ${id}`);
  }
}
