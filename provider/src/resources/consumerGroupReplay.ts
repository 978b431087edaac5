import * as pulumi from "@pulumi/pulumi";
import { replayApplyProvider, replayPlanProvider } from "../dynamicProvider.js";
import { refuseAdoptionOptions } from "./adoption.js";
import { secretInputsOf } from "./secretInputs.js";
import { type ConsumerGroupReplayOptions, inputNamesOf, sortOptions } from "./componentOptions.js";

/**
 * Where to move a shard: an RFC 3339 instant with an offset, compared with when SLS received the logs · `begin` ·
 * `end` · `previous`: where it stood before the last move of this replay · `keep`: leave it alone ·
 * `cursor:<base64>`.
 */
export type ReplayPosition = string;

/** Where a whole consumer group is to read from, and how far it may be moved. */
export interface ConsumerGroupReplayArgs {
  /** The project. A change replaces the replay: the new group is moved, and the old one stays where it is. */
  readonly project: pulumi.Input<string>;
  /** The logstore. A change replaces the replay, as with {@link project}. */
  readonly logstore: pulumi.Input<string>;
  /** The consumer group, which has to exist. A change replaces the replay, as with {@link project}. */
  readonly consumerGroup: pulumi.Input<string>;
  /**
   * One position for all shards, or a map from shard id to position; `"*"` stands for all others, and without it they
   * are left alone. A change is an update, and moves only the shards whose own position changed.
   */
  readonly from: pulumi.Input<ReplayPosition | Readonly<Record<string, pulumi.Input<ReplayPosition>>>>;
  /** Any values. A change moves all shards again, even if the positions are the same. */
  readonly triggers?: pulumi.Input<pulumi.Input<unknown>[]>;
  /**
   * An RFC 3339 deadline by the service's clock. After it nothing is written: the replay succeeds with status
   * `expired` and a warning. A change updates state only, but after a later deadline is given, expired shards are
   * moved.
   *
   * @default no deadline
   */
  readonly applyBefore?: pulumi.Input<string>;
  /**
   * The furthest that any shard may be moved, back or forward, in receive time: an ISO-8601 duration of weeks to
   * seconds. If one shard would move further, the whole replay is refused. A change updates state only.
   *
   * @default "PT24H"
   */
  readonly maxMove?: pulumi.Input<string>;
  /**
   * What to do while consumers of the group are seen alive: `"refuse"`; `"wait"` until they are quiet, for
   * {@link waitTimeout} at most, and write only then; or `"overwrite"`, and watch for {@link watchFor} whether they
   * save over the pins. A change updates state only.
   *
   * @default "refuse"
   */
  readonly onActiveConsumers?: pulumi.Input<"refuse" | "wait" | "overwrite">;
  /**
   * How long `"wait"` waits at most, as an ISO-8601 duration. A change updates state only.
   *
   * @default "PT5M"
   */
  readonly waitTimeout?: pulumi.Input<string>;
  /**
   * How long pins are watched after `"overwrite"`, as an ISO-8601 duration; `PT0S` does not watch. A change updates
   * state only.
   *
   * @default "PT75S"
   */
  readonly watchFor?: pulumi.Input<string>;
  /**
   * Whether an instant older than the logstore's retention is accepted. Consumers then begin at the oldest log group
   * that is left. A change updates state only.
   *
   * @default false
   */
  readonly allowTruncated?: pulumi.Input<boolean>;
  /**
   * Whether an instant may move a shard forward, over log groups that nobody has read. Without it such a shard stays
   * where it is, with status `behind`: it reads everything since anyway. A change updates state only; after a change
   * to `true`, the next up moves the shards that are `behind`.
   *
   * @default false
   */
  readonly allowSkip?: pulumi.Input<boolean>;
  /**
   * Whether a shard of an ordered group may be rewound past its split or merge, so that it is read beside its
   * children. A change updates state only.
   *
   * @default false
   */
  readonly allowUnordered?: pulumi.Input<boolean>;
  /**
   * Why it is done, in at most 10,000 characters: kept in state, and shown with the plan. A secret one is shown as
   * `[secret]`. A change updates state only.
   */
  readonly reason?: pulumi.Input<string>;
}

/** What became of one shard of a replay. Times are RFC 3339; what does not apply is absent. */
export interface ReplayedShard {
  /** The shard's id. */
  readonly shard: number;
  /** The id of the decision that led to this; absent if there was none. */
  readonly act?: string;
  /**
   * `pinned`: written and read back · `alreadyThere` · `kept`: left alone on purpose · `behind`: stands before the
   * instant, and reads everything since · `expired` · `gone`: the logstore no longer has the shard · `overwritten`: a
   * consumer saved over the pin while it was watched · `pending`, `failed`, `uncertain`: after an up that failed.
   */
  readonly status:
    | "pinned"
    | "alreadyThere"
    | "kept"
    | "behind"
    | "expired"
    | "gone"
    | "overwritten"
    | "pending"
    | "failed"
    | "uncertain";
  /** The cursor that the shard was moved to. */
  readonly checkpoint?: string;
  /** When the log group at the checkpoint was received; for the end of a shard, the one before it. */
  readonly checkpointTime?: string;
  /** Where the shard stood before the last move; `none` if the group had no checkpoint. */
  readonly previousCheckpoint?: string;
  /** When the log group at the previous checkpoint was received. */
  readonly previousCheckpointTime?: string;
  /** Which consumer had saved the previous checkpoint. */
  readonly previousConsumer?: string;
  /** When the shard was written, by SLS's clock. */
  readonly pinnedAt?: string;
  /** The request id that SLS gave the write. */
  readonly requestId?: string;
}

