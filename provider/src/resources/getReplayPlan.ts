import * as pulumi from "@pulumi/pulumi";
import { type ConsumerGroupReplayArgs, type ReplayPosition } from "./consumerGroupReplay.js";
import { type ReadOptions, read, readOutput } from "./reading.js";

/** The inputs of a `ConsumerGroupReplay`, as plain values, and where its consumers are to stop. */
export type GetReplayPlanArgs = pulumi.Unwrap<ConsumerGroupReplayArgs> & {
  /**
   * Where consumers are to stop, for a group that reads some hours again beside production: an RFC 3339 instant, or a
   * map from shard id (`"*"`: all others) to a position as in `from`, without `previous`. It is exclusive: what the
   * service received at or after it is not read. A fraction of a second is rounded up. A shard that is missing in the
   * map, or has `keep`, has no end. An instant in the future is refused: consumers would stop at what is the end now.
   * One before `from` is refused too.
   *
   * @default no end
   */
  readonly until?: ReplayPosition | Readonly<Record<string, ReplayPosition>>;
};

/** {@link GetReplayPlanArgs}, with what other resources output. */
export interface GetReplayPlanOutputArgs extends ConsumerGroupReplayArgs {
  /**
   * Where consumers are to stop, exclusive: see {@link GetReplayPlanArgs}.
   *
   * @default no end
   */
  readonly until?: pulumi.Input<ReplayPosition | Readonly<Record<string, pulumi.Input<ReplayPosition>>>>;
}

/** What a new replay would do. Times are RFC 3339; what is not known is absent, never 0. */
export interface ReplayPlan {
  /** The group: `project/logstore/consumerGroup`; absent where it could not be looked at. */
  readonly id?: string;
  /**
   * `moves`: at least one shard would move · `nothing`: every shard stays, or the deadline has passed ·
   * `liveConsumers`: it would move, but consumers are alive; until they are stopped, an up refuses or waits ·
   * `refused`: see {@link refusals}.
   */
  readonly verdict: "moves" | "nothing" | "liveConsumers" | "refused";
  /** When the group was looked at, by the service's clock; absent where it could not be. */
  readonly readAt?: string;
  /** The `reason` of the replay. */
  readonly reason?: string;
  /** `maxMove`, in seconds. */
  readonly maxMoveSeconds?: number;
  /** The deadline of the replay. */
  readonly applyBefore?: string;
  /** How long the logstore keeps log groups, in seconds; looked up only where `from` has an instant. */
  readonly retentionSeconds?: number;
  /** Every shard of the logstore, by its id; empty where the group could not be looked at. */
  readonly shards: readonly ShardPlan[];
  /** The number of shards by {@link ShardPlan.action}. */
  readonly totals: Readonly<Record<string, number>>;
  /**
   * Log groups that would be read again in all shards together; absent where none moves back. Shards without a
   * position (`set`) are not counted: what they read again is not known.
   */
  readonly readAgainLogGroups?: number;
  /** Log groups that would never be read; absent where no shard moves forward. `set` is not counted. */
  readonly neverReadLogGroups?: number;
  /** The argument `until` in UTC, rounded up to the second; absent without it. */
  readonly until?: string | Readonly<Record<string, string>>;
  /**
   * `until` in Unix seconds, as consumers take it: `cursor_end_time` in Python, `CursorEndTime` in Go. Absent where it
   * is not one instant for all shards.
   */
  readonly untilUnixSeconds?: number;
  /**
   * Log groups that consumers read from where each shard would stand up to its {@link ShardPlan.endCursor}, in all
   * shards together; absent without `until`, and where it is not known for one of them.
   */
  readonly toReadLogGroups?: number;
  /** Shards that would stand at or after their end cursor, so that nothing is read there; absent without `until`. */
  readonly emptyShards?: readonly number[];
  /** Why the replay is refused, each reason once. One is enough to stop the whole group. */
  readonly refusals: readonly PlanRefusal[];
  /** All of it as Markdown, for a comment on a pull request. */
  readonly text: string;
}

