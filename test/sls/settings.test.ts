import { describe, expect, test } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { readConfiguration } from "../../provider/src/sls/configuration.js";

type Values = Readonly<Record<string, string>>;

const complete = {
  "sls:accessKeyId": "an-id",
  "sls:accessKeySecret": "a-secret",
  "sls:region": "cn-hangzhou",
};
const emulated = { ...complete, "sls:region": "", "sls:endpoint": "http://localhost:8080" };

function configured(keys: Values, environment: Values = {}) {
  return readConfiguration((key) => keys[key], environment, "1.2.3");
}

function problemsOf(keys: Values, environment: Values = {}): readonly string[] {
  return configured({ ...complete, ...keys }, environment).problems;
}

/** The region that a request is signed for, or `v1`. */
function signedFor(keys: Values): string {
  const { sign, problems } = configured(keys);
  expect(problems).toEqual([]);
  const request = { method: "GET", path: "/", query: {}, host: "shop.example" };
  const { authorization } = sign(request, { accessKeyId: "id", accessKeySecret: "secret" }, new Date(0));
  return /^SLS4-HMAC-SHA256 Credential=id\/19700101\/([^/]+)\/sls\//.exec(authorization ?? "")?.[1] ?? "v1";
}

describe("a setting", () => {
  test("has a value where it is not set", () => {
    const { requestTimeout, maxRetries, maxConcurrency, proxy, problems } = configured(complete);
    expect({ requestTimeout, maxRetries, maxConcurrency, proxy, problems }).toEqual({
      requestTimeout: durationOfSeconds(10),
      maxRetries: 4,
      maxConcurrency: 16,
      proxy: undefined,
      problems: [],
    });
  });

  test.each([
    { key: "sls:requestTimeout", name: "requestTimeout", text: "PT1S", value: durationOfSeconds(1) },
    { key: "sls:requestTimeout", name: "requestTimeout", text: "PT10M", value: durationOfSeconds(600) },
    { key: "sls:maxRetries", name: "maxRetries", text: "0", value: 0 },
    { key: "sls:maxRetries", name: "maxRetries", text: "20", value: 20 },
    { key: "sls:maxConcurrency", name: "maxConcurrency", text: "1", value: 1 },
    { key: "sls:maxConcurrency", name: "maxConcurrency", text: "256", value: 256 },
  ] as const)("$key may be $text", ({ key, name, text, value }) => {
    const configuration = configured({ ...complete, [key]: text });
    expect(configuration[name]).toBe(value);
    expect(configuration.problems).toEqual([]);
  });

  const timeout = (text: string) =>
    `sls:requestTimeout "${text}" is not an ISO-8601 duration from PT1S to PT10M, such as PT10S for ten seconds`;
  const retries = (text: string) => `sls:maxRetries "${text}" is not a whole number from 0 to 20, such as 4`;
  const concurrency = (text: string) =>
    `sls:maxConcurrency "${text}" is not a whole number from 1 to 256, such as 16`;
  test.each([
    ...["10", "10s", "PT0S", "PT10M1S", "P1M", "PT0.5S", "pt10s"].map((text) => ({
      key: "sls:requestTimeout",
      text,
      problem: timeout(text),
    })),
    ...["-1", "21", "4.0", "four", "1e1", "0x4"].map((text) => ({
      key: "sls:maxRetries",
      text,
      problem: retries(text),
    })),
    ...["0", "257", "Infinity", "99999999999"].map((text) => ({
      key: "sls:maxConcurrency",
      text,
      problem: concurrency(text),
    })),
    {
      key: "sls:signatureVersion",
      text: "V4",
      problem: 'sls:signatureVersion "V4" is neither v1 nor v4',
    },
  ])("$key must not be $text", ({ key, text, problem }) => {
    expect(problemsOf({ [key]: text })).toEqual([problem]);
  });

  test("that is wrong is told together with all others", () => {
    const keys = { "sls:maxRetries": "x", "sls:requestTimeout": "x", "sls:region": "" };
    expect(problemsOf(keys)).toHaveLength(3);
  });
});

