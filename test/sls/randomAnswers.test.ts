import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cursorAt, parseCursor } from "../../provider/src/model/cursor.js";
import { formatInstant, parseInstant } from "../../provider/src/model/instant.js";
import { type SlsClient } from "../../provider/src/sls/client.js";
import { SlsError } from "../../provider/src/sls/errors.js";
import { ClientUnderTest, type MockAnswer, shard, undici } from "./clientUnderTest.js";
import { FaultServer, serverDate } from "./faultServer.js";

/** Every call, and what must hold for whatever it answers: that it can be shown and compared. */
const calls: Readonly<Record<string, (client: SlsClient) => Promise<void>>> = {
  GetLogStore: async (client) => {
    expect((await client.getLogStore(shard)).value.ttl).toSatisfy(Number.isSafeInteger);
  },
  ListShards: async (client) => {
    for (const known of (await client.listShards(shard)).value) {
      expect(["readwrite", "readonly"]).toContain(known.status);
      if (known.createdAt !== undefined) expectTime(known.createdAt);
    }
  },
  ListConsumerGroup: async (client) => {
    for (const group of (await client.listConsumerGroups(shard)).value)
      expect(typeof group.name).toBe("string");
  },
  GetCheckPoint: async (client) => {
    const { value, serverTime } = await client.getCheckPoint(shard);
    expectTime(serverTime);
    for (const record of value) {
      if (record.updateTime !== undefined) expectTime(record.updateTime);
      if (record.checkpoint.kind === "at") expect(parseCursor(record.checkpoint.cursor).ok).toBe(true);
    }
  },
  GetCursor: async (client) => {
    expect(parseCursor((await client.getCursor(shard, "begin")).value).ok).toBe(true);
  },
  GetCursorTime: async (client) => {
    expectTime((await client.getCursorTime(shard, cursorAt(42n))).value);
  },
  UpdateCheckPoint: async (client) => {
    const write = { checkpoint: cursorAt(42n), forceSuccess: true };
    const outcome = await client.updateCheckPoint(shard, write, { attempt: 0, beforeSend: () => undefined });
    if (outcome.kind === "refused" || outcome.kind === "unknown") throw outcome.error;
    expect(outcome.kind).toBe("acknowledged");
  },
};

/** A time that was answered is written into state and read back from there. */
function expectTime(instant: Parameters<typeof formatInstant>[0]): void {
  expect(parseInstant(formatInstant(instant))).toEqual({ ok: true, value: instant });
}

const anyNumber = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -1, 1e11, 1e12, 1e15, 2 ** 53, -(2 ** 53), 1_524_224_984_800_922),
);
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.base64String(),
  fc.nat().map((position) => cursorAt(BigInt(position))),
  fc.constantFrom("", "none", "readwrite", "readonly", "Unauthorized", "RequestTimeExpired"),
);
const anyValue = fc.oneof(anyNumber, anyText, fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 2 }));

/** Objects with the fields that the calls look for, each possibly absent or of any type. */
const almostRight = fc.record(
  {
    ttl: anyValue,
    shardID: anyValue,
    status: anyValue,
    createTime: anyValue,
    name: anyValue,
    order: anyValue,
    timeout: anyValue,
    shard: anyValue,
    checkpoint: anyValue,
    updateTime: anyValue,
    consumer: anyValue,
    cursor: anyValue,
    cursor_time: anyValue,
    errorCode: anyValue,
    errorMessage: anyValue,
  },
  { requiredKeys: [] },
);
/** Right but for its numbers and texts. */
const right = fc.record({
  ttl: anyNumber,
  shardID: fc.nat(),
  status: fc.constantFrom("readwrite", "readonly"),
  createTime: anyNumber,
  name: anyText,
  order: fc.boolean(),
  timeout: anyNumber,
  shard: fc.nat(),
  checkpoint: anyText,
  updateTime: anyNumber,
  consumer: anyText,
  cursor: anyText,
  cursor_time: anyNumber,
  errorCode: anyText,
  errorMessage: anyText,
});

