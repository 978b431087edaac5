import { createHash } from "node:crypto";
import { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SlsEmulator } from "../../emulator/src/index.js";
import { routes } from "../../emulator/src/wire/routes.js";
import { startShop, paths } from "./fixture.js";
import type { SlsClient, TestAnswer } from "./slsClient.js";

/** Opens a bare connection; closed when the test ends. */
async function dial(emulator: SlsEmulator): Promise<Socket> {
  const socket = connect(emulator.port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return socket;
}

async function everything(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("latin1").on("data", (part: string) => (text += part));
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return text;
}

/** Every answer is a success or an error in the service's shape; nothing else ever comes. */
function expectServiceShape(answer: TestAnswer): void {
  expect(answer.headers["x-log-requestid"]).toMatch(/^[0-9A-F]{24}$/);
  if (answer.status === 200) return;
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.json).toEqual({
    errorCode: expect.stringMatching(/^[A-Z]\w+$/),
    errorMessage: expect.any(String),
  });
}

/** The middle of the table of calls, with random values wherever a client chooses them. */
const name = fc.constantFrom(
  "orders",
  "billing",
  "other",
  "x".repeat(300),
  "a%20b",
  "%E4%BD%A0",
  "..",
  "0",
  "",
);
const shard = fc.constantFrom("0", "1", "2", "99", "-1", "1e3", "0x1", "9".repeat(30), "lb", "%00");
const word = fc.oneof(
  fc.constantFrom(
    "begin",
    "end",
    "true",
    "False",
    "0",
    "1",
    "1000",
    "-5",
    "99999999999999999999",
    "MQ==",
    "",
    "host-a",
  ),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 10 }),
);
const query = fc.dictionary(
  fc.constantFrom(
    "type",
    "action",
    "from",
    "cursor",
    "end_cursor",
    "count",
    "consumer",
    "forceSuccess",
    "shard",
    "key",
    "shardCount",
    "offset",
    "size",
    "logstoreName",
    "query",
  ),
  word,
  { maxKeys: 5 },
);
const value = fc.oneof(
  word,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 3 }),
);
const json = fc
  .dictionary(
    fc.constantFrom(
      "shard",
      "checkpoint",
      "consumerGroup",
      "timeout",
      "order",
      "logstoreName",
      "ttl",
      "shardCount",
      "projectName",
      "description",
      "__proto__",
    ),
    value,
    { maxKeys: 5 },
  )
  .map((fields) => Buffer.from(JSON.stringify(fields)));
