import * as pulumi from "@pulumi/pulumi";

/** How an explicit {@link Provider} reaches SLS. Every field falls back to the environment, not to stack config. */
export interface ProviderArgs {
  /**
   * The region the projects are in, such as `cn-hangzhou`; the public endpoint follows from it.
   *
   * @default the environment's `ALICLOUD_REGION`, `ALIBABA_CLOUD_REGION` and their other spellings; then the region
   * of the profile in use
   */
  readonly region?: pulumi.Input<string>;
  /**
   * The endpoint, without the project: `cn-hangzhou-intranet.log.aliyuncs.com`. HTTPS unless it begins with
   * `http://`. Takes precedence over {@link region}.
   */
  readonly endpoint?: pulumi.Input<string>;
  /**
   * The id of the access key. Give it together with {@link accessKeySecret}.
   *
   * @default the environment's `ALICLOUD_ACCESS_KEY`, `ALIBABA_CLOUD_ACCESS_KEY_ID` and their other spellings, with
   * secret and token of the same spelling; then `ALICLOUD_PROFILE`; then what the default credential chain of
   * `@alicloud/credentials` finds
   */
  readonly accessKeyId?: pulumi.Input<string>;
  /** The secret of the access key. Always encrypted in Pulumi's state. */
  readonly accessKeySecret?: pulumi.Input<string>;
  /** The token that belongs to a temporary key of STS. Always encrypted in Pulumi's state. */
  readonly securityToken?: pulumi.Input<string>;
  /**
   * The profile of the aliyun CLI (`~/.aliyun/config.json`) that gives the credentials: keys, a role, an ECS
   * instance's role, OIDC or single sign-on. {@link accessKeyId} takes precedence over it.
   */
  readonly profile?: pulumi.Input<string>;
  /**
   * The ARN of a RAM role to assume with the credentials, such as `acs:ram::123456789012:role/replay`. Its tokens are
   * renewed when they expire. `none` assumes no role, even if the environment names one. If it is not set,
   * credentials that are declared here are refused while the environment names a role.
   */
  readonly roleArn?: pulumi.Input<string>;
  /**
   * The name that the role's sessions have in the account's audit trail.
   *
   * @default `pulumi-sls-checkpoint`
   */
  readonly roleSessionName?: pulumi.Input<string>;
  /**
   * How requests are signed. `v4` needs a region: {@link region}, or one that {@link endpoint} names.
   *
   * @default `v1`
   */
  readonly signatureVersion?: pulumi.Input<"v1" | "v4">;
  /**
   * How long one attempt of a request may take, as an ISO-8601 duration from `PT1S` to `PT10M`.
   *
   * @default `PT10S`
   */
  readonly requestTimeout?: pulumi.Input<string>;
  /**
   * How often a request is sent again, 0 to 20 times within a minute. A write is sent again only if it is certain
   * that the first one did nothing.
   *
   * @default 4
   */
  readonly maxRetries?: pulumi.Input<number>;
  /**
   * How many requests are under way at once, 1 to 256.
   *
   * @default 16
   */
  readonly maxConcurrency?: pulumi.Input<number>;
  /**
   * Whether a preview fails if it cannot see what an up would do: because of a misspelt name, a key that may not
   * read, or a network that is down. Without it, such a preview warns and succeeds.
   *
   * @default false
   */
  readonly strictPreview?: pulumi.Input<boolean>;
}

/**
 * A separate connection to SLS, for resources that do not use the one of stack config: another region, another
 * account, credentials that another resource outputs.
 *
 * A change updates the connection, and moves no checkpoint.
 *
 * @example
 * ```ts
 * const prod = new sls.Provider("prod", { region: "cn-hangzhou", accessKeyId, accessKeySecret });
 * new sls.ConsumerGroupCheckpoint("orders-0", { ... }, { provider: prod });
 * ```
 */
export class Provider extends pulumi.ProviderResource {
  /**
   * What the read functions reach SLS with, where they are given this connection. Secrets are in it.
   *
   * @internal
   */
  readonly settings: pulumi.Output<Readonly<Record<string, string | undefined>>>;

  /**
   * @param name The name of the connection in the stack.
   * @param args How SLS is reached.
   * @param opts Pulumi's options.
   */
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const settings = settingsOf(args);
    super("pulumi-nodejs", name, { ...settings }, opts);
    this.settings = pulumi.output(settings);
  }
}

/** The keys of stack config, which is how Pulumi configures a provider process of this kind. */
function settingsOf(args: ProviderArgs): Record<string, pulumi.Input<string> | undefined> {
  return {
    "sls:region": args.region,
    "sls:endpoint": args.endpoint,
    "sls:accessKeyId": args.accessKeyId,
    "sls:accessKeySecret": secret(args.accessKeySecret),
    "sls:securityToken": secret(args.securityToken),
    "sls:profile": args.profile,
    "sls:roleArn": args.roleArn,
    "sls:roleSessionName": args.roleSessionName,
    "sls:signatureVersion": args.signatureVersion,
    "sls:requestTimeout": args.requestTimeout,
    "sls:maxRetries": text(args.maxRetries),
    "sls:maxConcurrency": text(args.maxConcurrency),
    "sls:strictPreview": text(args.strictPreview),
  };
}

function secret(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.secret(value);
}

/** Pulumi hands texts to a provider and nothing else. */
function text(value: pulumi.Input<number | boolean> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.output(value).apply(String);
}
