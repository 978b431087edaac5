import { type CheckpointRecord } from "../model/checkpoint.js";
import { type Cursor } from "../model/cursor.js";
import { type Duration } from "../model/duration.js";
import { type Instant } from "../model/instant.js";

/**
 * The receive time of a position in a shard.
 *
 * `at`: of the log group there; for the end of the shard, of the log group before it.
 * `empty`: the shard holds no log groups. `outside`: not a position between begin and end.
 */
export type PositionTime =
  | { readonly kind: "at"; readonly instant: Instant }
  | { readonly kind: "empty" }
  | { readonly kind: "outside" };

/** One shard, as a look at the service saw it. */
export interface ShardObservation {
  readonly shard: number;
  readonly status: "readwrite" | "readonly";
  readonly createdAt?: Instant;
  /** The shards that a split or merge made of this one; told only of an ordered group, where order counts. */
  readonly children?: readonly number[];
  /** Not looked up for a target that SLS itself found within the window. */
  readonly begin?: Cursor;
  readonly end: Cursor;
  readonly record: CheckpointRecord;
  readonly currentTime: PositionTime;
  readonly targetTime: PositionTime;
}

/** What a look at a whole group saw. */
export interface GroupSeen {
  /** By the `Date` of the newest answer. */
  readonly serverTime: Instant;
  readonly group: { readonly ordered: boolean; readonly timeout: Duration };
  /** How long the logstore keeps its log groups; looked up only where an instant is asked for. */
  readonly retention?: Duration;
  /** Every record of the group. */
  readonly records: readonly CheckpointRecord[];
  readonly knownShards: readonly number[];
}

/** A look at one shard that succeeded. */
export interface Seen extends GroupSeen {
  readonly kind: "seen";
  /** Undefined when the logstore has no such shard. */
  readonly shard: ShardObservation | undefined;
}

/** A look that failed, with what the failing answer still told. */
export interface Unseen {
  readonly kind: "unseen";
  readonly serverTime: Instant | undefined;
  readonly failure: Error;
}

export type Observation = Seen | Unseen;