const anyBody: fc.Arbitrary<string | Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: "binary", maxLength: 64 }),
  fc.json({ maxDepth: 3 }),
  fc.oneof(almostRight, right).map((value) => JSON.stringify(value)),
  fc.array(fc.oneof(almostRight, right), { maxLength: 3 }).map((value) => JSON.stringify(value)),
  fc.array(fc.oneof(almostRight, right), { maxLength: 2 }).map((value) => JSON.stringify(value).slice(0, -1)),
  fc.integer({ min: 1, max: 3 }).map((size) => "[".repeat(10 ** (size + 1))),
);

const headerText = fc.string({
  unit: fc.constantFrom(..."a b X Z 0 9 , : ; = / % - _".split(" "), " "),
  maxLength: 30,
});
const anyAnswer: fc.Arbitrary<MockAnswer> = fc.record({
  statusCode: fc.oneof(
    { weight: 2, arbitrary: fc.constant(200) },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
    { weight: 1, arbitrary: fc.constantFrom(204, 304, 400, 401, 403, 404, 500, 503) },
  ),
  data: anyBody,
  responseOptions: fc.record({
    headers: fc.record(
      {
        date: fc.oneof(
          { weight: 3, arbitrary: fc.constant(serverDate) },
          { weight: 1, arbitrary: headerText },
          { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()) },
        ),
        "x-log-requestid": headerText,
        "content-type": fc.constantFrom("application/json", "text/html", "application/x-protobuf"),
        location: fc.constantFrom("/", "http://127.0.0.1:1/", "::"),
        "retry-after": headerText,
      },
      { requiredKeys: [] },
    ),
  }),
});

/** Whether a call ended well; anything but a named error fails the test. */
async function endsWell(call: string, client: SlsClient): Promise<boolean> {
  try {
    await calls[call]?.(client);
    return true;
  } catch (error) {
    if (!SlsError.isInstance(error)) throw error;
    expect(error.message).toContain(call);
    expect(error.message.length).toBeLessThan(2_000);
    return false;
  }
}

describe("random answers", () => {
  const agent = new undici.MockAgent();
  let next: MockAnswer;
  let tested: ClientUnderTest;

  beforeAll(() => {
    agent.disableNetConnect();
    const endpoint = "http://127.0.0.1:9";
    agent
      .get(endpoint)
      .intercept({ path: () => true, method: () => true })
      .reply(() => next)
      .persist();
    tested = new ClientUnderTest({ endpoint, dispatcher: agent, configuration: { maxRetries: 1 } });
  });

  afterAll(async () => {
    await agent.close();
  });

  test("ten thousand of them lead to a value or a named error, and to nothing else", async () => {
    const ends = { well: 0, badly: 0 };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(calls)), anyAnswer, async (call, answer) => {
        next = answer;
        ends[(await endsWell(call, tested.client)) ? "well" : "badly"] += 1;
      }),
      { numRuns: 10_000 },
    );
    // Both ends must be met often, or the answers are not the ones that matter.
    expect(ends.well).toBeGreaterThan(300);
    expect(ends.badly).toBeGreaterThan(5_000);
  });
});

describe("random bytes instead of HTTP", () => {
  test("two hundred of them lead to a named error", async () => {
    const nearly = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
      fc
        .tuple(headerText, fc.integer({ min: -1, max: 1_000 }), fc.string({ maxLength: 40 }))
        .map(
          ([header, length, body]) =>
            `HTTP/1.1 200 OK\r\n${header}\r\nContent-Length: ${String(length)}\r\n\r\n${body}`,
        ),
      fc
        .string({ maxLength: 40 })
        .map((body) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`),
    );
    const garbage = fc.sample(nearly, 200);
    const server = await FaultServer.start(garbage.map((bytes) => ({ kind: "bytes", bytes })));
    const tested = new ClientUnderTest({ endpoint: server.endpoint, configuration: { maxRetries: 0 } });
    for (const bytes of garbage) {
      expect([bytes, await endsWell("GetCursor", tested.client)]).toEqual([bytes, false]);
    }
    expect(server.requests).toHaveLength(200);
    await tested.stop();
    await server.stop();
  });
});
