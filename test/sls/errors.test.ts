import { describe, expect, test, vi } from "vitest";
import {
  SlsAnswerError,
  SlsConfigurationError,
  SlsError,
  SlsNetworkError,
  SlsServiceError,
} from "../../provider/src/sls/errors.js";
import { instantOfSeconds } from "../../provider/src/model/instant.js";

const facts = {
  operation: "UpdateCheckPoint",
  about: { project: "shop", logstore: "orders", consumerGroup: "billing", shard: 0 },
} as const;
const origin = "https://shop.cn-hangzhou.log.aliyuncs.com";

function serviceError(more: Partial<ConstructorParameters<typeof SlsServiceError>[0]> = {}): SlsServiceError {
  return new SlsServiceError({
    ...facts,
    code: "ShardNotExsit",
    httpStatus: 404,
    serviceMessage: "shard not exist",
    requestId: "5EF1A2B3",
    serverTime: instantOfSeconds(1_795_305_600),
    ...more,
  });
}

function networkError(timedOut: boolean): SlsNetworkError {
  const what = timedOut ? "nothing was received within 10000 ms" : "connect ECONNREFUSED 127.0.0.1:9";
  return new SlsNetworkError({
    ...facts,
    origin,
    what,
    timedOut,
    mayHaveArrived: timedOut,
    cause: undefined,
  });
}

function answerError(what: string): SlsAnswerError {
  return new SlsAnswerError({ ...facts, origin, httpStatus: 502, what, requestId: undefined });
}

describe("an error", () => {
  test("of the service tells the call, what it was about, status, code, request id, and what to do", () => {
    expect(serviceError().message).toMatchInlineSnapshot(`
      "UpdateCheckPoint was answered 404 ShardNotExist: shard not exist
        project shop, logstore orders, consumer group billing, shard 0
        request id 5EF1A2B3
      Declare one of the logstore's shards."
    `);
  });

  test("of the service without a request id leaves its line out", () => {
    expect(serviceError({ requestId: undefined }).message).toMatchInlineSnapshot(`
      "UpdateCheckPoint was answered 404 ShardNotExist: shard not exist
        project shop, logstore orders, consumer group billing, shard 0
      Declare one of the logstore's shards."
    `);
  });

  test("of the network tells where it wanted to go", () => {
    expect(networkError(false).message).toMatchInlineSnapshot(`
      "UpdateCheckPoint got no answer from https://shop.cn-hangzhou.log.aliyuncs.com: connect ECONNREFUSED 127.0.0.1:9
        project shop, logstore orders, consumer group billing, shard 0
      Check sls:endpoint or sls:region, the connection, and any proxy."
    `);
  });

  test("of time names the setting that allows for more", () => {
    expect(networkError(true).message).toMatchInlineSnapshot(`
      "UpdateCheckPoint got no answer from https://shop.cn-hangzhou.log.aliyuncs.com: nothing was received within 10000 ms
        project shop, logstore orders, consumer group billing, shard 0
      Check the connection, or set sls:requestTimeout higher."
    `);
  });

  test("of an answer that is not one of SLS quotes it on one line", () => {
    expect(answerError("it reads <html>\n  <h1>Bad   Gateway</h1>\n</html>").message).toMatchInlineSnapshot(`
      "UpdateCheckPoint got an answer from https://shop.cn-hangzhou.log.aliyuncs.com that is not one of SLS (status 502): it reads <html> <h1>Bad Gateway</h1> </html>
        project shop, logstore orders, consumer group billing, shard 0
      Check sls:endpoint or sls:region, and any proxy."
    `);
  });

  test("of the configuration says all that is wrong with it", () => {
    const problems = ["no region: set sls:region", "half a key pair: a is set, b is not"];
    expect(new SlsConfigurationError({ ...facts, problems }).message).toMatchInlineSnapshot(`
      "UpdateCheckPoint cannot be called: the configuration is not complete
        no region: set sls:region
        half a key pair: a is set, b is not
      Set it with pulumi config set (secrets with --secret), in an sls.Provider, or in the environment."
    `);
  });

  test("about a whole logstore names no group and no shard", () => {
    const about = { project: "shop", logstore: "orders" };
    expect(serviceError({ operation: "ListShards", about }).message.split("\n")[1]).toBe(
      "  project shop, logstore orders",
    );
  });

  test("has a stable code: the service's own in its usual spelling, or one of four", () => {
    const errors = [
      serviceError(),
      networkError(false),
      networkError(true),
      answerError(""),
      new SlsConfigurationError({ ...facts, problems: [] }),
    ];
    expect(errors.map(({ name, code }) => [name, code])).toEqual([
      ["SlsServiceError", "ShardNotExist"],
      ["SlsNetworkError", "Network"],
      ["SlsNetworkError", "Timeout"],
      ["SlsAnswerError", "UnreadableAnswer"],
      ["SlsConfigurationError", "Configuration"],
    ]);
  });

  test("keeps what it was about, and its cause, as data", () => {
    const cause = new Error("connect ECONNREFUSED");
    const error = new SlsNetworkError({
      ...facts,
      origin,
      what: cause.message,
      timedOut: false,
      mayHaveArrived: false,
      cause,
    });
    expect(error).toMatchObject({ operation: "UpdateCheckPoint", about: facts.about, cause });
  });

  test.each([
    { part: "message", error: () => serviceError({ serviceMessage: "x".repeat(1_000_000) }) },
    { part: "code", error: () => serviceError({ code: "x".repeat(1_000_000) }) },
    { part: "request id", error: () => serviceError({ requestId: "x".repeat(1_000_000) }) },
    { part: "page", error: () => answerError("x".repeat(1_000_000)) },
  ])("stays readable whatever the service answers: its $part is bounded", ({ error }) => {
    expect(error().message.length).toBeLessThan(1_000);
  });

  test.each([
    { part: "message", error: () => serviceError({ serviceMessage: "a\nb\r\n\tc" }) },
    { part: "code", error: () => serviceError({ code: "a\nb" }) },
    { part: "page", error: () => answerError("a\n\nb") },
  ])("keeps its lines whatever the service answers: its $part is on one", ({ error }) => {
    const lines = error().message.split("\n").length;
    expect(lines).toBe(error() instanceof SlsServiceError ? 4 : 3);
  });
});

describe("the brand of an error", () => {
  test("holds across copies of the package, which instanceof does not", async () => {
    vi.resetModules();
    const copy = await import("../../provider/src/sls/errors.js");
    expect(copy.SlsError).not.toBe(SlsError);
    const foreign = new copy.SlsConfigurationError({ ...facts, problems: [] });
    expect(foreign instanceof SlsError).toBe(false);
    expect(SlsError.isInstance(foreign)).toBe(true);
    expect(copy.SlsError.isInstance(serviceError())).toBe(true);
  });

  test.each([
    { value: undefined },
    { value: null },
    { value: "SlsError" },
    { value: new Error("SlsError") },
    { value: { name: "SlsServiceError", code: "ShardNotExist" } },
  ])("is not borne by $value", ({ value }) => {
    expect(SlsError.isInstance(value)).toBe(false);
  });

  test("is not shown with the error's fields", () => {
    expect(Object.getOwnPropertySymbols(serviceError()).map(String)).toEqual([
      "Symbol(pulumi-sls-checkpoint.SlsError)",
    ]);
    expect(Object.keys(serviceError())).not.toContain("brand");
  });
});
