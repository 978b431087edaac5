import * as pulumi from "@pulumi/pulumi";
import { type ReplayPosition, type ReplayedShard } from "./consumerGroupReplay.js";
import { type ReadOptions, read, readOutput } from "./reading.js";

/** Which replay is followed. */
export interface GetReplayProgressArgs {
  /** The project. */
  readonly project: string;
  /** The logstore. */
  readonly logstore: string;
  /** The consumer group, which has to exist. */
  readonly consumerGroup: string;
  /** The replay's output `shards`; another stack gets it by a `pulumi.StackReference`. */
  readonly shards: readonly ReplayedShard[];
  /**
   * An earlier answer of this function: rates are then measured since that answer, and trends are known. Without it,
   * a rate is the average since the pin, and there is no trend.
   *
   * @default no earlier answer
   */
  readonly since?: ReplayProgress;
  /**
   * Where consumers are to stop, for a group that reads some hours again beside production: an RFC 3339 instant, or a
   * map from shard id (`"*"`: all others) to a position as in `from`, without `previous`. It is exclusive: what the
   * service received at or after it is not read. A fraction of a second is rounded up. A shard that is missing in the
   * map, or has `keep`, has no end. An instant in the future is refused: consumers would stop at what is the end now.
   * What is left is then counted up to there, and {@link ReplayProgress.done} says when it is read.
   *
   * @default up to where each shard stood before the replay
   */
  readonly until?: ReplayPosition | Readonly<Record<string, ReplayPosition>>;
}

/** {@link GetReplayProgressArgs}, with what the replay outputs. */
export interface GetReplayProgressOutputArgs {
  /** The project. */
  readonly project: pulumi.Input<string>;
  /** The logstore. */
  readonly logstore: pulumi.Input<string>;
  /** The consumer group, which has to exist. */
  readonly consumerGroup: pulumi.Input<string>;
  /** The replay's output `shards`. */
  readonly shards: pulumi.Input<readonly ReplayedShard[]>;
  /**
   * An earlier answer of this function.
   *
   * @default no earlier answer
   */
  readonly since?: pulumi.Input<ReplayProgress>;
  /**
   * Where consumers are to stop, exclusive: see {@link GetReplayProgressArgs}.
   *
   * @default up to where each shard stood before the replay
   */
  readonly until?: pulumi.Input<ReplayPosition | Readonly<Record<string, pulumi.Input<ReplayPosition>>>>;
}

/** How far the consumers have come since a replay. Times are RFC 3339; what is not known is absent, never 0. */
export interface ReplayProgress {
  /** The group: `project/logstore/consumerGroup`. */
  readonly id: string;
  /** When the group was looked at, by the service's clock. */
  readonly readAt: string;
  /** Every shard of the logstore and of the replay, by its id. */
  readonly shards: readonly ShardProgress[];
  /** The number of shards by {@link ShardProgress.state}. */
  readonly totals: Readonly<Record<string, number>>;
  /** The argument `until` in UTC, rounded up to the second; absent without it. */
  readonly until?: string | Readonly<Record<string, string>>;
  /**
   * Whether every shard is {@link ShardProgress.done}, including those that the replay did not pin; absent without
   * `until`. Shards that are gone do not count: nothing is left in them to read.
   */
  readonly done?: boolean;
  /** Shards whose {@link ShardProgress.empty} is true; absent without `until`. */
  readonly emptyShards?: readonly number[];
  /**
   * Log groups that are still to be read until every pinned shard is back where it stood before; with `until`, until
   * every shard has reached its end cursor. Absent if that is not known for one of them, such as a shard that had no
   * checkpoint.
   */
  readonly remainingLogGroups?: number;
  /**
   * Log groups that are read in a second, in all shards that have something left to read; absent if the rate of one
   * of them is not known.
   */
  readonly logGroupsPerSecond?: number;
  /**
   * Seconds until the slowest shard is back where it stood, or at its end cursor, at the measured rates; absent if
   * one is not known.
   */
  readonly etaSeconds?: number;
  /** {@link etaSeconds} as an instant. */
  readonly doneAt?: string;
  /** The shard that decides {@link etaSeconds}. */
  readonly slowestShard?: number;
  /** The longest {@link ShardProgress.lagSeconds}; absent if one is not known. */
  readonly lagSeconds?: number;
  /** Shards whose {@link ShardProgress.stalled} is true. */
  readonly stalled: readonly number[];
  /** Shards whose {@link ShardProgress.rewound} is true. */
  readonly rewound: readonly number[];
  /** Shards that the replay left alone, or that a split or merge has made since. */
  readonly notCovered: readonly number[];
  /** All of it as Markdown, for a comment on a pull request. */
  readonly text: string;
}

