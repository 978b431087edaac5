import { type Checkpoint } from "../model/checkpoint.js";
import { type Cursor } from "../model/cursor.js";
import { type Instant } from "../model/instant.js";
import { type ShardStatus } from "./status.js";

/** One shard of a replay, as its output `shards` tells it. */
export interface ReplayedShard {
  readonly shard: number;
  readonly status: ShardStatus;
  readonly checkpoint: Cursor | undefined;
  readonly checkpointTime: Instant | undefined;
  /** Where it stood before the last move. */
  readonly previous: Checkpoint | undefined;
  readonly previousTime: Instant | undefined;
  readonly pinnedAt: Instant | undefined;
}