/** What a new replay would do with one shard. */
export interface ShardPlan {
  /** The shard's id. */
  readonly shard: number;
  /** Where to move it: what `from` says for this shard. */
  readonly position: ReplayPosition;
  /**
   * `back`: log groups are read again · `forward`: log groups are never read · `set`: the group has no position in
   * the shard, so what is read again or skipped is not known · `alreadyThere` · `kept`: left alone on purpose ·
   * `behind`: stands before the instant, and reads everything since · `expired`: the deadline has passed · `refused`.
   */
  readonly action: "back" | "forward" | "set" | "alreadyThere" | "kept" | "behind" | "expired" | "refused";
  /** The {@link PlanRefusal.kind} for this shard. With `liveConsumers`, `action` is still the move. */
  readonly refusal?: PlanRefusal["kind"];
  /** The cursor where the group stands; `none` where it has no checkpoint. */
  readonly checkpoint: string;
  /** When the log group at the checkpoint was received; for the end of a shard, the one before it. */
  readonly checkpointTime?: string;
  /** The cursor where it would stand. */
  readonly target?: string;
  /** When the log group at the target was received; for the end of a shard, the one before it. */
  readonly targetTime?: string;
  /** `true` if the target is the end of the shard: only what is received later is read. Absent otherwise. */
  readonly targetIsEnd?: boolean;
  /** Log groups between the two. */
  readonly logGroups?: number;
  /** How far the move goes, in receive time, in whole seconds: `maxMove` limits it. */
  readonly spanSeconds?: number;
  /**
   * The cursor of the first log group that is not read any more, for consumers that stop at a cursor; absent without
   * `until`, and if `until` leaves the shard out. Unlike an instant, it stays right when log groups expire.
   */
  readonly endCursor?: string;
  /** The instant that `until` names; for any other position, when the log group there was received. */
  readonly endTime?: string;
  /** Log groups from where the shard would stand to its end cursor; absent if the shard is kept. */
  readonly toReadLogGroups?: number;
  /** Whether {@link toReadLogGroups} is 0. */
  readonly empty?: boolean;
}

/** Why a replay is refused. The table of reasons is in docs/semantics.md. */
export interface PlanRefusal {
  /** The row of the table. `until`: consumers cannot be told to stop there. */
  readonly kind:
    | "wrongInput"
    | "unknownShard"
    | "lookFailed"
    | "nothingBefore"
    | "inTheFuture"
    | "outsideWindow"
    | "truncated"
    | "tooFar"
    | "unordered"
    | "shardsChanged"
    | "liveConsumers"
    | "until";
  /** With `lookFailed`: the code, as in docs/errors.md. */
  readonly code?: string;
  /** The shards that it is about; empty if it is about all. */
  readonly shards: readonly number[];
  /** With `liveConsumers`: who saved where, and how long ago. */
  readonly consumers?: readonly {
    readonly shard: number;
    readonly consumer?: string;
    readonly committedSecondsAgo: number;
  }[];
  /** With `liveConsumers`: how many seconds after its last commit the group counts as quiet. */
  readonly quietAfterSeconds?: number;
  /** What was seen, what would happen, and the way out. */
  readonly message: string;
}

/**
 * Plans what a new `ConsumerGroupReplay` with these inputs would do, as data. Writes nothing and declares nothing.
 *
 * It does not throw for what it finds: wrong inputs, refusals and a service that does not answer are part of the
 * result. It plans a replay that has not run yet, so `previous` is refused: give the replay's output
 * `previousPositions` instead. Shortly after a pin, the pin itself looks like a commit of a consumer, because a
 * function has no state from which it could know better.
 *
 * It sends four requests, and at most four for each shard; with `until`, one more for each shard where that is an
 * instant, and at most three where it is another position.
 *
 * @param args The inputs of the replay.
 * @param options Which connection, if not the one of stack config.
 *
 * @example
 * ```ts
 * const plan = await sls.getReplayPlan({
 *   project: "shop",
 *   logstore: "orders",
 *   consumerGroup: "billing",
 *   from: "2026-11-20T08:00:00+08:00",
 * });
 * export const comment = plan.text;
 * ```
 */
export async function getReplayPlan(args: GetReplayPlanArgs, options: ReadOptions = {}): Promise<ReplayPlan> {
  return read("getReplayPlan", args, options, (reader) => reader.plan({ ...args }));
}

/** {@link getReplayPlan} of inputs that other resources output. */
export function getReplayPlanOutput(
  args: GetReplayPlanOutputArgs,
  options: ReadOptions = {},
): pulumi.Output<ReplayPlan> {
  return readOutput(pulumi.output(args), options, getReplayPlan);
}
