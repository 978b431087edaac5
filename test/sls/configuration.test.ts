import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Configuration, readConfiguration } from "../../provider/src/sls/configuration.js";

type Values = Readonly<Record<string, string>>;

function configurationOf(keys: Values, environment: Values = {}): Configuration {
  return readConfiguration((key) => keys[key], environment, "1.2.3");
}

/** The key pair that is configured, where it is one. */
function pairOf({ credentials }: Configuration) {
  return credentials?.base.kind === "keys" ? credentials.base.credentials : undefined;
}

const slsKeys = { "sls:region": "cn-sls", "sls:accessKeyId": "sls-id", "sls:accessKeySecret": "sls-secret" };
const alicloudKeys = {
  "alicloud:region": "cn-alicloud",
  "alicloud:accessKey": "alicloud-id",
  "alicloud:secretKey": "alicloud-secret",
};
const alicloudEnvironment = {
  ALICLOUD_REGION: "cn-env",
  ALICLOUD_ACCESS_KEY: "env-id",
  ALICLOUD_SECRET_KEY: "env-secret",
};
const alibabaCloudEnvironment = {
  ALIBABA_CLOUD_REGION: "cn-env2",
  ALIBABA_CLOUD_ACCESS_KEY_ID: "env2-id",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: "env2-secret",
};

describe("the configuration", () => {
  const everything = { ...alicloudKeys, ...slsKeys };
  const wholeEnvironment = { ...alibabaCloudEnvironment, ...alicloudEnvironment };
  test.each([
    { from: "sls:*", keys: everything, environment: wholeEnvironment, found: "sls" },
    { from: "alicloud:*", keys: alicloudKeys, environment: wholeEnvironment, found: "alicloud" },
    { from: "ALICLOUD_*", keys: {}, environment: wholeEnvironment, found: "env" },
    { from: "ALIBABA_CLOUD_*", keys: {}, environment: alibabaCloudEnvironment, found: "env2" },
  ])("comes from $from before all that come later", ({ keys, environment, found }) => {
    const configuration = configurationOf(keys, environment);
    expect(configuration.endpoint?.authority).toBe(`cn-${found}.log.aliyuncs.com`);
    expect(pairOf(configuration)).toEqual({
      accessKeyId: `${found}-id`,
      accessKeySecret: `${found}-secret`,
    });
    expect(configuration.problems).toEqual([]);
  });

  test("takes region and credentials from different places, and an endpoint before any region", () => {
    const keys = { "sls:endpoint": "http://127.0.0.1:8080", "sls:region": "cn-hangzhou" };
    const configuration = configurationOf(keys, alicloudEnvironment);
    expect(configuration.endpoint).toEqual({ scheme: "http", authority: "127.0.0.1:8080" });
    expect(pairOf(configuration)?.accessKeyId).toBe("env-id");
  });

  test("reads the third name of a region in the environment last", () => {
    const environment = { ALIBABA_CLOUD_REGION_ID: "cn-third" };
    expect(configurationOf({}, environment).endpoint?.authority).toBe("cn-third.log.aliyuncs.com");
    expect(
      configurationOf({}, { ...environment, ALIBABA_CLOUD_REGION: "cn-second" }).endpoint?.authority,
    ).toBe("cn-second.log.aliyuncs.com");
  });

  test("takes a blank value for none, and trims what was pasted", () => {
    const keys = { ...alicloudKeys, "sls:accessKeyId": "", "sls:accessKeySecret": " \n", "sls:region": " " };
    expect(pairOf(configurationOf(keys))?.accessKeyId).toBe("alicloud-id");
    const pasted = configurationOf({ ...keys, "alicloud:secretKey": "secret\n" });
    expect(pairOf(pasted)?.accessKeySecret).toBe("secret");
    expect(configurationOf(keys).endpoint?.authority).toBe("cn-alicloud.log.aliyuncs.com");
  });

  test.each([
    { place: "sls", keys: { ...slsKeys, "sls:securityToken": "token" }, environment: {} },
    { place: "alicloud", keys: { ...alicloudKeys, "alicloud:securityToken": "token" }, environment: {} },
    { place: "env", keys: {}, environment: { ...alicloudEnvironment, ALICLOUD_SECURITY_TOKEN: "token" } },
    {
      place: "env2",
      keys: {},
      environment: { ...alibabaCloudEnvironment, ALIBABA_CLOUD_SECURITY_TOKEN: "token" },
    },
  ])("takes a token from the place of its pair: $place", ({ place, keys, environment }) => {
    expect(pairOf(configurationOf(keys, environment))).toEqual({
      accessKeyId: `${place}-id`,
      accessKeySecret: `${place}-secret`,
      securityToken: "token",
    });
  });

  test("never mixes a pair with the token of another place", () => {
    const keys = { ...slsKeys, "alicloud:securityToken": "another" };
    expect(pairOf(configurationOf(keys))?.securityToken).toBeUndefined();
  });
});

