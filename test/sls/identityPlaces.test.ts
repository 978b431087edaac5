import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../provider/src/sls/configuration.js";
import { readCredentialsOrigin } from "../../provider/src/sls/credentialsOrigin.js";

type Values = Readonly<Record<string, string>>;

/** What becomes of one cell: who signs, or what the refusal names. */
type Expected = { readonly base: unknown; readonly role?: unknown } | { readonly refused: string };

interface Cell {
  /** The field, as the place spells it. */
  readonly field: string;
  readonly keys?: Values;
  readonly environment?: Values;
  readonly expected: Expected;
  /** Where the field is documented. */
  readonly source: string;
}

const provider = "aliyun/terraform-provider-alicloud alicloud/provider.go";
const cli = "aliyun/aliyun-cli config/profile.go";
const cliProfile = "aliyun/aliyun-cli config/configuration.go";
const library = "@alicloud/credentials 2.4.7 dist/src/providers";
const own = "README, Configuration";

const arn = "acs:ram::123456789012:role/ops";
const usual = { arn, sessionName: "pulumi-sls-checkpoint" };
const configPair = { "alicloud:accessKey": "id", "alicloud:secretKey": "secret" };
const variablePair = { ALICLOUD_ACCESS_KEY: "id", ALICLOUD_SECRET_KEY: "secret" };
const ownPair = { "sls:accessKeyId": "id", "sls:accessKeySecret": "secret" };
const pair = { kind: "keys", credentials: { accessKeyId: "id", accessKeySecret: "secret" } };
const withToken = { kind: "keys", credentials: { ...pair.credentials, securityToken: "token" } };
const block = (fields: object): string => JSON.stringify(fields);
const oidcFields = { oidcProviderArn: "acs:ram::1:oidc-provider/ci", oidcTokenFile: "/token", roleArn: arn };
const oidc = { roleArn: arn, providerArn: "acs:ram::1:oidc-provider/ci", tokenFile: "/token" };