const body = fc.oneof(
  { weight: 4, arbitrary: json },
  { weight: 1, arbitrary: fc.jsonValue().map((any) => Buffer.from(JSON.stringify(any))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
);
const headers = fc.record(
  {
    "content-type": fc.constantFrom("application/json", "application/x-protobuf", "text/plain"),
    "x-log-compresstype": fc.constantFrom("lz4", "zstd", "deflate", "gzip"),
    "x-log-bodyrawsize": fc.constantFrom("0", "10", "10485760", "10485761", "-1", "x"),
    "accept-encoding": fc.constantFrom("lz4", "zstd", "deflate", "gzip, deflate"),
  },
  { requiredKeys: [] },
);
const project = fc.constantFrom("shop", "shop", "shop", "shop", "other", "");

/** A request that means what it says, for every call. Cursors are those of shard 0, where there is one. */
function sane(call: string, cursor: string): { query?: string; body?: string | Buffer } {
  const at = encodeURIComponent(cursor);
  const known: Readonly<Record<string, { query?: string; body?: string | Buffer }>> = {
    CreateProject: { body: '{"projectName":"another"}' },
    UpdateProject: { body: "{}" },
    CreateLogStore: { body: '{"logstoreName":"orders","ttl":1,"shardCount":1}' },
    UpdateLogStore: { body: '{"ttl":3}' },
    CreateConsumerGroup: { body: '{"consumerGroup":"billing","timeout":60}' },
    UpdateConsumerGroup: { body: '{"order":true}' },
    UpdateCheckPoint: { query: "type=checkpoint&forceSuccess=true", body: '{"shard":0,"checkpoint":"MQ=="}' },
    HeartBeat: { query: "type=heartbeat&consumer=host-a", body: "[]" },
    SplitShard: { query: "action=split" },
    MergeShards: { query: "action=merge" },
    GetCursor: { query: "type=cursor&from=begin" },
    GetCursorTime: { query: `type=cursor_time&cursor=${at}` },
    PullLogs: { query: `type=log&count=10&cursor=${at}` },
    PostLogStoreLogs: { query: `key=${"0".repeat(32)}`, body: Buffer.from([0x1a, 1, 0x74]) },
  };
  return known[call] ?? {};
}

/** What tells calls on one path apart: without it, nonsense would never reach most of them. */
function discriminator(call: string): string {
  return /^(?:type|action)=\w+/.exec(sane(call, "").query ?? "")?.[0] ?? "";
}

function nonsense(call: string, query: Readonly<Record<string, string>>): string {
  const fixed = discriminator(call);
  const parameters = Object.entries(query)
    .filter(([key]) => fixed === "" || (key !== "type" && key !== "action"))
    .map(([key, text]) => `${key}=${encodeURIComponent(text)}`);
  return [fixed, ...parameters].filter((part) => part !== "").join("&");
}

/** Puts back what random calls deleted, so that later ones meet something. */
function restore(emulator: SlsEmulator): void {
  for (const make of [
    () => emulator.createProject("shop"),
    () => emulator.createLogstore("shop", "orders"),
    () => emulator.createConsumerGroup("shop", "orders", "billing"),
    () =>
      emulator.appendLogGroups("shop", "orders", 0, { count: 1, from: emulator.now(), to: emulator.now() }),
  ]) {
    try {
      make();
    } catch {
      // It is still there.
    }
  }
}

type Outcomes = Map<string, Map<string, number>>;

/** The begin cursor of shard 0, when both are there. */
function someCursor(emulator: SlsEmulator): string {
  try {
    return emulator.cursorAt("shop", "orders", 0, "begin");
  } catch {
    return "MQ==";
  }
}

async function storm(sls: SlsClient, emulator: SlsEmulator, count: number): Promise<Outcomes> {
  const seen: Outcomes = new Map();
  const one = fc.record({
    route: fc.constantFrom(...routes),
    isSane: fc.boolean(),
    name,
    shard,
    query,
    body,
    headers,
    project,
  });
  const batch = 20;
  const samples = fc.sample(one, { numRuns: count, seed: 20_261_120 });
  for (let from = 0; from < samples.length; from += batch) {
    restore(emulator);
    await Promise.all(
      samples.slice(from, from + batch).map(async ({ route, isSane, ...random }) => {
        const { call, method } = route;
        const meant = sane(call, someCursor(emulator));
        const names = isSane ? { group: "billing", shard: "0" } : { group: random.name, shard: random.shard };
        const path = route.path
          .replace(":logstore", isSane || random.name.length < 2 ? "orders" : random.name)
          .replace(":consumerGroup", names.group)
          .replace(":shard", names.shard);
        const text = isSane ? (meant.query ?? "") : nonsense(call, random.query);
        const content = isSane ? meant.body : random.body;
        const type = call === "PostLogStoreLogs" ? "application/x-protobuf" : "application/json";
        const answer = await sls.send({
          method,
          path: text === "" ? path : `${path}?${text}`,
          project: isSane
            ? call === "ListProject" || call === "CreateProject"
              ? ""
              : "shop"
            : random.project,
          headers: isSane ? { "content-type": type } : random.headers,
          ...((method === "POST" || method === "PUT") && content !== undefined && { body: content }),
        });
        expectServiceShape(answer);
        const outcomes = seen.get(call) ?? new Map<string, number>();
        outcomes.set(answer.outcome, (outcomes.get(answer.outcome) ?? 0) + 1);
        seen.set(call, outcomes);
      }),
    );
  }
  return seen;
}

describe("properly signed nonsense", () => {
  it(
    "gets answers in the service's shape, on every call, and bounded memory",
    { timeout: 120_000 },
    async () => {
      const { client, emulator } = await startShop({ requestLogLimit: 500 });
      const sls = client({ agent: new Agent({ keepAlive: true, maxSockets: 20 }) });
      const seen = await storm(sls, emulator, 10_000);
      const total = [...seen.values()]
        .flatMap((outcomes) => [...outcomes.values()])
        .reduce((a, b) => a + b, 0);
      expect(total).toBe(10_000);
      for (const { call } of routes) {
        const outcomes = seen.get(call) ?? new Map<string, number>();
        const count = [...outcomes.values()].reduce((a, b) => a + b, 0);
        expect(count, call).toBeGreaterThan(200);
        expect(
          [...outcomes.keys()].filter((outcome) => outcome.startsWith("401")),
          call,
        ).toEqual([]);
      }
      // The storm reached more than the front door: every call was also carried out now and then.
      expect(
        [...new Set(routes.map(({ call }) => call))].filter((call) => !seen.get(call)?.has("200")),
      ).toEqual([]);
      expect(emulator.requests.length).toBeLessThanOrEqual(1000);
    },
  );
});

describe("broken HTTP", () => {
  it.each([
    ["/logstores?%zz=1", "400 ParameterInvalid"],
    ["/logstores?a=%c3%28", "400 ParameterInvalid"],
    ["/logstores/%zz", "400 BadRequest"],
    ["/logstores/%c3%28/shards", "400 BadRequest"],
    [`/logstores/${"x".repeat(90)}`, "404 LogStoreNotExist"],
    ["//", "400 BadRequest"],
    ["/logstores/orders/shards/0?type=cursor&type=log&from=begin", "400 ParameterInvalid"],
  ])("%s is answered with %s", async (path, outcome) => {
    const { sls } = await startShop();
    let headers: Record<string, string>;
    try {
      headers = sls.sign({ path });
    } catch {
      headers = sls.sign({ path: "/" });
    }
    const answer = await sls.sendRaw({ path, headers });
    expectServiceShape(answer);
    expect(answer.outcome).toBe(outcome);
  });

  it("is refused without a crash", async () => {
    const { sls, emulator } = await startShop();
    for (const text of [
      "nonsense\r\n\r\n",
      "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "\0\0\0\0\r\n\r\n",
    ]) {
      const socket = await dial(emulator);
      const answer = everything(socket);
      socket.end(text);
      expect(await answer).toMatch(/^HTTP\/1\.1 400 [^]*"errorCode":"\w+"/);
    }
    expect((await sls.get(paths.shards)).outcome).toBe("200");
  });

  it("CONNECT is refused: the service is plain HTTP here", async () => {
    const { emulator } = await startShop();
    const socket = await dial(emulator);
    const answer = everything(socket);
    socket.write("CONNECT shop.cn-hangzhou.log.aliyuncs.com:443 HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await answer).toMatch(/^HTTP\/1\.1 405 /);
  });

  it("a client that goes away in the middle of its body changes nothing", async () => {
    const { sls, emulator } = await startShop();
    const request = { method: "POST", path: paths.update, body: '{"shard":0,"checkpoint":"MQ=="}' };
    const headers = Object.entries({ ...sls.sign(request), "content-length": "1000" });
    const socket = await dial(emulator);
    socket.write(
      `POST ${paths.update} HTTP/1.1\r\n${headers.map(([key, text]) => `${key}: ${text}\r\n`).join("")}\r\n${request.body}`,
    );
    await sls.get(paths.shards);
    socket.destroy();
    const failed = await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
    expect(failed.status).not.toBe(200);
    expect(emulator.checkpoint("shop", "orders", "billing", 0)).toBeUndefined();
  });

  it("a client that is slow is waited for, and others meanwhile are served", async () => {
    const { sls, emulator } = await startShop();
    const body = '{"shard":0,"checkpoint":"MQ=="}';
    const headers = Object.entries({
      ...sls.sign({ method: "POST", path: paths.update, body }),
      "content-length": String(body.length),
      connection: "close",
    });
    const socket = await dial(emulator);
    const answer = everything(socket);
    socket.write(
      `POST ${paths.update} HTTP/1.1\r\n${headers.map(([key, text]) => `${key}: ${text}\r\n`).join("")}\r\n`,
    );
    for (const character of body) {
      socket.write(character);
      if (character === ",") expect((await sls.get(paths.shards)).outcome).toBe("200");
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint).toBe("MQ==");
  });

  it("a chunked body without an end is cut off at the limit", async () => {
    const { sls, emulator } = await startShop();
    const md5 = createHash("md5").digest("hex");
    const headers = Object.entries({
      ...sls.sign({ method: "POST", path: "/logstores/orders/shards/lb", headers: { "content-md5": md5 } }),
      "transfer-encoding": "chunked",
    });
    const socket = await dial(emulator);
    const answer = everything(socket);
    socket.write(
      `POST /logstores/orders/shards/lb HTTP/1.1\r\n${headers.map(([key, text]) => `${key}: ${text}\r\n`).join("")}\r\n`,
    );
    const chunk = `100000\r\n${"x".repeat(0x10_0000)}\r\n`;
    for (let sent = 0; sent < 12 && !socket.destroyed; sent += 1) socket.write(chunk);
    expect(await answer).toMatch(/^HTTP\/1\.1 413 [^]*PostBodyTooLarge|^$/);
    expect((await sls.get(paths.shards)).outcome).toBe("200");
  });
});
