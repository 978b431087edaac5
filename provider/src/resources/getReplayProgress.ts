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
  /** The replay's output `shards`; a `pulumi.StackReference` hands it to another stack. */
  readonly shards: readonly ReplayedShard[];
  /**
   * An earlier answer of this function: rates are then those of the time since it, and trends are known. Without
   * it, a rate is the average since the pin, and there is no trend.
   *
   * @default no earlier answer
   */
  readonly since?: ReplayProgress;
  /**
   * Up to where consumers are to read, for a group that reads a stretch again beside production: an RFC 3339 instant,
   * or a map from shard id (`"*"`: all others) to a position as in `from`, without `previous`. It is exclusive: what
   * the service received at or after it is not read. A fraction of a second is rounded up. A shard that the map leaves
   * out, or has as `keep`, has no end. In the future it is refused: consumers would stop at the present end.
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
   * Up to where consumers are to read, exclusive: see {@link GetReplayProgressArgs}.
   *
   * @default up to where each shard stood before the replay
   */
  readonly until?: pulumi.Input<ReplayPosition | Readonly<Record<string, pulumi.Input<ReplayPosition>>>>;
}

/** How far the consumers came since a replay. Times are RFC 3339; what is not known is absent, never 0. */
export interface ReplayProgress {
  /** The group: `project/logstore/consumerGroup`. */
  readonly id: string;
  /** When the group was looked at, by the service's clock. */
  readonly readAt: string;
  /** Every shard of the logstore and of the replay, by its id. */
  readonly shards: readonly ShardProgress[];
  /** How many shards have which {@link ShardProgress.state}. */
  readonly totals: Readonly<Record<string, number>>;
  /** The argument `until` in UTC, rounded up to the second; absent without it. */
  readonly until?: string | Readonly<Record<string, string>>;
  /**
   * Whether every shard is {@link ShardProgress.done}, those included that the replay did not pin; absent without
   * `until`. A shard that is gone holds nothing that could be read, and is not asked.
   */
  readonly done?: boolean;
  /** Shards whose {@link ShardProgress.empty} is true; absent without `until`. */
  readonly emptyShards?: readonly number[];
  /**
   * Log groups that are still to be read until every pinned shard is back where it stood before; with `until`, until
   * every shard has reached its end cursor. Absent where that is not known for one of them, such as one that stood
   * nowhere.
   */
  readonly remainingLogGroups?: number;
  /**
   * Log groups that are read in a second, in all shards that have something left to read again; absent where it
   * was not seen for one of them.
   */
  readonly logGroupsPerSecond?: number;
  /**
   * Seconds until the slowest shard is back where it stood, or at its end cursor, at the rates that were seen; absent
   * where one was not.
   */
  readonly etaSeconds?: number;
  /** {@link etaSeconds} as an instant. */
  readonly doneAt?: string;
  /** The shard that decides {@link etaSeconds}. */
  readonly slowestShard?: number;
  /** The longest {@link ShardProgress.lagSeconds}; absent where one is not known. */
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

/** How far the consumers came in one shard. */
export interface ShardProgress {
  /** The shard's id. */
  readonly shard: number;
  /**
   * `atPin`: nobody read on · `reading`: between the pin and where the shard stood before, or with `until` its end
   * cursor · `caughtUp`: at or beyond that, for a shard that stood nowhere at its end; a shard that was moved forward has caught up
   * with its first commit · `overwritten`: a consumer saved over the pin, as the replay's watch saw or as a
   * position before the pin proves · `notPinned`: the replay is not finished there, or has expired · `notCovered`:
   * the replay left it alone, or does not know it · `gone`: the logstore has it no more.
   *
   * A consumer that saved over a pin long after the watch cannot be told from one that has caught up.
   */
  readonly state: "atPin" | "reading" | "caughtUp" | "overwritten" | "notPinned" | "notCovered" | "gone";
  /** What the replay says of the shard; absent where it does not know it. */
  readonly status?: ReplayedShard["status"];
  /** The cursor that was pinned. */
  readonly pin?: string;
  /** When the log group at the pin was received; for the end of a shard, the one before it. */
  readonly pinTime?: string;
  /** Where the shard stood before the replay; `none` where it stood nowhere. */
  readonly previousCheckpoint?: string;
  /** When the log group at the previous checkpoint was received. */
  readonly previousCheckpointTime?: string;
  /** Where it stands now; `none` where the group has no checkpoint. */
  readonly checkpoint?: string;
  /** When the log group at the checkpoint was received; for the end of a shard, the one before it. */
  readonly checkpointTime?: string;
  /** Who saved where it stands. */
  readonly consumer?: string;
  /** When it was saved, by a consumer or by the replay. */
  readonly committedAt?: string;
  /** Log groups from the pin to where it stands. */
  readonly doneLogGroups?: number;
  /**
   * The cursor of the first log group that is not read any more; absent without `until`, and where it leaves the shard
   * out. Of an instant, it is looked up each time: once log groups at it have expired, it is the begin of the shard. The
   * end cursors of a plan stay.
   */
  readonly endCursor?: string;
  /** The instant that `until` names; for any other position, when the log group there was received. */
  readonly endTime?: string;
  /**
   * Whether everything up to the end cursor was read: where it stands at or after it, and where it began at or after
   * it. False for a shard that is not pinned yet, and for one whose pin was overwritten.
   */
  readonly done?: boolean;
  /** Whether it began at or after its end cursor, so that there is nothing to read. */
  readonly empty?: boolean;
  /** Log groups from where it stands to where it stood before the replay, or with `until` to its end cursor. */
  readonly remainingLogGroups?: number;
  /** The same in receive time, in whole seconds. */
  readonly remainingSeconds?: number;
  /** When the shard was pinned. */
  readonly pinnedAt?: string;
  /** Log groups that are read in a second: since the pin, or since an earlier answer. Absent where none was read. */
  readonly logGroupsPerSecond?: number;
  /** From when on {@link logGroupsPerSecond} was measured. */
  readonly rateSince?: string;
  /** Seconds until the shard is back where it stood, or at its end cursor, at that rate. */
  readonly etaSeconds?: number;
  /** {@link etaSeconds} as an instant. */
  readonly doneAt?: string;
  /** Whether the distance to the end of the shard grows; known only with an earlier answer. */
  readonly trend?: "growing" | "shrinking" | "steady";
  /** Nobody has committed for three save intervals (of a minute, or the group's timeout), though there is something to read. */
  readonly stalled?: boolean;
  /** It stands before where it stood at the earlier answer. */
  readonly rewound?: boolean;
  /** Log groups from the checkpoint to the end of the shard. */
  readonly lagLogGroups?: number;
  /** Whole seconds from the log group at the checkpoint to now; 0 where nothing is left to read. */
  readonly lagSeconds?: number;
  /** Log groups that expired before they were read. */
  readonly lostLogGroups?: number;
}

/**
 * Reads how far the consumers came since a replay: where each shard was pinned, where it is, and what is left until
 * it is back where it stood, or with `until` at its end. Writes nothing.
 *
 * It sends three requests, and at the most three for each shard, in each preview and up; with `until`, at the most one
 * more for each shard.
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