const ofConfiguration: readonly Cell[] = [
  { field: "accessKey, secretKey", keys: configPair, expected: { base: pair }, source: provider },
  {
    field: "securityToken",
    keys: { ...configPair, "alicloud:securityToken": "token" },
    expected: { base: withToken },
    source: provider,
  },
  {
    field: "profile",
    keys: { "alicloud:profile": "ci" },
    expected: { base: { kind: "profile", name: "ci" } },
    source: provider,
  },
  {
    field: "ecsRoleName",
    keys: { "alicloud:ecsRoleName": "worker" },
    expected: { base: { kind: "ecsRole", name: "worker" } },
    source: provider,
  },
  {
    field: "credentialsUri",
    keys: { "alicloud:credentialsUri": "http://127.0.0.1/c" },
    expected: { base: { kind: "uri", uri: "http://127.0.0.1/c" } },
    source: provider,
  },
  {
    field: "sharedCredentialsFile",
    keys: { "alicloud:profile": "ci", "alicloud:sharedCredentialsFile": "/etc/keys.json" },
    expected: { refused: "alicloud:sharedCredentialsFile" },
    source: provider,
  },
  {
    field: "sharedCredentialsFile beside a profile of the environment",
    keys: { "alicloud:sharedCredentialsFile": "/etc/keys.json" },
    environment: { ALICLOUD_PROFILE: "ci" },
    expected: { refused: "alicloud:sharedCredentialsFile" },
    source: provider,
  },
  {
    field: "sharedCredentialsFile that is the usual one",
    keys: { "alicloud:profile": "ci", "alicloud:sharedCredentialsFile": "~/.aliyun/config.json" },
    expected: { base: { kind: "profile", name: "ci" } },
    source: provider,
  },
  {
    field: "assumeRole.roleArn",
    keys: { ...configPair, "alicloud:assumeRole": block({ roleArn: arn }) },
    expected: { base: pair, role: usual },
    source: provider,
  },
  {
    field: "assumeRole as a list of one",
    keys: { ...configPair, "alicloud:assumeRole": JSON.stringify([{ roleArn: arn }]) },
    expected: { base: pair, role: usual },
    source: provider,
  },
  {
    field: "assumeRole.sessionName, policy, externalId, sessionExpiration",
    keys: {
      "alicloud:profile": "ci",
      "alicloud:assumeRole": block({
        roleArn: arn,
        sessionName: "deploy",
        policy: "{}",
        externalId: "partner",
        sessionExpiration: 900,
      }),
    },
    expected: {
      base: { kind: "profile", name: "ci" },
      role: { arn, sessionName: "deploy", policy: "{}", externalId: "partner", durationSeconds: 900 },
    },
    source: provider,
  },
  {
    field: "assumeRole beside keys of the environment",
    keys: { "alicloud:assumeRole": block({ roleArn: arn }) },
    environment: variablePair,
    expected: { base: pair, role: usual },
    source: provider,
  },
  {
    field: "assumeRole without roleArn",
    keys: { ...configPair, "alicloud:assumeRole": block({ sessionName: "deploy" }) },
    expected: { refused: "alicloud:assumeRole.roleArn is not" },
    source: provider,
  },
  {
    field: "assumeRole that names no role",
    keys: { ...configPair, "alicloud:assumeRole": block({ roleArn: "not-an-arn" }) },
    expected: { refused: 'alicloud:assumeRole.roleArn "not-an-arn"' },
    source: provider,
  },
  {
    field: "assumeRole that is no object",
    keys: { ...configPair, "alicloud:assumeRole": arn },
    expected: { refused: "alicloud:assumeRole is not an object" },
    source: provider,
  },
  {
    field: "assumeRole with a field that is not known",
    keys: { ...configPair, "alicloud:assumeRole": block({ roleArn: arn, transitiveTags: "a" }) },
    expected: { refused: "alicloud:assumeRole.transitiveTags" },
    source: provider,
  },
  {
    field: "assumeRole.sessionExpiration that is too short",
    keys: { ...configPair, "alicloud:assumeRole": block({ roleArn: arn, sessionExpiration: 60 }) },
    expected: { refused: "alicloud:assumeRole.sessionExpiration" },
    source: provider,
  },
  {
    field: "assumeRoleWithOidc",
    keys: {
      "alicloud:assumeRoleWithOidc": block({
        ...oidcFields,
        roleSessionName: "deploy",
        policy: "{}",
        sessionExpiration: 900,
      }),
    },
    expected: {
      base: { kind: "oidc", oidc: { ...oidc, sessionName: "deploy", policy: "{}", durationSeconds: 900 } },
    },
    source: provider,
  },
  {
    field: "assumeRoleWithOidc without a file",
    keys: { "alicloud:assumeRoleWithOidc": block({ ...oidcFields, oidcTokenFile: "" }) },
    expected: { refused: "alicloud:assumeRoleWithOidc.oidcTokenFile is not" },
    source: provider,
  },
  {
    field: "assumeRoleWithOidc.oidcToken",
    keys: { "alicloud:assumeRoleWithOidc": block({ ...oidcFields, oidcToken: "jwt" }) },
    expected: { refused: "alicloud:assumeRoleWithOidc.oidcToken" },
    source: provider,
  },
  {
    field: "assumeRoleWithOidc beside a key pair",
    keys: { ...configPair, "alicloud:assumeRoleWithOidc": block(oidcFields) },
    expected: { refused: "alicloud:accessKey and alicloud:assumeRoleWithOidc" },
    source: provider,
  },
];

const ofOwnKeys: readonly Cell[] = [
  { field: "sls:accessKeyId", keys: ownPair, expected: { base: pair }, source: own },
  {
    field: "sls:roleArn",
    keys: { ...ownPair, "sls:roleArn": arn },
    expected: { base: pair, role: usual },
    source: own,
  },
  {
    field: "alicloud:assumeRole beside keys of sls:*",
    keys: { ...ownPair, "alicloud:assumeRole": block({ roleArn: arn }) },
    expected: { refused: "alicloud:assumeRole.roleArn names a role" },
    source: own,
  },
  ...["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN", "ALIBABACLOUD_ROLE_ARN"].map((name) => ({
    field: `${name} beside keys of sls:*`,
    keys: ownPair,
    environment: { [name]: arn },
    expected: { refused: `${name} names a role` },
    source: own,
  })),
  {
    field: "sls:roleArn none",
    keys: { ...ownPair, "sls:roleArn": "none" },
    environment: { ALICLOUD_ASSUME_ROLE_ARN: arn },
    expected: { base: pair },
    source: own,
  },
  {
    field: "the role of a pod beside keys of sls:*",
    keys: ownPair,
    environment: {
      ALIBABA_CLOUD_ROLE_ARN: arn,
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "acs:ram::1:oidc-provider/ack",
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/token",
    },
    expected: { base: pair },
    source: own,
  },
];

