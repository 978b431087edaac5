import { describe, expect, test } from "vitest";
import { readCredentialsOrigin } from "../../provider/src/sls/credentialsOrigin.js";

type Values = Readonly<Record<string, string>>;

function originOf(keys: Values, environment: Values = {}) {
  return readCredentialsOrigin((key) => keys[key], environment);
}

function baseOf(keys: Values, environment: Values = {}): unknown {
  const { value, problems } = originOf(keys, environment);
  expect(problems).toEqual([]);
  return value?.base;
}

function pair(id: string, secret: string, token?: string) {
  const credentials = {
    accessKeyId: id,
    accessKeySecret: secret,
    ...(token !== undefined && { securityToken: token }),
  };
  return { kind: "keys", credentials };
}

const variables: readonly { readonly names: readonly [string, string, string] }[] = [
  { names: ["ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"] },
  { names: ["ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECURITY_TOKEN"] },
  {
    names: ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"],
  },
  {
    names: ["ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"],
  },
];

describe("where credentials come from", () => {
  // Each row alone answers itself, and all rows up to it together answer the first.
  const inOrder = [
    {
      from: { keys: { "sls:accessKeyId": "1", "sls:accessKeySecret": "s", "sls:securityToken": "t" } },
      base: pair("1", "s", "t"),
    },
    { from: { keys: { "sls:profile": "two" } }, base: { kind: "profile", name: "two" } },
    {
      from: {
        keys: { "alicloud:accessKey": "3", "alicloud:secretKey": "s", "alicloud:securityToken": "t" },
      },
      base: pair("3", "s", "t"),
    },
    { from: { keys: { "alicloud:profile": "four" } }, base: { kind: "profile", name: "four" } },
    ...variables.map(({ names: [id, secret, token] }) => ({
      from: { environment: { [id]: id, [secret]: "s", [token]: "t" } },
      base: pair(id, "s", "t"),
    })),
    { from: { environment: { ALICLOUD_PROFILE: "nine" } }, base: { kind: "profile", name: "nine" } },
    { from: {}, base: { kind: "chain", chain: {} } },
  ] as readonly { readonly from: { keys?: Values; environment?: Values }; readonly base: unknown }[];

  test("has ten places", () => {
    expect(inOrder).toHaveLength(10);
  });

  test.each(inOrder.map((row, index) => ({ ...row, index })))(
    "place $index goes before all that follow",
    ({ index, base }) => {
      const rest = inOrder.slice(index).map(({ from }) => from);
      const keys = Object.assign({}, ...rest.map((from) => from.keys ?? {})) as Values;
      const environment = Object.assign({}, ...rest.map((from) => from.environment ?? {})) as Values;
      expect(baseOf(keys, environment)).toEqual(base);
    },
  );

  test.each(variables)("half a pair says which half is missing: $names", ({ names: [id, secret] }) => {
    expect(originOf({}, { [id]: "x" })).toEqual({
      value: undefined,
      problems: [`half a key pair: ${id} is set, ${secret} is not`],
    });
    expect(originOf({}, { [secret]: "x" }).problems).toEqual([
      `half a key pair: ${secret} is set, ${id} is not`,
    ]);
  });

  test.each([
    { wrong: "sls:accessKeyId", text: "an\nid" },
    { wrong: "sls:securityToken", text: "a\u0000token" },
    { wrong: "sls:securityToken", text: "ein-Schlüssel" },
  ])(
    "what no header can hold is told by the name of its key, without its value: $wrong",
    ({ wrong, text }) => {
      const pair = { "sls:accessKeyId": "id", "sls:accessKeySecret": "secret", "sls:securityToken": "t" };
      expect(originOf({ ...pair, [wrong]: text })).toEqual({
        value: undefined,
        problems: [
          `no HTTP header can hold ${wrong}: it has a line break, another control character, or a letter outside of ASCII`,
        ],
      });
    },
  );

  test("a token without its pair is told, and nothing later is taken in its place", () => {
    const later = { ALICLOUD_ACCESS_KEY: "id", ALICLOUD_SECRET_KEY: "secret" };
    expect(originOf({ "sls:securityToken": "t" }, later)).toEqual({
      value: undefined,
      problems: [
        "a token without its key pair: sls:securityToken is set, sls:accessKeyId and sls:accessKeySecret are not",
      ],
    });
  });

  test("no value is in any problem", () => {
    const halves = [
      "sls:accessKeyId",
      "sls:accessKeySecret",
      "sls:securityToken",
      "alicloud:accessKey",
      "alicloud:secretKey",
      "alicloud:securityToken",
    ];
    for (const name of halves) {
      const { problems } = originOf({ [name]: "a-very-secret-value" });
      expect(problems).toHaveLength(1);
      expect(problems.join()).not.toContain("a-very-secret-value");
    }
  });
});

