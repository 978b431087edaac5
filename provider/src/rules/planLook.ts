import { type Instant } from "../model/instant.js";
import { type Position } from "../model/position.js";
import { type ShardIntent } from "./intent.js";
import { type GroupSeen, type ShardObservation } from "./observation.js";

/** A target that was looked up: what a shard is asked to do, and the shard as it was seen. */
export interface ShardLook {
  readonly position: Position;
  readonly target: ShardIntent["target"];
  readonly asked: Instant | undefined;
  readonly observation: ShardObservation;
}

/** A look at a group: everything that deciding about it needs. */
export interface PlanLook {
  readonly seen: GroupSeen;
  readonly shards: readonly ShardLook[];
  /** Shards that a declaration names and the logstore has not. */
  readonly unknown: readonly number[];
}
