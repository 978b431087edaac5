import * as pulumi from "@pulumi/pulumi";
import { savepointProvider } from "../dynamicProvider.js";
import { refuseAdoptionOptions } from "./adoption.js";
import { secretInputsOf } from "./secretInputs.js";
import { type ReplayPosition } from "./consumerGroupReplay.js";

/** Which consumer group's positions are kept. */
export interface ConsumerGroupSavepointArgs {
  /** The project. A change replaces the savepoint: the positions of the new group are read. */
  readonly project: pulumi.Input<string>;
  /** The logstore. A change replaces the savepoint, as with {@link project}. */
  readonly logstore: pulumi.Input<string>;
  /** The consumer group. A change replaces the savepoint, as with {@link project}. */
  readonly consumerGroup: pulumi.Input<string>;
  /** Any values. A change reads the positions again. */
  readonly triggers?: pulumi.Input<pulumi.Input<unknown>[]>;
  /** Why it is done, in at most 10,000 characters: kept in state. A change updates state only. */
  readonly reason?: pulumi.Input<string>;
}

/**
 * Keeps where a consumer group stands, and writes nothing to SLS.
 *
 * The positions are read once, when the savepoint is created, and again when `triggers` change. A later
 * `ConsumerGroupReplay` with `from: savepoint.positions` leads back to them. A shard without a checkpoint has the
 * position `none`, which a replay refuses: replace it by another position first.
 *
 * @example
 * ```ts
 * const before = new sls.ConsumerGroupSavepoint("before-deploy", {
 *   project: "shop",
 *   logstore: "orders",
 *   consumerGroup: "billing",
 *   triggers: [release],
 * });
 * ```
 */
export class ConsumerGroupSavepoint extends pulumi.dynamic.Resource {
  /** The project, as declared. */
  declare readonly project: pulumi.Output<string>;
  /** The logstore, as declared. */
  declare readonly logstore: pulumi.Output<string>;
  /** The consumer group, as declared. */
  declare readonly consumerGroup: pulumi.Output<string>;
  /** Where each shard stood, as a map that a replay accepts as `from`. */
  declare readonly positions: pulumi.Output<Record<string, ReplayPosition>>;
  /** When the log group at each position was received, in RFC 3339; shards without one are absent. */
  declare readonly times: pulumi.Output<Record<string, string>>;
  /** When the positions were read, by the service's clock. */
  declare readonly takenAt: pulumi.Output<string>;

  /**
   * @param name The name of the savepoint in the stack.
   * @param args Which group.
   * @param opts Pulumi's options; `import` and `id` are refused.
   * @throws When `opts` holds `import` or `id`.
   */
  constructor(name: string, args: ConsumerGroupSavepointArgs, opts?: pulumi.CustomResourceOptions) {
    refuseAdoptionOptions("ConsumerGroupSavepoint", name, opts);
    super(
      savepointProvider,
      name,
      {
        ...args,
        secretInputs: secretInputsOf(args),
        positions: undefined,
        times: undefined,
        takenAt: undefined,
      },
      pulumi.mergeOptions({ hideDiffs: ["__provider", "secretInputs"] }, opts),
      "sls",
      "ConsumerGroupSavepoint",
    );
  }
}