describe("the role", () => {
  const arn = "acs:ram::123456789012:role/replay";
  const keys = { "sls:accessKeyId": "id", "sls:accessKeySecret": "secret" };

  test("is assumed with whatever the base is", () => {
    for (const base of [keys, { "sls:profile": "ci" }, { "alicloud:profile": "ci" }, {}]) {
      const { value, problems } = originOf({ ...base, "sls:roleArn": arn });
      expect(problems).toEqual([]);
      expect(value?.role).toEqual({ arn, sessionName: "pulumi-sls-checkpoint" });
    }
  });

  test("has the session name that is set", () => {
    const { value } = originOf({ "sls:roleArn": arn, "sls:roleSessionName": "deploy@ci" });
    expect(value?.role?.sessionName).toBe("deploy@ci");
  });

  test("of the environment is assumed with credentials of the environment, not with those of the configuration", () => {
    const environment = {
      ALICLOUD_ACCESS_KEY: "id",
      ALICLOUD_SECRET_KEY: "secret",
      ALICLOUD_ASSUME_ROLE_ARN: arn,
      ALICLOUD_ASSUME_ROLE_SESSION_NAME: "env-session",
    };
    expect(originOf({}, environment).value?.role).toEqual({ arn, sessionName: "env-session" });
    expect(originOf(keys, environment).value?.role).toBeUndefined();
    expect(originOf({ "sls:roleArn": `${arn}-2` }, environment).value?.role?.arn).toBe(`${arn}-2`);
  });

  test.each([
    {
      keys: { "sls:roleArn": "replay" },
      problem: 'sls:roleArn "replay" is not the ARN of a role, such as acs:ram::123456789012:role/replay',
    },
    {
      keys: { "sls:roleArn": arn, "sls:roleSessionName": "a b" },
      problem:
        'sls:roleSessionName "a b" is not 2 to 64 letters, digits and characters of .@=_-, such as ci-deploy',
    },
    {
      keys: { "sls:roleSessionName": "deploy" },
      problem: "sls:roleSessionName is set, sls:roleArn is not",
    },
  ])("that is wrong is told: $problem", ({ keys: wrong, problem }) => {
    expect(originOf({ ...keys, ...wrong }).problems).toEqual([problem]);
  });
});

describe("the chain", () => {
  test("knows what the environment names for it", () => {
    const oidc = {
      ALIBABA_CLOUD_ROLE_ARN: "acs:ram::1:role/pod",
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "acs:ram::1:oidc-provider/ack",
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/var/run/token",
    };
    expect(
      baseOf({}, { ...oidc, ALIBABA_CLOUD_ECS_METADATA: "ecs", ALIBABA_CLOUD_CREDENTIALS_URI: "http://u" }),
    ).toEqual({
      kind: "chain",
      chain: {
        oidc: {
          roleArn: "acs:ram::1:role/pod",
          providerArn: "acs:ram::1:oidc-provider/ack",
          tokenFile: "/var/run/token",
        },
        ecsRoleName: "ecs",
        credentialsUri: "http://u",
      },
    });
  });

  test("leaves profiles out where the aliyun CLI is told to", () => {
    expect(baseOf({}, { ALIBABA_CLOUD_IGNORE_PROFILE: "TRUE" })).toEqual({
      kind: "chain",
      chain: { ignoreProfiles: true },
    });
  });
});
