import * as pulumi from "@pulumi/pulumi";
import { consumerGroupProvider } from "../dynamicProvider.js";
import { secretInputsOf } from "./secretInputs.js";

/** A consumer group, and how it is set up. */
export interface ConsumerGroupArgs {
  /** The project. A change replaces the group: a new one is created, and the old one is deleted. */
  readonly project: pulumi.Input<string>;
  /** The logstore. A change replaces the group, as with {@link project}. */
  readonly logstore: pulumi.Input<string>;
  /**
   * The name of the group: 1 to 128 letters, digits, `-` and `_`. A change replaces the group, as with {@link project}.
   */
  readonly consumerGroup: pulumi.Input<string>;
  /**
   * After how many seconds without a heartbeat a consumer loses its shards: a whole number from 1.
   *
   * Official consumers set it when they start (the Python library to twice its heartbeat interval), so leave it out
   * unless they set the same. A value that is left out is not compared with the service. A change is an update:
   * UpdateConsumerGroup.
   *
   * @default 60 for a new group
   */
  readonly timeout?: pulumi.Input<number>;
  /**
   * Whether shards that a split or merge made wait until their parents are read. Consumers set it when they start,
   * like {@link timeout}. A change is an update: UpdateConsumerGroup.
   *
   * @default false for a new group
   */
  readonly order?: pulumi.Input<boolean>;
  /**
   * Whether to take over a group that exists already, with what is declared here. Such a group is not deleted unless
   * {@link deleteAdopted} says so. A change updates state only.
   *
   * @default false: a group that exists is refused
   */
  readonly adopt?: pulumi.Input<boolean>;
  /**
   * Whether to delete even a group that was adopted. It is read from state: run `pulumi up` with it before
   * `pulumi destroy`. A change updates state only.
   *
   * @default false
   */
  readonly deleteAdopted?: pulumi.Input<boolean>;
  /**
   * How long a delete waits until the group's consumers are quiet, as an ISO-8601 duration such as `PT10M`; after
   * that the delete is refused. It is read from state, like {@link deleteAdopted}. A change updates state only.
   *
   * @default "PT5M"
   */
  readonly waitTimeout?: pulumi.Input<string>;
  /**
   * Whether to delete the group even while consumers use it; they fail from then on. It is read from state, like
   * {@link deleteAdopted}. A change updates state only.
   *
   * @default false
   */
  readonly forceDelete?: pulumi.Input<boolean>;
  /** Why it is done, in at most 10,000 characters: kept in state. A change updates state only. */
  readonly reason?: pulumi.Input<string>;
}

/**
 * A consumer group of a logstore, as an ordinary resource: created, compared on refresh, updated, deleted.
 *
 * Unlike the other resources of this package it needs the service and a key on refresh and destroy. Before a delete,
 * it prints where the group stands, as a way back: the checkpoints are deleted with the group. One that another resource
 * of the same up declares is not deleted. A logstore takes at most 30 groups (docs/protocol.md 4.1).
 *
 * A replay or a pin on a group that the same preview creates is planned in full.
 *
 * @example
 * ```ts
 * const side = new sls.ConsumerGroup("billing-again", {
 *   project: "shop",
 *   logstore: "orders",
 *   consumerGroup: "billing-again",
 * });
 * ```
 */
export class ConsumerGroup extends pulumi.dynamic.Resource {
  /** The project, as declared. */
  declare readonly project: pulumi.Output<string>;
  /** The logstore, as declared. */
  declare readonly logstore: pulumi.Output<string>;
  /** The name of the group, as declared. */
  declare readonly consumerGroup: pulumi.Output<string>;
  /** The timeout in seconds, as declared; after a refresh, as the service has it. Absent if it is not declared. */
  declare readonly timeout: pulumi.Output<number | undefined>;
  /** Whether order is kept, as declared; after a refresh, as the service has it. Absent if it is not declared. */
  declare readonly order: pulumi.Output<boolean | undefined>;
  /** Whether the group existed before and was taken over. */
  declare readonly adopted: pulumi.Output<boolean>;

  /**
   * @param name The name of the resource in the stack.
   * @param args Which group, and how it is set up.
   * @param opts Pulumi's options; `import` and `id` are refused.
   * @throws When `opts` holds `import` or `id`.
   */
  constructor(name: string, args: ConsumerGroupArgs, opts?: pulumi.CustomResourceOptions) {
    refuseImport(name, opts);
    super(
      consumerGroupProvider,
      name,
      {
        timeout: undefined,
        order: undefined,
        ...args,
        secretInputs: secretInputsOf(args),
        adopted: undefined,
      },
      pulumi.mergeOptions({ hideDiffs: ["__provider", "secretInputs"] }, opts),
      "sls",
      "ConsumerGroup",
    );
  }
}

/** Pulumi's dynamic providers cannot import; `adopt` does what it is for. */
function refuseImport(name: string, options: pulumi.CustomResourceOptions | undefined): void {
  for (const option of ["import", "id"] as const) {
    if (options?.[option] === undefined) continue;
    throw new Error(
      `ConsumerGroup "${name}": the option ${option} cannot be used here\n` +
        "Declare the group with adopt: true instead: the first up takes it over.",
    );
  }
}
