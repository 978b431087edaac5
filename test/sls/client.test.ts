import { afterEach, describe, expect, test } from "vitest";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { instantOfMicroseconds, instantOfSeconds } from "../../provider/src/model/instant.js";
import { type SlsClient } from "../../provider/src/sls/client.js";
import { ClientUnderTest, codeOf, secrets, shard } from "./clientUnderTest.js";
import { FaultServer, serverDate } from "./faultServer.js";

let server: FaultServer;
let tested: ClientUnderTest;

afterEach(async () => {
  await tested.stop();
  await server.stop();
});

async function answering(body: string): Promise<SlsClient> {
  server = await FaultServer.start([{ kind: "answer", status: 200, body }]);
  tested = new ClientUnderTest({ endpoint: server.endpoint });
  return tested.client;
}

const write = { checkpoint: cursorAt(1_524_155_379_373_908_496n), forceSuccess: true };
const always = { attempt: 0, beforeSend: (): void => undefined };
const groupPath = "/logstores/orders/consumergroups/billing";

/** One call, with an answer as SLS documents it, what is sent, and what is made of the answer. */
interface Call {
  readonly call: string;
  readonly answer: string;
  readonly perform: (client: SlsClient) => Promise<unknown>;
  readonly sent: string;
  readonly value: unknown;
}

const reads: readonly Call[] = [
  {
    call: "GetLogStore",
    answer: '{"logstoreName":"orders","ttl":7,"shardCount":2,"autoSplit":false}',
    perform: async (client) => (await client.getLogStore(shard)).value,
    sent: "GET /logstores/orders",
    value: { ttl: 7 },
  },
  {
    call: "ListShards",
    answer:
      '[{"shardID":0,"status":"readwrite","inclusiveBeginKey":"00","exclusiveEndKey":"80","createTime":1524222931},' +
      '{"shardID":1,"status":"readonly"}]',
    perform: async (client) => (await client.listShards(shard)).value,
    sent: "GET /logstores/orders/shards",
    value: [
      {
        shard: 0,
        status: "readwrite",
        createdAt: instantOfSeconds(1_524_222_931),
        keys: { begin: "00", end: "80" },
      },
      { shard: 1, status: "readonly" },
    ],
  },
  {
    call: "ListConsumerGroup",
    answer: '[{"name":"billing","timeout":60,"order":false},{"name":"audit","timeout":300,"order":true}]',
    perform: async (client) => (await client.listConsumerGroups(shard)).value,
    sent: "GET /logstores/orders/consumergroups",
    value: [
      { name: "billing", ordered: false, timeout: durationOfSeconds(60) },
      { name: "audit", ordered: true, timeout: durationOfSeconds(300) },
    ],
  },
  {
    call: "GetCheckPoint of all shards",
    answer:
      '[{"shard":0,"checkpoint":"MTUyNDE1NTM3OTM3MzkwODQ5Ng==","updateTime":1524224984800922,"consumer":"consumer_1"},' +
      '{"shard":1,"checkpoint":"","updateTime":0,"consumer":""},{"shard":2,"checkpoint":"?","updateTime":1524224984}]',
    perform: async (client) => (await client.getCheckPoint(shard)).value,
    sent: `GET ${groupPath}`,
    value: [
      {
        shard: 0,
        checkpoint: { kind: "at", cursor: write.checkpoint },
        updateTime: instantOfMicroseconds(1_524_224_984_800_922),
        consumer: "consumer_1",
      },
      { shard: 1, checkpoint: { kind: "none" }, updateTime: undefined, consumer: undefined },
      {
        shard: 2,
        checkpoint: { kind: "undecodable", text: "?" },
        updateTime: instantOfSeconds(1_524_224_984),
        consumer: undefined,
      },
    ],
  },
  {
    call: "GetCheckPoint of one shard",
    answer: "[]",
    perform: async (client) => (await client.getCheckPoint(shard, 7)).value,
    sent: `GET ${groupPath}?shard=7`,
    value: [],
  },
  {
    call: "GetCursor of an end",
    answer: '{"cursor":"MTQ0NzI5OTYwNjg5NjYzMjM1Ng"}',
    perform: async (client) => (await client.getCursor(shard, "end")).value,
    sent: "GET /logstores/orders/shards/0?type=cursor&from=end",
    value: "MTQ0NzI5OTYwNjg5NjYzMjM1Ng==",
  },
  {
    call: "GetCursor of an instant, rounded towards reading more",
    answer: '{"cursor":"NDI="}',
    perform: async (client) =>
      (await client.getCursor(shard, instantOfMicroseconds(1_554_260_243_000_001))).value,
    sent: "GET /logstores/orders/shards/0?type=cursor&from=1554260243",
    value: "NDI=",
  },
  {
    call: "GetCursorTime",
    answer: '{"cursor_time":1554260243}',
    perform: async (client) => (await client.getCursorTime(shard, write.checkpoint)).value,
    sent: "GET /logstores/orders/shards/0?type=cursor_time&cursor=MTUyNDE1NTM3OTM3MzkwODQ5Ng%3D%3D",
    value: instantOfSeconds(1_554_260_243),
  },
];