/** How far the consumers have come in one shard. */
export interface ShardProgress {
  /** The shard's id. */
  readonly shard: number;
  /**
   * `atPin`: nobody has read since the pin · `reading`: between the pin and where the shard stood before, or with
   * `until` its end cursor · `caughtUp`: at or after that; for a shard that had no checkpoint, at its end; for one
   * that was moved forward, from its first commit on · `overwritten`: a consumer saved over the pin: the replay saw
   * it while it watched, or the shard stands before the pin · `notPinned`: the replay is not finished there, or has
   * expired · `notCovered`: the replay left it alone, or does not know it · `gone`: the logstore no longer has it.
   *
   * A consumer that saved over a pin long after the watch cannot be told from one that has caught up.
   */
  readonly state: "atPin" | "reading" | "caughtUp" | "overwritten" | "notPinned" | "notCovered" | "gone";
  /** The status that the replay gives the shard; absent if the replay does not know it. */
  readonly status?: ReplayedShard["status"];
  /** The cursor that was pinned. */
  readonly pin?: string;
  /** When the log group at the pin was received; for the end of a shard, the one before it. */
  readonly pinTime?: string;
  /** Where the shard stood before the replay; `none` if it had no checkpoint. */
  readonly previousCheckpoint?: string;
  /** When the log group at the previous checkpoint was received. */
  readonly previousCheckpointTime?: string;
  /** Where it stands now; `none` if the group has no checkpoint. */
  readonly checkpoint?: string;
  /** When the log group at the checkpoint was received; for the end of a shard, the one before it. */
  readonly checkpointTime?: string;
  /** The consumer that saved this checkpoint. */
  readonly consumer?: string;
  /** When it was saved, by a consumer or by the replay. */
  readonly committedAt?: string;
  /** Log groups from the pin to where it stands. */
  readonly doneLogGroups?: number;
  /**
   * The cursor of the first log group that is not read any more; absent without `until`, and if `until` leaves the
   * shard out. For an instant it is looked up each time: once the log groups there have expired, it is the begin of
   * the shard. The end cursors of a plan do not change.
   */
  readonly endCursor?: string;
  /** The instant that `until` names; for any other position, when the log group there was received. */
  readonly endTime?: string;
  /**
   * Whether everything before the end cursor was read: the shard stands at or after it, or began there. `false` for a
   * shard that is not pinned yet, and for one whose pin was overwritten.
   */
  readonly done?: boolean;
  /** Whether the shard began at or after its end cursor, so that there is nothing to read. */
  readonly empty?: boolean;
  /** Log groups from where it stands to where it stood before the replay, or with `until` to its end cursor. */
  readonly remainingLogGroups?: number;
  /**
   * The same stretch in receive time, in whole seconds: how long it took SLS to receive it, not how long it takes to
   * read. That is {@link etaSeconds}.
   */
  readonly remainingSeconds?: number;
  /** When the shard was pinned. */
  readonly pinnedAt?: string;
  /**
   * Log groups that are read in a second, on average since the pin or since the earlier answer. Absent if none was
   * read.
   */
  readonly logGroupsPerSecond?: number;
  /** Since when {@link logGroupsPerSecond} is measured. */
  readonly rateSince?: string;
  /** Seconds until the shard is back where it stood, or at its end cursor, at that rate. */
  readonly etaSeconds?: number;
  /** {@link etaSeconds} as an instant. */
  readonly doneAt?: string;
  /** Whether the distance to the end of the shard grows; known only with an earlier answer. */
  readonly trend?: "growing" | "shrinking" | "steady";
  /**
   * Whether nobody has committed for three save intervals (of a minute, or of the group's timeout), although there is
   * something to read.
   */
  readonly stalled?: boolean;
  /** Whether it stands before where it stood at the earlier answer. */
  readonly rewound?: boolean;
  /** Log groups from the checkpoint to the end of the shard. */
  readonly lagLogGroups?: number;
  /** Whole seconds from the log group at the checkpoint to now; 0 where nothing is left to read. */
  readonly lagSeconds?: number;
  /** Log groups that expired before they were read. */
  readonly lostLogGroups?: number;
}

/**
 * Reads how far the consumers have come since a replay: where each shard was pinned, where it stands, and what is
 * left to read until it is back where it stood, or with `until` until its end. Writes nothing.
 *
 * It sends three requests, and at most three for each shard, in each preview and up; with `until`, at most one more
 * for each shard.
 *
 * @param args The group, and the replay's output `shards`.
 * @param options Which connection, if not the one of stack config.
 * @throws {@link ReadError} when the group cannot be looked at.
 *
 * @example
 * ```ts
 * const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
 * const replay = new sls.ConsumerGroupReplay("replay", { ...group, from: "2026-11-20T08:00:00+08:00" });
 * export const progress = sls.getReplayProgressOutput({ ...group, shards: replay.shards }).text;
 * ```
 */
export async function getReplayProgress(
  args: GetReplayProgressArgs,
  options: ReadOptions = {},
): Promise<ReplayProgress> {
  return read("getReplayProgress", args, options, (reader) => reader.progress({ ...args }));
}

/** {@link getReplayProgress} of what a replay outputs. */
export function getReplayProgressOutput(
  args: GetReplayProgressOutputArgs,
  options: ReadOptions = {},
): pulumi.Output<ReplayProgress> {
  return readOutput(pulumi.output(args), options, getReplayProgress);
}
