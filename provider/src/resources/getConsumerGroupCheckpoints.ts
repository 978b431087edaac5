import * as pulumi from "@pulumi/pulumi";
import { type ReadOptions, read, readOutput } from "./reading.js";

/** Which consumer group is looked at. */
export interface GetConsumerGroupCheckpointsArgs {
  /** The project. */
  readonly project: string;
  /** The logstore. */
  readonly logstore: string;
  /** The consumer group, which has to exist. */
  readonly consumerGroup: string;
}

/** {@link GetConsumerGroupCheckpointsArgs}, with what other resources output. */
export interface GetConsumerGroupCheckpointsOutputArgs {
  /** The project. */
  readonly project: pulumi.Input<string>;
  /** The logstore. */
  readonly logstore: pulumi.Input<string>;
  /** The consumer group, which has to exist. */
  readonly consumerGroup: pulumi.Input<string>;
}

/** Where a consumer group stands. Times are RFC 3339; what is not known is absent, never 0. */
export interface ConsumerGroupCheckpoints {
  /** The group: `project/logstore/consumerGroup`. */
  readonly id: string;
  /** When it was looked at, by the service's clock. */
  readonly readAt: string;
  /** Every shard of the logstore, read-only parents of splits and merges included, by its id. */
  readonly shards: readonly ShardCheckpoint[];
  /** Log groups that are left to read in all shards together; absent if it is not known for one of them. */
  readonly lagLogGroups?: number;
  /** The longest lag of a shard, in whole seconds; absent if it is not known for one of them. */
  readonly lagSeconds?: number;
  /** All of it as Markdown, for a comment on a pull request. */
  readonly text: string;
}

/** Where a consumer group stands in one shard. */
export interface ShardCheckpoint {
  /** The shard's id. */
  readonly shard: number;
  /** A shard that was split or merged is `readonly` until its data has expired. */
  readonly status: "readwrite" | "readonly";
  /** The cursor that is read next; `none` if the group has no checkpoint. */
  readonly checkpoint: string;
  /**
   * When the log group at the checkpoint was received; at the end of the shard, the one before it. Absent where
   * the shard holds no such log group.
   */
  readonly checkpointTime?: string;
  /** The cursor of the oldest log group that the shard still holds. */
  readonly begin: string;
  /** The cursor after the newest log group. */
  readonly end: string;
  /**
   * Log groups from the checkpoint to the end. Absent if the group has no checkpoint in the shard, and if the shard
   * no longer holds what it points to.
   */
  readonly lagLogGroups?: number;
  /** Whole seconds from the log group at the checkpoint to now; 0 where nothing is left to read. */
  readonly lagSeconds?: number;
  /** Log groups that expired before the group read them; absent if there are none. */
  readonly lostLogGroups?: number;
  /** Who saved the checkpoint, if the service says so. */
  readonly consumer?: string;
  /** When it was saved, by a consumer or by a pin. */
  readonly committedAt?: string;
}

/**
 * Reads where a consumer group stands: positions with times, lag, consumers and last commits. Writes nothing, needs
 * no resource, and reads again in each preview and up.
 *
 * The answer changes all the time. That is right for an output, but not for the input of a replay: the plan that was
 * reviewed would differ from the one that is applied. Use a `ConsumerGroupSavepoint` there.
 *
 * It sends three requests, and at most three for each shard.
 *
 * @param args Which group.
 * @param options Which connection, if not the one of stack config.
 * @throws {@link ReadError} when the group cannot be looked at.
 *
 * @example
 * ```ts
 * const { lagSeconds, text } = await sls.getConsumerGroupCheckpoints({
 *   project: "shop",
 *   logstore: "orders",
 *   consumerGroup: "billing",
 * });
 * export const billing = text;
 * ```
 */
export async function getConsumerGroupCheckpoints(
  args: GetConsumerGroupCheckpointsArgs,
  options: ReadOptions = {},
): Promise<ConsumerGroupCheckpoints> {
  return read("getConsumerGroupCheckpoints", args, options, (reader) => reader.checkpoints({ ...args }));
}

/** {@link getConsumerGroupCheckpoints} of inputs that other resources output. */
export function getConsumerGroupCheckpointsOutput(
  args: GetConsumerGroupCheckpointsOutputArgs,
  options: ReadOptions = {},
): pulumi.Output<ConsumerGroupCheckpoints> {
  return readOutput(pulumi.output(args), options, getConsumerGroupCheckpoints);
}