describe("the region of signature V4", () => {
  const v4 = { "sls:signatureVersion": "v4" };

  test("is of no matter to V1, which is what is used unless v4 is asked for", () => {
    expect(signedFor(complete)).toBe("v1");
    expect(signedFor({ ...emulated, "sls:signatureVersion": "v1" })).toBe("v1");
    expect(signedFor(emulated)).toBe("v1");
  });

  test.each([
    { written: "sls:region", keys: { "sls:region": "cn-beijing" }, region: "cn-beijing" },
    {
      written: "sls:region before what the endpoint names",
      keys: { "sls:region": "cn-beijing", "sls:endpoint": "cn-hangzhou.log.aliyuncs.com" },
      region: "cn-beijing",
    },
    {
      written: "sls:region beside an endpoint that names none",
      keys: { ...emulated, "sls:region": "cn-beijing" },
      region: "cn-beijing",
    },
    {
      written: "alicloud:region",
      keys: { "sls:region": "", "alicloud:region": "ap-southeast-1" },
      region: "ap-southeast-1",
    },
    ...[
      "cn-hangzhou.log.aliyuncs.com",
      "cn-hangzhou-intranet.log.aliyuncs.com",
      "cn-hangzhou-internal.log.aliyuncs.com",
      "cn-hangzhou-share.log.aliyuncs.com",
      "cn-hangzhou-vpc.log.aliyuncs.com",
      "cn-hangzhou.sls.aliyuncs.com",
      "http://cn-hangzhou.log.aliyuncs.com:8080",
    ].map((endpoint) => ({
      written: `the endpoint ${endpoint}`,
      keys: { "sls:region": "", "sls:endpoint": endpoint },
      region: "cn-hangzhou",
    })),
  ])("is taken from $written", ({ keys, region }) => {
    expect(signedFor({ ...complete, ...v4, ...keys })).toBe(region);
  });

  test.each(["localhost:8080", "127.0.0.1", "log-global.aliyuncs.com", "cn-hangzhou.example.com"])(
    "is never guessed where the endpoint is %s",
    (endpoint) => {
      const { "sls:region": _region, ...withoutRegion } = complete;
      const keys = { ...withoutRegion, ...v4, "sls:endpoint": endpoint, "alicloud:region": "cn-hangzhou" };
      expect(configured(keys, { ALICLOUD_REGION: "cn-hangzhou" }).problems).toEqual([
        `sls:signatureVersion v4 needs a region, and sls:endpoint "${endpoint}" names none: set sls:region, such as cn-hangzhou`,
      ]);
    },
  );

  test("that is wrong is told once", () => {
    const problem = 'sls:region "Hangzhou" is not a region id, such as cn-hangzhou';
    expect(problemsOf({ ...v4, "sls:region": "Hangzhou" })).toEqual([problem]);
    expect(problemsOf({ ...v4, ...emulated, "sls:region": "Hangzhou" })).toEqual([problem]);
    expect(problemsOf({ ...v4, "sls:region": "" })).toHaveLength(1);
  });
});

describe("a proxy", () => {
  test.each([
    { environment: { HTTPS_PROXY: "http://p:1" }, proxy: { https: "http://p:1", except: "" } },
    { environment: { HTTP_PROXY: "http://p:1" }, proxy: { http: "http://p:1", except: "" } },
    {
      environment: {
        https_proxy: "http://low:1",
        HTTPS_PROXY: "http://up:1",
        NO_PROXY: "a,b",
        no_proxy: "c",
      },
      proxy: { https: "http://low:1", except: "c" },
    },
    { environment: { HTTPS_PROXY: " ", NO_PROXY: "a" }, proxy: undefined },
  ])("is taken from the environment: $environment", ({ environment, proxy }) => {
    const configuration = configured(complete, environment);
    expect(configuration.proxy).toEqual(
      proxy === undefined ? undefined : { http: undefined, https: undefined, ...proxy },
    );
    expect(configuration.problems).toEqual([]);
  });

  test.each(["proxy.example.com:3128", "ftp://proxy.example.com", "//user:password@"])(
    "that is no proxy is told without its value: %s",
    (value) => {
      expect(problemsOf({}, { HTTPS_PROXY: value })).toEqual([
        "HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example.com:3128",
      ]);
    },
  );
});