describe("a read", () => {
  test.each(reads)("$call", async ({ answer, perform, sent, value }) => {
    const client = await answering(answer);
    expect(await perform(client)).toEqual(value);
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([sent]);
    expect(server.requests[0]?.body).toBe("");
  });

  test("says when it was answered, by the service's clock, and under which id", async () => {
    const client = await answering("[]");
    tested.now = 0;
    const { serverTime, requestId } = await client.getCheckPoint(shard);
    expect([serverTime, requestId]).toEqual([instantOfSeconds(Date.parse(serverDate) / 1_000), "5EF1A2B3"]);
  });

  test.each([
    { answer: '[{"shard":"0","checkpoint":""}]', names: 'answer[0].shard is not a whole number but "0"' },
    { answer: '[{"shard":0}]', names: "answer[0].checkpoint is not a string but missing" },
    { answer: '{"shard":0}', names: "answer is not a list but an object" },
    { answer: "<html>", names: "it is not JSON: <html>" },
  ])("of $answer names what is wrong", async ({ answer, names }) => {
    const client = await answering(answer);
    const error: unknown = await client.getCheckPoint(shard).catch((cause: unknown) => cause);
    expect(codeOf(error)).toBe("UnreadableAnswer");
    expect((error as Error).message).toContain(`(status 200): ${names}\n`);
  });

  test.each([{ seconds: -1 }, { seconds: 1_524_224_984_800_922 }])(
    "of a time that no instant holds names it: $seconds",
    async ({ seconds }) => {
      const client = await answering(JSON.stringify({ cursor_time: seconds }));
      await expect(client.getCursorTime(shard, write.checkpoint)).rejects.toThrow(
        `answer.cursor_time is not a time in Unix seconds but ${String(seconds)}`,
      );
    },
  );

  test.each([
    { updateTime: 1_524_224_984, instant: instantOfSeconds(1_524_224_984) },
    { updateTime: 1_524_224_984_800_922, instant: instantOfMicroseconds(1_524_224_984_800_922) },
    { updateTime: 9_007_199_254, instant: instantOfSeconds(9_007_199_254) },
    { updateTime: 9_007_199_255, instant: instantOfMicroseconds(9_007_199_255) },
    { updateTime: 0, instant: undefined },
    { updateTime: -1, instant: undefined },
  ])("takes updateTime $updateTime for what an instant can hold", async ({ updateTime, instant }) => {
    const client = await answering(JSON.stringify([{ shard: 0, checkpoint: "", updateTime }]));
    expect((await client.getCheckPoint(shard)).value[0]?.updateTime).toBe(instant);
  });

  test("of a cursor that is none names what is wrong with it", async () => {
    const client = await answering('{"cursor":"YmVnaW4="}');
    await expect(client.getCursor(shard, "begin")).rejects.toThrow(
      "answer.cursor is base64, but not of a decimal integer",
    );
  });
});

describe("a write", () => {
  test.each([
    { name: "in nobody's name", more: {}, query: "type=checkpoint&forceSuccess=true" },
    {
      name: "in the name of a consumer",
      more: { consumer: "host a/ö*", forceSuccess: false },
      query: "type=checkpoint&forceSuccess=false&consumer=host%20a%2F%C3%B6%2A",
    },
  ])("$name is what the API asks for", async ({ more, query }) => {
    const client = await answering("");
    const outcome = await client.updateCheckPoint(shard, { ...write, ...more }, always);
    expect(outcome).toMatchObject({ kind: "acknowledged", requestId: "5EF1A2B3" });
    const [request] = server.requests;
    expect(`${String(request?.method)} ${String(request?.target)}`).toBe(`POST ${groupPath}?${query}`);
    expect(request?.body).toBe('{"shard":0,"checkpoint":"MTUyNDE1NTM3OTM3MzkwODQ5Ng=="}');
  });
});

describe("a request", () => {
  test("carries SLS's headers, and names its project in the host", async () => {
    const client = await answering("");
    await client.updateCheckPoint(shard, write, always);
    const headers = server.requests[0]?.headers ?? {};
    expect(headers).toMatchObject({
      host: `shop.127.0.0.1:${String(server.port)}`,
      "content-type": "application/json",
      "content-length": "55",
      "content-md5": "59457BAFB3F85A5117BDE243947583B0",
      "user-agent": "pulumi-sls-checkpoint/1.2.3",
      "x-log-apiversion": "0.6.0",
      "x-log-bodyrawsize": "55",
      "x-log-signaturemethod": "hmac-sha1",
      "x-acs-security-token": secrets.securityToken,
      authorization: expect.stringMatching(/^LOG an-access-key-id:[A-Za-z0-9+/]{27}=$/),
    });
    expect(JSON.stringify(headers)).not.toContain(secrets.accessKeySecret);
  });

  test("without a body says nothing about one", async () => {
    const client = await answering("[]");
    await client.getCheckPoint(shard);
    const headers = Object.keys(server.requests[0]?.headers ?? {});
    for (const name of ["content-type", "content-md5", "content-length"]) expect(headers).not.toContain(name);
  });
});

describe("what a page of something between repeats of the request", () => {
  test.each([{ status: 200 }, { status: 403 }, { status: 502 }])(
    "is shown without its secrets, with status $status",
    async ({ status }) => {
      const body = `<html>x-acs-security-token: ${secrets.securityToken}, key ${secrets.accessKeySecret}</html>`;
      server = await FaultServer.start([{ kind: "answer", status, body }]);
      tested = new ClientUnderTest({ endpoint: server.endpoint, configuration: { maxRetries: 0 } });
      const error: unknown = await tested.client.getCheckPoint(shard).catch((cause: unknown) => cause);
      expect(codeOf(error)).toBe("UnreadableAnswer");
      expect((error as Error).message).toContain("x-acs-security-token: (secret), key (secret)");
    },
  );
});
