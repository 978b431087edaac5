import { type Cursor } from "../model/cursor.js";
import { type Duration } from "../model/duration.js";
import { type Instant } from "../model/instant.js";

/** What to do about consumers that are seen alive; each is a named escape of the liveness guard. */
export type OnActiveConsumers = "refuse" | "wait" | "overwrite";

/** How far and when a declaration may act. */
export interface Bounds {
  readonly applyBefore: Instant | undefined;
  readonly maxMove: Duration;
  readonly onActiveConsumers: OnActiveConsumers;
  /** How long `wait` waits at most. */
  readonly waitTimeout: Duration;
  /** How long `overwrite` watches a pin. */
  readonly watchFor: Duration;
  readonly allowUnordered: boolean;
  /** Only a replay by time can reach for what is gone. */
  readonly allowTruncated?: boolean;
  /** Whether an instant may move a shard forward, over log groups that nobody has read. */
  readonly allowSkip?: boolean;
}

/** `keep`: the shard is left alone. `nothingBefore`: it shall be put back to where it never was. */
export type Unmovable = { readonly kind: "keep" } | { readonly kind: "nothingBefore" };

/** What one shard is asked to do, and the bounds within which it may. */
export interface ShardIntent extends Bounds {
  readonly target: Cursor | Unmovable;
  /** The instant that the target was found for, where one was asked for. */
  readonly asked?: Instant;
  /** Whose commits count as a sign of life: those of this shard and its consumer, or those of the whole group. */
  readonly judges?: "shard" | "group";
  /** Whether state or the earlier inputs know the shard, so that it may have vanished since. */
  readonly known?: boolean;
  /** The shards that there were when the act was planned; undefined where it is planned by this very look. */
  readonly plannedShards?: readonly number[];
}
