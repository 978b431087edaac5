import { type Cursor } from "../model/cursor.js";
import { type Duration } from "../model/duration.js";
import { type Instant } from "../model/instant.js";

/** What to do about consumers that are seen alive; each is a named escape of the liveness guard. */
export type OnActiveConsumers = "refuse" | "wait" | "overwrite";

/** What one shard is asked to do, and the bounds within which it may. */
export interface ShardIntent {
  readonly target: Cursor;
  readonly applyBefore: Instant | undefined;
  readonly maxMove: Duration;
  readonly onActiveConsumers: OnActiveConsumers;
  readonly allowUnordered: boolean;
}