/** Each name of a pair, and the token that belongs to it. */
const pairs = [
  ["ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN", provider],
  ["ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECURITY_TOKEN", cli],
  [
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    provider,
  ],
  ["ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN", provider],
] as const;

const ofVariables: readonly Cell[] = [
  ...pairs.flatMap(([id, secret, token, source]): readonly Cell[] => [
    { field: id, environment: { [id]: "id", [secret]: "secret" }, expected: { base: pair }, source },
    {
      field: token,
      environment: { [id]: "id", [secret]: "secret", [token]: "token" },
      expected: { base: withToken },
      source,
    },
    {
      field: `${id} of STS without its token`,
      environment: { [id]: "STS.id", [secret]: "secret", SECURITY_TOKEN: "token" },
      expected: {
        refused: `${id} begins with STS. and has no token: ${token} is not set (SECURITY_TOKEN is)`,
      },
      source,
    },
    { field: `${id} alone`, environment: { [id]: "id" }, expected: { refused: `${secret} is not` }, source },
    {
      field: `${token} alone`,
      environment: { [token]: "token" },
      expected: { refused: `a token without its key pair: ${token} is set` },
      source,
    },
  ]),
  ...(
    [
      ["ALICLOUD_PROFILE", provider],
      ["ALIBABA_CLOUD_PROFILE", provider],
      ["ALIBABACLOUD_PROFILE", cliProfile],
    ] as const
  ).map(([name, source]) => ({
    field: name,
    environment: { [name]: "ci" },
    expected: { base: { kind: "profile", name: "ci" } },
    source,
  })),
  ...(
    [
      ["ALICLOUD_SHARED_CREDENTIALS_FILE", provider],
      ["ALIBABA_CLOUD_CREDENTIALS_FILE", provider],
    ] as const
  ).map(([name, source]) => ({
    field: name,
    environment: { ALICLOUD_PROFILE: "ci", [name]: "/etc/keys.json" },
    expected: { refused: name },
    source,
  })),
  {
    field: "ALICLOUD_ECS_ROLE_NAME",
    environment: { ALICLOUD_ECS_ROLE_NAME: "worker" },
    expected: { base: { kind: "ecsRole", name: "worker" } },
    source: provider,
  },
  {
    field: "ALIBABA_CLOUD_ECS_METADATA",
    environment: { ALIBABA_CLOUD_ECS_METADATA: "worker" },
    expected: { base: { kind: "chain", chain: { ecsRoleName: "worker" } } },
    source: `${library}/ecs_ram_role.js`,
  },
  {
    field: "ALICLOUD_CREDENTIALS_URI",
    environment: { ALICLOUD_CREDENTIALS_URI: "http://u" },
    expected: { base: { kind: "uri", uri: "http://u" } },
    source: provider,
  },
  {
    field: "ALIBABA_CLOUD_CREDENTIALS_URI",
    environment: { ALIBABA_CLOUD_CREDENTIALS_URI: "http://u" },
    expected: { base: { kind: "chain", chain: { credentialsUri: "http://u" } } },
    source: `${library}/uri.js`,
  },
  ...(
    [
      ["ALICLOUD_ASSUME_ROLE_ARN", provider],
      ["ALIBABA_CLOUD_ROLE_ARN", provider],
      ["ALIBABACLOUD_ROLE_ARN", cli],
    ] as const
  ).flatMap(([name, source]): readonly Cell[] => [
    {
      field: `${name} beside keys of the environment`,
      environment: { ...variablePair, [name]: arn },
      expected: { base: pair, role: usual },
      source,
    },
    {
      field: `${name} beside keys of alicloud:*`,
      keys: configPair,
      environment: { [name]: arn },
      expected: { base: pair, role: usual },
      source,
    },
  ]),
  ...(
    [
      ["ALICLOUD_ASSUME_ROLE_SESSION_NAME", provider],
      ["ALIBABA_CLOUD_ROLE_SESSION_NAME", provider],
    ] as const
  ).map(([name, source]) => ({
    field: name,
    environment: { ...variablePair, ALICLOUD_ASSUME_ROLE_ARN: arn, [name]: "deploy" },
    expected: { base: pair, role: { arn, sessionName: "deploy" } },
    source,
  })),
  ...["ALIBABA_CLOUD_EXTERNAL_ID", "ALIBABACLOUD_EXTERNAL_ID"].map((name) => ({
    field: name,
    environment: { ...variablePair, ALIBABA_CLOUD_ROLE_ARN: arn, [name]: "partner" },
    expected: { base: pair, role: { ...usual, externalId: "partner" } },
    source: cli,
  })),
  ...["ALIBABA_CLOUD", "ALIBABACLOUD"].flatMap((spelling): readonly Cell[] => {
    const whole = {
      [`${spelling}_ROLE_ARN`]: arn,
      [`${spelling}_OIDC_PROVIDER_ARN`]: oidc.providerArn,
      [`${spelling}_OIDC_TOKEN_FILE`]: oidc.tokenFile,
    };
    return [
      {
        field: `${spelling}_OIDC_*`,
        environment: whole,
        expected: { base: { kind: "chain", chain: { oidc } } },
        source: cli,
      },
      ...["ROLE_ARN", "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE"].map((part) => ({
        field: `${spelling}_OIDC_* without ${part}`,
        environment: Object.fromEntries(
          Object.entries(whole).filter(([name]) => name !== `${spelling}_${part}`),
        ),
        expected: { refused: `OIDC: ALIBABA_CLOUD_${part} is not set` },
        source: cli,
      })),
    ];
  }),
  {
    field: "ALIBABA_CLOUD_IGNORE_PROFILE",
    environment: { ALIBABA_CLOUD_IGNORE_PROFILE: "TRUE" },
    expected: { base: { kind: "chain", chain: { ignoreProfiles: true } } },
    source: cliProfile,
  },
];