describe("a configuration that is not complete", () => {
  test("says everything that is missing, and where it can be set", () => {
    const { endpoint, problems } = configurationOf({});
    expect(endpoint).toBeUndefined();
    expect(problems).toEqual([
      "no region: set sls:region (or alicloud:region, or ALICLOUD_REGION), or sls:endpoint",
    ]);
  });

  test.each([
    { present: "sls:accessKeyId", missing: "sls:accessKeySecret" },
    { present: "sls:accessKeySecret", missing: "sls:accessKeyId" },
    { present: "alicloud:accessKey", missing: "alicloud:secretKey" },
    { present: "alicloud:secretKey", missing: "alicloud:accessKey" },
    { present: "ALICLOUD_ACCESS_KEY", missing: "ALICLOUD_SECRET_KEY" },
    { present: "ALICLOUD_SECRET_KEY", missing: "ALICLOUD_ACCESS_KEY" },
    { present: "ALIBABA_CLOUD_ACCESS_KEY_ID", missing: "ALIBABA_CLOUD_ACCESS_KEY_SECRET" },
    { present: "ALIBABA_CLOUD_ACCESS_KEY_SECRET", missing: "ALIBABA_CLOUD_ACCESS_KEY_ID" },
  ])("names $missing where only $present is set", ({ present, missing }) => {
    const half = { "sls:region": "cn-hangzhou", [present]: "value" };
    const { credentials, problems } = configurationOf(half, half);
    expect(credentials).toBeUndefined();
    expect(problems).toEqual([`half a key pair: ${present} is set, ${missing} is not`]);
  });

  test("does not complete half a pair with a whole one that comes later", () => {
    const { credentials, problems } = configurationOf({ ...alicloudKeys, "sls:accessKeyId": "sls-id" });
    expect(credentials).toBeUndefined();
    expect(problems).toEqual(["half a key pair: sls:accessKeyId is set, sls:accessKeySecret is not"]);
  });

  test.each([
    {
      keys: { "sls:endpoint": "ftp://sls.example" },
      problem: 'sls:endpoint "ftp://sls.example" has a scheme other than https and http',
    },
    {
      keys: { "alicloud:region": "Hangzhou" },
      problem: 'alicloud:region "Hangzhou" is not a region id, such as cn-hangzhou',
    },
  ])("names the key of a value that is wrong: $problem", ({ keys, problem }) => {
    const { endpoint, problems } = configurationOf({ ...slsKeys, "sls:region": "", ...keys });
    expect(endpoint).toBeUndefined();
    expect(problems).toEqual([problem]);
  });

  test("never quotes the user of an endpoint, which may be a key", () => {
    for (const text of [
      "https://key:hidden@sls.example",
      "key:hidden@sls.example",
      "http://key:hid@den@x y",
    ]) {
      const { problems } = configurationOf({ ...slsKeys, "sls:endpoint": text });
      expect(problems).toHaveLength(1);
      expect(problems[0]).not.toMatch(/key:|hid|den/);
    }
  });

  test("never throws, whatever is in it", () => {
    const names = fc.constantFrom(...Object.keys(slsKeys), ...Object.keys(alicloudKeys), "sls:endpoint");
    fc.assert(
      fc.property(fc.dictionary(names, fc.oneof(fc.string(), fc.webUrl(), fc.domain())), (keys) => {
        const { endpoint, credentials, problems } = configurationOf(keys);
        const missing = [endpoint, credentials].filter((found) => found === undefined);
        expect(problems).toHaveLength(missing.length);
      }),
    );
  });
});