/**
 * Moves a whole consumer group to a point in time, once: every shard, read-only parents of splits and merges
 * included.
 *
 * The plan looks at the group, decides what to do with each shard, and records where each one stands. If one shard is
 * refused, none is written. Otherwise the shards are written and read back. After an up that was interrupted, the
 * next one goes on with the shards that are not finished, and writes none twice. Later ups send nothing, whatever the
 * consumers do. To go back, set `from: "previous"`, or give `previousPositions` to another replay. Stop the group's
 * consumers first: a running one saves over its new position.
 *
 * `dependsOn` and before-hooks apply to the plan, after-hooks to the writes; a resource that depends on the replay
 * waits for both. Each other option is passed to the child that it concerns, such as `ignoreChanges` to the children
 * that have the input.
 *
 * @example
 * ```ts
 * const replay = new sls.ConsumerGroupReplay("orders-replay", {
 *   project: "shop",
 *   logstore: "orders",
 *   consumerGroup: "billing",
 *   from: "2026-11-20T08:00:00+08:00",
 *   reason: "INC-4711: tax rate was wrong until 08:00",
 * });
 * export const wayBack = replay.previousPositions;
 * ```
 */
export class ConsumerGroupReplay extends pulumi.ComponentResource {
  /** What became of each shard. */
  declare readonly shards: pulumi.Output<ReplayedShard[]>;
  /** Where the shards were put: a map that another replay accepts as `from`. */
  declare readonly positions: pulumi.Output<Record<string, ReplayPosition>>;
  /** Where the shards stood before the last move: the way back, as a map that another replay accepts as `from`. */
  declare readonly previousPositions: pulumi.Output<Record<string, ReplayPosition>>;
  /** When the group was looked at, by the service's clock. */
  declare readonly plannedAt: pulumi.Output<string>;
  /** When the last shard was written, by SLS's clock; absent if nothing was written. */
  declare readonly pinnedAt: pulumi.Output<string | undefined>;
  /** The number of shards by status. */
  declare readonly totals: pulumi.Output<Record<string, number>>;

  /**
   * @param name The name of the replay in the stack. A rename without `aliases` makes a new replay, which moves the
   * group once more, within `maxMove` and `applyBefore`.
   * @param args Where to move the group, and within which limits.
   * @param opts Pulumi's options. Those about replacement (`replacementTrigger`, `replaceWith`, `deletedWith`,
   * `deleteBeforeReplace`) apply to the plan only: the group is moved again, and state still knows what was written.
   * @throws When `opts` holds `import`, `id`, or an option that a replay does not support: `replaceOnChanges`, `urn`,
   * `envVarMappings`.
   */
  constructor(name: string, args: ConsumerGroupReplayArgs, opts: ConsumerGroupReplayOptions = {}) {
    refuseAdoptionOptions("ConsumerGroupReplay", name, opts);
    const options = sortOptions(name, opts);
    super("sls:index:ConsumerGroupReplay", name, {}, options.component);
    const self = settled(this.urn);
    const secretInputs = secretInputsOf(args);
    const plan = new ReplayPlan(
      `${name}-plan`,
      { ...args, self, secretInputs },
      { ...options.plan, parent: this },
    );
    const apply = new ReplayApply(
      `${name}-apply`,
      { ...applyArgs(args), self, secretInputs, plan: plan.plan },
      { ...options.apply, parent: this },
    );
    const { shards, positions, previousPositions, plannedAt, pinnedAt, totals } = apply;
    Object.assign(this, { shards, positions, previousPositions, plannedAt, pinnedAt, totals });
    // Not the shards: state would hold each of them once more.
    this.registerOutputs({ positions, previousPositions, plannedAt, pinnedAt, totals });
  }
}

/** What apply needs beside the plan: whose checkpoints, and the bounds that hold while they are written. */
function applyArgs(args: ConsumerGroupReplayArgs): Record<string, unknown> {
  const own = inputNamesOf("apply");
  return Object.fromEntries(Object.entries(args).filter(([input]) => own.includes(input)));
}

/**
 * Who the replay is, for both children: by it they find other resources that move the same shards. A plain promise,
 * because an Output of the parent would make its children wait for themselves.
 */
function settled(urn: pulumi.Output<string>): Promise<string> {
  return new Promise((resolve) => {
    urn.apply(resolve);
  });
}

const hidden: pulumi.CustomResourceOptions = { hideDiffs: ["__provider", "plan", "self", "secretInputs"] };

/** The decision about a whole group, in state before anything is written. */
class ReplayPlan extends pulumi.dynamic.Resource {
  declare readonly plan: pulumi.Output<unknown>;

  constructor(name: string, args: object, opts: pulumi.CustomResourceOptions) {
    super(
      replayPlanProvider,
      name,
      { ...args, plan: undefined },
      pulumi.mergeOptions(hidden, opts),
      "sls",
      "ReplayPlan",
    );
  }
}

/** The writes that carry a plan out. */
class ReplayApply extends pulumi.dynamic.Resource {
  declare readonly shards: pulumi.Output<ReplayedShard[]>;
  declare readonly positions: pulumi.Output<Record<string, ReplayPosition>>;
  declare readonly previousPositions: pulumi.Output<Record<string, ReplayPosition>>;
  declare readonly plannedAt: pulumi.Output<string>;
  declare readonly pinnedAt: pulumi.Output<string | undefined>;
  declare readonly totals: pulumi.Output<Record<string, number>>;

  constructor(name: string, args: Record<string, unknown>, opts: pulumi.CustomResourceOptions) {
    super(
      replayApplyProvider,
      name,
      {
        ...args,
        shards: undefined,
        positions: undefined,
        previousPositions: undefined,
        plannedAt: undefined,
        pinnedAt: undefined,
        totals: undefined,
      },
      pulumi.mergeOptions(hidden, opts),
      "sls",
      "ReplayApply",
    );
  }
}