describe.each([
  ["alicloud:* in stack configuration", ofConfiguration],
  ["sls:* in stack configuration", ofOwnKeys],
  ["the environment", ofVariables],
] as const)("who signs, as %s says", (_place, cells) => {
  test.each(cells)("$field ($source)", ({ keys = {}, environment = {}, expected }) => {
    const { value, problems } = readCredentialsOrigin((key) => keys[key], environment);
    if ("refused" in expected) {
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(expected.refused);
      return;
    }
    expect(problems).toEqual([]);
    expect(value).toEqual({ ...expected });
  });
});

describe("the region", () => {
  test.each([
    "ALICLOUD_REGION",
    "ALIBABA_CLOUD_REGION",
    "ALIBABA_CLOUD_REGION_ID",
    "ALIBABACLOUD_REGION",
    "ALIBABACLOUD_REGION_ID",
    "ALICLOUD_REGION_ID",
  ])("is read from %s", (name) => {
    const { endpoint } = readConfiguration(() => undefined, { ...variablePair, [name]: "cn-beijing" }, "1");
    expect(endpoint?.authority).toBe("cn-beijing.log.aliyuncs.com");
  });

  const ofProfile = (name: string | undefined) => `region-of-${name ?? "current"}`;

  test.each([
    [{ "sls:profile": "ci" }, {}, "region-of-ci"],
    [{}, { ALIBABACLOUD_PROFILE: "ci" }, "region-of-ci"],
    [{}, {}, "region-of-current"],
    [{ "sls:profile": "ci" }, { ALICLOUD_REGION: "cn-beijing" }, "cn-beijing"],
    [{ "sls:profile": "ci", "sls:region": "cn-shanghai" }, {}, "cn-shanghai"],
  ])("is the one of the profile in use, unless it is set: %j %j", (keys, environment, region) => {
    const get = (key: string) => (keys as Values)[key];
    const { endpoint } = readConfiguration(get, environment, "1", ofProfile);
    expect(endpoint?.authority).toBe(`${region}.log.aliyuncs.com`);
  });

  test.each([
    [ownPair, {}],
    [{}, variablePair],
    [{}, { ALIBABA_CLOUD_IGNORE_PROFILE: "TRUE" }],
  ])("is never the one of a profile that is not in use: %j %j", (keys, environment) => {
    const get = (key: string) => (keys as Values)[key];
    const { problems } = readConfiguration(get, environment, "1", ofProfile);
    expect(problems.join()).toContain("no region");
  });
});
