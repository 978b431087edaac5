import { type Checkpoint, formatCheckpoint, sameCheckpoint } from "../model/checkpoint.js";
import { type GroupIdentity, type ShardIdentity, formatGroupId, formatShardId } from "../model/identity.js";
import { type CheckpointRecord } from "../rules/observation.js";
import { type GroupLook } from "./replay/observeGroup.js";

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

/**
 * What one provider process remembers: which resource moves which shard, and what was written.
 *
 * Pulumi starts a process for each operation and each explicit provider, so nothing in here outlives an `up`.
 */
export class ProcessMemory {
  readonly #claims = new Map<string, readonly Claim[]>();
  readonly #written = new Map<string, { readonly checkpoint: Checkpoint; updateTime: number | undefined }>();
  readonly #looks = new Map<string, GroupLook>();
  readonly #seen = new Set<string>();

  /** Claims shards of a group for a resource. Answers how an earlier resource that moves one of them was described. */
  claim(identity: GroupIdentity, shards: ClaimedShards, description: string): string | undefined {
    const claims = this.#claims.get(formatGroupId(identity)) ?? [];
    const earlier = claims.find((claim) => overlap(claim.shards, shards));
    if (earlier !== undefined) return earlier.description;
    this.#claims.set(formatGroupId(identity), [...claims, { shards, description }]);
    return undefined;
  }

  /** A resource that is replaced is checked twice, and its first claim must not meet its second. */
  release(identity: GroupIdentity, description: string): void {
    const claims = this.#claims.get(formatGroupId(identity)) ?? [];
    this.#claims.set(
      formatGroupId(identity),
      claims.filter((claim) => claim.description !== description),
    );
  }

  /** Notes a write that is about to be sent; from here on the shard's checkpoint may be ours. */
  noteWrite(identity: ShardIdentity, checkpoint: Checkpoint): void {
    this.#written.set(formatShardId(identity), { checkpoint, updateTime: undefined });
  }

  /** Notes when the service says that our write happened, so that a later commit of the same position is not ours. */
  noteWritten(identity: ShardIdentity, record: CheckpointRecord): void {
    const written = this.#written.get(formatShardId(identity));
    if (written !== undefined && sameCheckpoint(written.checkpoint, record.checkpoint)) {
      written.updateTime = record.updateTime;
    }
  }

  /** Whether this process wrote a record. */
  wrote(identity: ShardIdentity, record: CheckpointRecord): boolean {
    const written = this.#written.get(formatShardId({ ...identity, shard: record.shard }));
    if (
      written === undefined ||
      formatCheckpoint(written.checkpoint) !== formatCheckpoint(record.checkpoint)
    ) {
      return false;
    }
    return written.updateTime === undefined || written.updateTime === record.updateTime;
  }

  /** Keeps the look that check took, for diff. */
  keepLook(declaration: string, look: GroupLook): void {
    this.#looks.set(declaration, look);
  }

  /** Hands out a kept look once: Pulumi may ask for a diff more than once. */
  takeLook(declaration: string): GroupLook | undefined {
    const look = this.#looks.get(declaration);
    this.#looks.delete(declaration);
    return look;
  }

  /** True the first time it is asked for a key: Pulumi checks a replaced resource twice. */
  firstTime(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}
