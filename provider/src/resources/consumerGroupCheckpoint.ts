import * as pulumi from "@pulumi/pulumi";
import { consumerGroupCheckpointProvider } from "../dynamicProvider.js";
import { refuseAdoptionOptions } from "./adoption.js";
import { secretInputsOf } from "./secretInputs.js";

/** Where one shard of a consumer group is to read from, and how far it may be moved. */
export interface ConsumerGroupCheckpointArgs {
  /** The project. A change replaces the resource: the new shard is pinned, and the old one stays where it is. */
  readonly project: pulumi.Input<string>;
  /** The logstore. A change replaces the resource, as with {@link project}. */
  readonly logstore: pulumi.Input<string>;
  /** The consumer group, which has to exist. A change replaces the resource, as with {@link project}. */
  readonly consumerGroup: pulumi.Input<string>;
  /** The shard's id, from 0. A change replaces the resource, as with {@link project}. */
  readonly shard: pulumi.Input<number>;
  /**
   * The cursor to read from next: base64 of a decimal integer, as GetCursor and GetCheckPoint return it for this
   * shard. A change is an update, which sends UpdateCheckPoint.
   */
  readonly checkpoint: pulumi.Input<string>;
  /** Any values. A change pins the shard again, even if the checkpoint is the same. */
  readonly triggers?: pulumi.Input<pulumi.Input<unknown>[]>;
  /**
   * The consumer in whose name the checkpoint is written; needed only with {@link forceSuccess} `false`.
   * A change updates state only, and is used by the next write.
   */
  readonly consumer?: pulumi.Input<string>;
  /**
   * Whether the write succeeds no matter which consumer owns the shard. With `false` it succeeds only in the name of
   * the owner, so it needs {@link consumer} and {@link onActiveConsumers} `"overwrite"`. A change updates state only.
   *
   * @default true
   */
  readonly forceSuccess?: pulumi.Input<boolean>;
  /**
   * An RFC 3339 deadline by the service's clock. After it nothing is written: the resource succeeds with status
   * `expired` and a warning. A change updates state only, but after a later deadline is given, an expired pin is
   * written.
   *
   * @default no deadline
   */
  readonly applyBefore?: pulumi.Input<string>;
  /**
   * The furthest that the shard may be moved, back or forward, in receive time: an ISO-8601 duration of weeks to
   * seconds. A longer move is refused. A change updates state only.
   *
   * @default "PT24H"
   */
  readonly maxMove?: pulumi.Input<string>;
  /**
   * What to do while consumers of the group are seen alive: `"refuse"`; `"wait"` until they are quiet, for
   * {@link waitTimeout} at most, and write only then; or `"overwrite"`, and watch for {@link watchFor} whether they
   * save over the pin. A change updates state only.
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
   * How long a pin is watched after `"overwrite"`, as an ISO-8601 duration; `PT0S` does not watch. If a consumer
   * saves over the pin, the up fails once, and no retry writes the pin again. A change updates state only.
   *
   * @default "PT75S"
   */
  readonly watchFor?: pulumi.Input<string>;
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

/**
 * Pins the checkpoint of one shard of a consumer group, once.
 *
 * The first up moves the shard and reads it back; later ups send nothing, whatever the consumers do. A change of
 * `checkpoint` or `triggers` pins it again. Refresh and destroy touch neither the network nor the
 * checkpoint. Stop the group's consumers first: a running one saves over the pin.
 *
 * The write is SLS's UpdateCheckPoint with `forceSuccess`.
 *
 * @example
 * ```ts
 * new sls.ConsumerGroupCheckpoint("orders-0", {
 *   project: "shop",
 *   logstore: "orders",
 *   consumerGroup: "billing",
 *   shard: 0,
 *   checkpoint: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==",
 *   reason: "INC-4711: tax rate was wrong until 08:00",
 * });
 * ```
 */
export class ConsumerGroupCheckpoint extends pulumi.dynamic.Resource {
  /** The project, as declared. */
  declare readonly project: pulumi.Output<string>;
  /** The logstore, as declared. */
  declare readonly logstore: pulumi.Output<string>;
  /** The consumer group, as declared. */
  declare readonly consumerGroup: pulumi.Output<string>;
  /** The shard's id, as declared. */
  declare readonly shard: pulumi.Output<number>;
  /** The cursor that is pinned, as declared. */
  declare readonly checkpoint: pulumi.Output<string>;
  /** When the log group at the checkpoint was received, in RFC 3339; for the end of a shard, the one before it. */
  declare readonly checkpointTime: pulumi.Output<string | undefined>;
  /** Where the shard stood before this pin: the way back. `none` if the group had no checkpoint. */
  declare readonly previousCheckpoint: pulumi.Output<string | undefined>;
  /** When the log group at the previous checkpoint was received; absent if the shard no longer held it. */
  declare readonly previousCheckpointTime: pulumi.Output<string | undefined>;
  /** When the previous checkpoint was saved, by SLS's clock. */
  declare readonly previousSavedAt: pulumi.Output<string | undefined>;
  /** Which consumer had saved the previous checkpoint. */
  declare readonly previousConsumer: pulumi.Output<string | undefined>;
  /** When the pin was written, by SLS's clock; absent if nothing was written. */
  declare readonly pinnedAt: pulumi.Output<string | undefined>;
  /** The request id that SLS gave the write. */
  declare readonly requestId: pulumi.Output<string | undefined>;
  /**
   * `pinned`, `alreadyThere`, `expired`, `overwritten`, or `gone` if the logstore no longer has the shard; `failed`
   * or `uncertain` after an up that failed.
   */
  declare readonly status: pulumi.Output<string>;

  /**
   * @param name The name of the pin in the stack. A rename without `aliases` makes a new pin, which moves the shard
   * once more, within `maxMove` and `applyBefore`.
   * @param args What to pin, and within which limits.
   * @param opts Pulumi's options; `import` and `id` are refused: a pin is adopted by its first up, if the shard
   * stands there already.
   * @throws When `opts` holds `import` or `id`.
   */
  constructor(name: string, args: ConsumerGroupCheckpointArgs, opts?: pulumi.CustomResourceOptions) {
    refuseAdoptionOptions("ConsumerGroupCheckpoint", name, opts);
    super(
      consumerGroupCheckpointProvider,
      name,
      {
        ...args,
        self: ownUrn(name, opts),
        secretInputs: secretInputsOf(args),
        checkpointTime: undefined,
        previousCheckpoint: undefined,
        previousCheckpointTime: undefined,
        previousSavedAt: undefined,
        previousConsumer: undefined,
        pinnedAt: undefined,
        requestId: undefined,
        status: undefined,
      },
      pulumi.mergeOptions({ hideDiffs: ["__provider", "self", "secretInputs", "acts"] }, opts),
      "sls",
      "ConsumerGroupCheckpoint",
    );
  }
}

const type = "pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint";

/**
 * Who the pin is: by it, it finds other resources that move the same shard. A plain promise, because an Output would
 * make the resource wait for itself.
 */
function ownUrn(name: string, opts: pulumi.CustomResourceOptions = {}): Promise<string> {
  return new Promise((resolve) => {
    pulumi.createUrn(name, type, opts.parent).apply(resolve);
  });
}
