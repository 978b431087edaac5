import { type Checkpoint, formatCheckpoint, sameCheckpoint } from "../model/checkpoint.js";
import { type ShardIdentity, formatShardId } from "../model/identity.js";
import { type CheckpointRecord } from "../replay/observation.js";

/**
 * What one provider process remembers: which resource moves which shard, and what was written.
 *
 * Pulumi starts a process for each operation and each explicit provider, so nothing in here outlives an `up`.
 */
export class ProcessMemory {
  readonly #claims = new Map<string, string>();
  readonly #written = new Map<string, { readonly checkpoint: Checkpoint; updateTime: number | undefined }>();
  readonly #seen = new Set<string>();

  /** Claims a shard for a resource. Answers how the resource that has it already was described, if one has. */
  claim(identity: ShardIdentity, description: string): string | undefined {
    const id = formatShardId(identity);
    const earlier = this.#claims.get(id);
    if (earlier === undefined) this.#claims.set(id, description);
    return earlier;
  }

  /** A resource that is replaced is checked twice, and its first claim must not meet its second. */
  release(identity: ShardIdentity): void {
    this.#claims.delete(formatShardId(identity));
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

  /** True the first time it is asked for a key: Pulumi checks a replaced resource twice. */
  firstTime(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}
