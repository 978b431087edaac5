import { type CheckpointRecord } from "../model/checkpoint.js";
import { type Cursor, positionOf } from "../model/cursor.js";
import { type Duration, between } from "../model/duration.js";
import { type GroupIdentity } from "../model/identity.js";
import { type Instant } from "../model/instant.js";
import { type PositionTime } from "./observation.js";

/** One shard of a group, as a read function saw it. */
export interface SeenShard {
  readonly status: "readwrite" | "readonly";
  readonly record: CheckpointRecord;
  readonly begin: Cursor;
  readonly end: Cursor;
  readonly time: PositionTime;
}

/** Where one shard of a group stands, and how far behind its end. */
export interface ShardReading extends SeenShard {
  /** Log groups between checkpoint and end; undefined without a checkpoint that is a position within the shard. */
  readonly lag: bigint | undefined;
  /** From the log group at the checkpoint to the service's clock; 0 where nothing is left to read. */
  readonly lagTime: Duration | undefined;
  /** Log groups that expired before they were read; undefined where none did. */
  readonly lost: bigint | undefined;
}

/** Where a group stands in every shard. */
export interface GroupReading {
  readonly identity: GroupIdentity;
  readonly serverTime: Instant;
  /** After how long without a heartbeat the group gives a consumer's shards to others. */
  readonly timeout: Duration;
  readonly shards: readonly ShardReading[];
}

/** Measures how far behind a shard is. What was not seen is absent, never 0. */
export function measureShard(shard: SeenShard, serverTime: Instant): ShardReading {
  const lag = lagOf(shard);
  return { ...shard, lag, lagTime: lagTimeOf(lag, shard.time, serverTime), lost: lostOf(shard) };
}

function lagTimeOf(lag: bigint | undefined, time: PositionTime, serverTime: Instant): Duration | undefined {
  if (lag === 0n) return between(serverTime, serverTime);
  return time.kind === "at" ? between(serverTime, time.instant) : undefined;
}

/** A checkpoint before the oldest log group that is kept: what lay between was never read, and is gone. */
function lostOf({ record: { checkpoint }, begin }: SeenShard): bigint | undefined {
  if (checkpoint.kind !== "at") return undefined;
  const lost = positionOf(begin) - positionOf(checkpoint.cursor);
  return lost > 0n ? lost : undefined;
}

/** Nothing is left to read in a shard that holds nothing, wherever the group stands. */
function lagOf({ record: { checkpoint }, begin, end, time }: SeenShard): bigint | undefined {
  if (begin === end) return 0n;
  if (checkpoint.kind !== "at" || time.kind === "outside") return undefined;
  return positionOf(end) - positionOf(checkpoint.cursor);
}
