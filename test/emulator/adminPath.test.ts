import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { paths, start, startEmulator, startShop } from "./fixture.js";

/** Plain HTTP, as a program in any language can speak it. */
async function admin(endpoint: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${endpoint}/_emulator/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  return { status: response.status, json: await response.json() };
}

describe("the admin path", () => {
  it("makes rules, lists them with their hits, releases and removes them", async () => {
    const { sls, emulator } = await startShop();
    const ask = async (method: string, path: string, body?: unknown) =>
      admin(emulator.endpoint, method, path, body);
    const quota = { call: "ListShards", times: 1, do: { kind: "quota" } };
    expect((await ask("POST", "rules", quota)).json).toEqual({ id: 1 });
    expect((await sls.get(paths.shards)).outcome).toBe("403 MetaOperationQpsLimitExceeded");
    expect((await ask("GET", "rules")).json).toEqual([{ id: 1, hits: 1, ...quota }]);
    expect((await ask("DELETE", "rules/1")).status).toBe(200);
    await ask("POST", "rules", { call: "UpdateCheckPoint", do: { kind: "hold" } });
    const answer = sls.post(paths.update, { shard: 0, checkpoint: "MQ==" });
    await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
    expect((await ask("POST", "rules/2/release")).status).toBe(200);
    expect((await answer).outcome).toBe("200");
    expect((await ask("DELETE", "rules")).status).toBe(200);
    expect((await ask("GET", "rules")).json).toEqual([]);
  });

  it.each([
    { kind: "hold" },
    { kind: "holdAnswer" },
    { kind: "expiredToken" },
    { kind: "resetBefore" },
    { kind: "resetAfter" },
    { kind: "truncate" },
    { kind: "delay", ms: 5 },
    { kind: "skewDate", ms: -5 },
    { kind: "quota", code: "WriteQuotaExceed" },
    { kind: "error", status: 500, code: "InternalServerError", message: "m" },
    { kind: "body", status: 404, contentType: "text/html", body: "" },
  ])("takes the fault %j as it is", async (fault) => {
    const { emulator } = await startEmulator();
    const rule = {
      shard: 1,
      nth: 2,
      probability: 0.5,
      seed: 3,
      project: "p",
      logstore: "l",
      consumerGroup: "g",
      do: fault,
    };
    expect((await admin(emulator.endpoint, "POST", "rules", rule)).status).toBe(200);
    expect(emulator.rules[0]?.options).toEqual(rule);
  });

  it("tells the requests and forgets them, and is not among them", async () => {
    const { sls, emulator } = await startShop();
    await sls.get(paths.shards);
    await sls.get(paths.group);
    const listed = await admin(emulator.endpoint, "GET", "requests?call=ListShards");
    expect(listed.json).toMatchObject([{ call: "ListShards", status: 200 }]);
    expect((await admin(emulator.endpoint, "GET", "requests")).json).toHaveLength(2);
    await admin(emulator.endpoint, "DELETE", "requests");
    expect(emulator.requests).toEqual([]);
  });

  it("plants a seed, fills shards, commits for a consumer, and shows who reads what", async () => {
    const { sls, emulator } = await startEmulator();
    const ask = async (method: string, path: string, body?: unknown) =>
      admin(emulator.endpoint, method, path, body);
    const identities = [{ accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret" }];
    const projects = { shop: { orders: { consumerGroups: { billing: {} } } } };
    expect((await ask("POST", "seed", { identities, projects })).status).toBe(200);
    const place = { project: "shop", logstore: "orders", shard: 0 };
    await ask("POST", "loggroups", { ...place, count: 3 });
    expect(
      (await sls.get(paths.cursorTime(0, emulator.cursorAt("shop", "orders", 0, "begin")))).json,
    ).toEqual({
      cursor_time: start / 1000,
    });
    await ask("POST", "commits", {
      ...place,
      consumerGroup: "billing",
      checkpoint: "MQ==",
      consumer: "host-a",
    });
    const states = await ask("GET", "shardstates?project=shop&logstore=orders&consumerGroup=billing");
    expect(states.json).toEqual([
      { shard: 0, state: "already_alloc", owner: "host-a" },
      { shard: 1, state: "not_alloc" },
    ]);
  });

  it("advances the clock and replaces the keys", async () => {
    const { sls, emulator, client } = await startShop();
    const advanced = await admin(emulator.endpoint, "POST", "clock", { advance: 86_400_000 });
    expect(advanced.json).toEqual({ now: start + 86_400_000 });
    expect((await client({ now: () => start }).get(paths.shards)).outcome).toBe("400 RequestTimeExpired");
    const policy = [{ actions: ["log:ListShards"], resources: ["*"] }];
    const identity = { accessKeyId: "new", accessKeySecret: "secret", policy };
    await admin(emulator.endpoint, "PUT", "identities", [identity]);
    expect((await sls.get(paths.shards)).outcome).toBe("401 Unauthorized");
    expect((await client(identity).get(paths.shards)).outcome).toBe("200");
    expect((await client(identity).get(paths.group)).outcome).toBe("401 Unauthorized");
  });

  it.each([
    ["GET", "nothing", undefined, "on the admin path; docs/emulator.md lists"],
    ["POST", "rules", { do: { kind: "explode" } }, "do.kind must be one of"],
    ["POST", "rules", { do: { kind: "delay" } }, 'do misses "ms"'],
    ["POST", "rules", { calls: "x", do: { kind: "hold" } }, 'unknown field "calls"'],
    ["POST", "rules/7/release", undefined, "there is no rule 7"],
    ["POST", "clock", { advance: "1" }, "advance must be a number"],
    ["POST", "seed", { project: 1 }, "project must be a text"],
    [
      "POST",
      "loggroups",
      { project: "x", logstore: "y", shard: 0, count: 1 },
      "The Project does not exist : x",
    ],
    ["GET", "shardstates", undefined, "The Project does not exist"],
  ])("refuses %s %s %j", async (method, path, body, message) => {
    const { emulator } = await startShop();
    const answer = await admin(emulator.endpoint, method, path, body);
    expect(answer.status).toBe(400);
    expect((answer.json as { error: string }).error).toContain(message);
  });

  it("is not there on a project's host", async () => {
    const { sls } = await startShop();
    expect((await sls.get("/_emulator/rules")).outcome).toBe("400 BadRequest");
  });
});

describe("what a web page can send to the admin path", () => {
  async function post(endpoint: string, headers: Record<string, string>, body = '{"advance":1000}') {
    const url = new URL(endpoint);
    const request = httpRequest({ host: url.hostname, port: url.port, method: "POST", path, headers });
    request.end(body);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return { status: response.statusCode, json: JSON.parse(await text(response)) as unknown };
  }
  const path = "/_emulator/clock";
  const type = { "content-type": "application/json" };

  it.each([
    [{ ...type, origin: "http://evil.example" }, 403, "CrossSiteRequest"],
    [{ ...type, origin: "null" }, 403, "CrossSiteRequest"],
    [{ ...type, "sec-fetch-site": "cross-site" }, 403, "CrossSiteRequest"],
    [{ "content-type": "text/plain" }, 415, "UnsupportedContentType"],
    [{ "content-type": "application/x-www-form-urlencoded" }, 415, "UnsupportedContentType"],
    [{ "content-type": "multipart/form-data; boundary=application/json" }, 415, "UnsupportedContentType"],
    [{ "content-type": "application/jsonp" }, 415, "UnsupportedContentType"],
    [{}, 415, "UnsupportedContentType"],
  ])("%j is refused", async (headers, status, code) => {
    const { emulator } = await startShop();
    expect(await post(emulator.endpoint, headers)).toMatchObject({ status, json: { code } });
    expect(emulator.now()).toBe(start);
  });

  it("without any of it is served, with a charset too", async () => {
    const { emulator } = await startShop();
    const answer = await post(emulator.endpoint, { "content-type": "application/json; charset=utf-8" });
    expect(answer).toEqual({ status: 200, json: { now: start + 1000 } });
  });
});

describe("wrong values on the admin path", () => {
  it.each([
    ["clock", '{"advance":1e300}', "InvalidValue", "stays between 1970 and 9999"],
    ["clock", '{"advance":-1e14}', "InvalidValue", "stays between 1970 and 9999"],
    ["clock", '{"advance":1e999}', "InvalidValue", "advance must be a number"],
    ["clock", '{"advance":NaN}', "InvalidJson", "NaN"],
    [
      "rules",
      '{"probability":1.5,"do":{"kind":"hold"}}',
      "InvalidValue",
      "probability must be a number from 0 to 1",
    ],
    [
      "rules",
      '{"probability":-1,"do":{"kind":"hold"}}',
      "InvalidValue",
      "probability must be a number from 0 to 1",
    ],
    ["rules", '{"do":{"kind":"skewDate","ms":1e300}}', "InvalidValue", "do.ms must be a whole number"],
    ["rules", '{"do":{"kind":"delay","ms":-1}}', "InvalidValue", "do.ms must be a whole number"],
    [
      "loggroups",
      '{"project":"shop","logstore":"orders","shard":0,"count":1,"from":-1}',
      "InvalidValue",
      "from must be a whole number",
    ],
    ["rules/9/release", "{}", "UnknownRule", "there is no rule 9"],
    ["nothing", "{}", "UnknownPath", "on the admin path; docs/emulator.md lists"],
  ])("%s %s is refused as %s %s", async (path, body, code, message) => {
    const { emulator, sls } = await startShop();
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${emulator.endpoint}/_emulator/${path}`, { method: "POST", headers, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ code, error: expect.stringContaining(message) });
    expect((await sls.get(paths.shards)).headers.date).toBe(new Date(start).toUTCString());
  });

  it("a clock in code is refused the same", async () => {
    const { emulator } = await startShop();
    for (const ms of [NaN, Infinity, 1e300, -start - 1]) {
      expect(() => emulator.advanceClock(ms)).toThrow("stays between 1970 and 9999");
    }
    expect(emulator.now()).toBe(start);
  });
});
