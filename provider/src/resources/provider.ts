import * as pulumi from "@pulumi/pulumi";

/** How an explicit {@link Provider} reaches SLS. Every field falls back to the environment, not to stack config. */
export interface ProviderArgs {
  /**
   * The region the projects are in, such as `cn-hangzhou`; the public endpoint follows from it.
   *
   * @default the environment's `ALICLOUD_REGION`, `ALIBABA_CLOUD_REGION` or `ALIBABA_CLOUD_REGION_ID`
   */
  readonly region?: pulumi.Input<string>;
  /**
   * The endpoint itself, without a project: `cn-hangzhou-intranet.log.aliyuncs.com`. HTTPS unless it begins
   * with `http://`. Wins over {@link region}.
   */
  readonly endpoint?: pulumi.Input<string>;
  /** The id of the access key. Declared together with {@link accessKeySecret}. */
  readonly accessKeyId?: pulumi.Input<string>;
  /** The secret of the access key. Always encrypted in Pulumi's state. */
  readonly accessKeySecret?: pulumi.Input<string>;
  /** The token that STS gave along with a temporary key. Always encrypted in Pulumi's state. */
  readonly securityToken?: pulumi.Input<string>;
}

/**
 * A connection to SLS of its own, for resources that do not use the one of stack config: another region, another
 * account, credentials that another resource outputs.
 *
 * A change updates the connection and acts on no checkpoint.
 *
 * @example
 * ```ts
 * const prod = new sls.Provider("prod", { region: "cn-hangzhou", accessKeyId, accessKeySecret });
 * new sls.ConsumerGroupCheckpoint("orders-0", { ... }, { provider: prod });
 * ```
 */
export class Provider extends pulumi.ProviderResource {
  /**
   * @param name The name of the connection in the stack.
   * @param args How SLS is reached.
   * @param opts Pulumi's options.
   */
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super(
      "pulumi-nodejs",
      name,
      {
        "sls:region": args.region,
        "sls:endpoint": args.endpoint,
        "sls:accessKeyId": args.accessKeyId,
        "sls:accessKeySecret": secret(args.accessKeySecret),
        "sls:securityToken": secret(args.securityToken),
      },
      opts,
    );
  }
}

function secret(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.secret(value);
}
