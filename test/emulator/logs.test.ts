import { deflateSync, inflateSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { compress as lz4Prefixed, decompress as lz4Unprefixed } from "lz4-wasm-nodejs";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "../../emulator/src/index.js";
import { hour, paths, start, startShop } from "./fixture.js";
import type { SlsClient, TestAnswer } from "./slsClient.js";

// The schema as official clients have it, written down a second time.
const { root } = protobuf.parse(
  `
  syntax = "proto2";
  message Log {
    required uint32 Time = 1;
    message Content { required string Key = 1; required string Value = 2; }
    repeated Content Contents = 2;
    optional fixed32 Time_ns = 4;
  }
  message LogTag { required string Key = 1; required string Value = 2; }
  message LogGroup {
    repeated Log Logs = 1;
    optional string Topic = 3;
    optional string Source = 4;
    repeated LogTag LogTags = 6;
  }
  message LogGroupList { repeated LogGroup logGroupList = 1; }
`,
  { keepCase: true },
);
const LogGroup = root.lookupType("LogGroup");
const LogGroupList = root.lookupType("LogGroupList");

const sample = {
  Logs: [{ Time: start / 1000, Contents: [{ Key: "level", Value: "info" }], Time_ns: 7 }],
  Topic: "t",
  Source: "10.0.0.1",
  LogTags: [{ Key: "__path__", Value: "/a" }],
};
const message = Buffer.from(LogGroup.encode(sample).finish());
const pullPath = (cursor: string, count = 10, more = "") =>
  `/logstores/orders/shards/0?type=log&cursor=${encodeURIComponent(cursor)}&count=${count}${more}`;

function lz4Block(bytes: Buffer): Buffer {
  return Buffer.from(lz4Prefixed(bytes).subarray(4));
}

async function post(
  sls: SlsClient,
  body: Buffer,
  headers: Record<string, string | undefined> = {},
  path = "/logstores/orders/shards/route?key=00000000000000000000000000000000",
) {
  const type = { "content-type": "application/x-protobuf" };
  return sls.send({ method: "POST", path, body, headers: { ...type, ...headers } });
}

async function pull(sls: SlsClient, path: string, encoding?: string) {
  return sls.send({ path, headers: { accept: "application/x-protobuf", "accept-encoding": encoding } });
}

function decode(
  bytes: Uint8Array,
): { Logs: { Contents: { Key: string; Value: string }[] }[]; Topic?: string }[] {
  return (LogGroupList.toObject(LogGroupList.decode(bytes)) as { logGroupList?: [] }).logGroupList ?? [];
}

function plain(answer: TestAnswer): Uint8Array {
  const size = Number(answer.headers["x-log-bodyrawsize"]);
  switch (answer.headers["x-log-compresstype"]) {
    case "deflate":
      return inflateSync(answer.bytes);
    case "zstd":
      return zstdDecompressSync(answer.bytes);
    case "lz4": {
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32LE(size);
      return lz4Unprefixed(Buffer.concat([prefix, answer.bytes]));
    }
    default:
      return answer.bytes;
  }
}

describe("PostLogStoreLogs", () => {
  it.each([
    ["nothing", message, {}],
    ["lz4", lz4Block(message), { "x-log-compresstype": "lz4", "x-log-bodyrawsize": String(message.length) }],
    [
      "deflate",
      deflateSync(message),
      { "x-log-compresstype": "deflate", "x-log-bodyrawsize": String(message.length) },
    ],
    [
      "zstd",
      zstdCompressSync(message),
      { "x-log-compresstype": "zstd", "x-log-bodyrawsize": String(message.length) },
    ],
  ])("takes a log group compressed with %s and gives back the very same", async (_name, body, headers) => {
    const { sls, emulator } = await startShop();
    const begin = emulator.cursorAt("shop", "orders", 0, "begin");
    expect((await post(sls, body, headers)).outcome).toBe("200");
    const answer = await pull(sls, pullPath(begin));
    expect(answer.outcome).toBe("200");
    const [group] = decode(answer.bytes);
    expect(group).toEqual(LogGroup.toObject(LogGroup.decode(message)));
  });

  it("spreads over the writable shards, or goes where its key belongs", async () => {
    const { sls, emulator } = await startShop();
    const counts = () =>
      [0, 1].map((shard) => {
        const at = (place: "begin" | "end") =>
          decodeCursor(emulator.cursorAt("shop", "orders", shard, place)) ?? 0n;
        return Number(at("end") - at("begin"));
      });
    for (const path of ["/logstores/orders/shards/lb", "/logstores/orders", "/logstores/orders/shards/lb?"]) {
      await post(sls, message, {}, path);
      await post(sls, message, {}, path);
    }
    expect(counts()).toEqual([3, 3]);
    await post(sls, message, {}, "/logstores/orders/shards/route?key=ffffffffffffffffffffffffffffffff");
    expect(counts()).toEqual([3, 4]);
  });

  it.each([
    ["no content type", message, { "content-type": undefined }, "400 MissingContentType"],
    ["another content type", message, { "content-type": "application/json" }, "415 InvalidContentType"],
    ["what is no protobuf", Buffer.from([1, 2, 3]), {}, "400 PostBodyInvalid"],
    ["a protobuf without a required field", Buffer.from([0x0a, 0x00]), {}, "400 PostBodyInvalid"],
    ["nothing", Buffer.alloc(0), {}, "400 PostBodyInvalid"],
    ["an unknown compression", message, { "x-log-compresstype": "gzip" }, "400 InvalidCompressType"],
    [
      "a compression without a raw size",
      message,
      { "x-log-compresstype": "lz4", "x-log-bodyrawsize": undefined },
      "400 MissingBodyRawSize",
    ],
    [
      "a raw size that is none",
      message,
      { "x-log-compresstype": "lz4", "x-log-bodyrawsize": "x" },
      "400 InvalidBodyRawSize",
    ],
    [
      "a raw size beyond the limit",
      message,
      { "x-log-compresstype": "lz4", "x-log-bodyrawsize": "10485761" },
      "413 PostBodyTooLarge",
    ],
    [
      "a raw size beyond what is there",
      deflateSync(message),
      { "x-log-compresstype": "deflate", "x-log-bodyrawsize": String(message.length + 1) },
      "400 PostBodyUncompressError",
    ],
    [
      "broken lz4",
      Buffer.from([255, 255, 255]),
      { "x-log-compresstype": "lz4", "x-log-bodyrawsize": "9" },
      "400 PostBodyUncompressError",
    ],
    [
      "broken zstd",
      Buffer.from([255, 255, 255]),
      { "x-log-compresstype": "zstd", "x-log-bodyrawsize": "9" },
      "400 PostBodyUncompressError",
    ],
    [
      "a bomb in lz4",
      lz4Block(Buffer.alloc(9_000_000)),
      { "x-log-compresstype": "lz4", "x-log-bodyrawsize": "10" },
      "400 PostBodyUncompressError",
    ],
    [
      "a bomb in deflate",
      deflateSync(Buffer.alloc(9_000_000)),
      { "x-log-compresstype": "deflate", "x-log-bodyrawsize": "10" },
      "400 PostBodyUncompressError",
    ],
    [
      "a bomb in zstd",
      zstdCompressSync(Buffer.alloc(9_000_000)),
      { "x-log-compresstype": "zstd", "x-log-bodyrawsize": "10" },
      "400 PostBodyUncompressError",
    ],
  ])("refuses %s", async (_name, body, headers, outcome) => {
    const { sls, emulator } = await startShop();
    expect((await post(sls, body, headers)).outcome).toBe(outcome);
    expect(emulator.cursorAt("shop", "orders", 0, "end")).toBe(
      emulator.cursorAt("shop", "orders", 0, "begin"),
    );
  });

  it("refuses a body of more than 10 MiB", async () => {
    const { sls } = await startShop();
    const request = { method: "POST", path: "/logstores/orders/shards/lb" };
    const headers = sls.sign({ ...request, body: Buffer.alloc(10_485_761) });
    const outcome = await sls.sendRaw({ ...request, body: Buffer.alloc(10_485_761), headers }).then(
      (answer) => answer.outcome,
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    expect(["413 PostBodyTooLarge", "EPIPE", "ECONNRESET"]).toContain(outcome);
    expect((await sls.get(paths.shards)).outcome).toBe("200");
  });

  it("refuses a key that is none", async () => {
    const { sls } = await startShop();
    const path = "/logstores/orders/shards/route?key=1";
    expect((await post(sls, message, {}, path)).outcome).toBe("400 ParameterInvalid");
  });
});

describe("a log group posted while the clock goes back", () => {
  it("is received no earlier than the one before it", async () => {
    const { sls, emulator, clock } = await startShop();
    await post(sls, message);
    clock.now -= hour;
    expect((await post(sls, message)).outcome).toBe("200");
    const begin = decodeCursor(emulator.cursorAt("shop", "orders", 0, "begin")) ?? 0n;
    const time = await sls.get(paths.cursorTime(0, encodeCursor(begin + 1n)));
    expect(time.json).toEqual({ cursor_time: start / 1000 });
  });
});

describe("PullLogs", () => {
  async function startFilled() {
    const started = await startShop();
    started.emulator.appendLogGroups("shop", "orders", 0, { count: 5, from: start - 4 * hour, to: start });
    const begin = decodeCursor(started.emulator.cursorAt("shop", "orders", 0, "begin")) ?? 0n;
    return { ...started, begin };
  }

  it.each([undefined, "lz4", "deflate", "zstd", "gzip, deflate", ""])(
    "answers Accept-Encoding %j",
    async (encoding) => {
      const { sls, begin } = await startFilled();
      const answer = await pull(sls, pullPath(encodeCursor(begin), 2), encoding);
      const expected = ["lz4", "deflate", "zstd"].find((name) => name === encoding);
      expect(answer.headers["x-log-compresstype"]).toBe(expected);
      expect(answer.headers["content-encoding"]).toBeUndefined();
      const raw = plain(answer);
      expect(Number(answer.headers["x-log-bodyrawsize"])).toBe(raw.length);
      expect(decode(raw).map(({ Logs }) => Logs[0]?.Contents[0]?.Value)).toEqual(["0", "1"]);
    },
  );

  it("says in its headers where it read and where to go on", async () => {
    const { sls, begin } = await startFilled();
    const { headers } = await pull(sls, pullPath(encodeCursor(begin), 2));
    expect(headers).toMatchObject({
      "content-type": "application/x-protobuf",
      "x-log-count": "2",
      "x-log-cursor": encodeCursor(begin + 2n),
      "x-log-read-last-cursor": String(begin + 1n),
      "x-log-cursor-time": String((start - 3 * hour) / 1000),
      "x-log-end-of-cursor": "0",
    });
  });

  it("answers at most 10 MiB, and at least one log group", async () => {
    const { sls, emulator } = await startShop();
    const logs = [{ time: 1, contents: { text: "x".repeat(4_000_000) } }];
    const groups = Array.from({ length: 4 }, () => ({ receivedAt: start, logs }));
    emulator.appendLogGroups("shop", "orders", 0, groups);
    const begin = decodeCursor(emulator.cursorAt("shop", "orders", 0, "begin")) ?? 0n;
    const { headers } = await pull(sls, pullPath(encodeCursor(begin)), "zstd");
    expect(headers).toMatchObject({ "x-log-count": "2", "x-log-cursor": encodeCursor(begin + 2n) });
    const large = [{ time: 1, contents: { text: "x".repeat(11_000_000) } }];
    emulator.appendLogGroups("shop", "orders", 1, [{ receivedAt: start, logs: large }]);
    const path = pullPath(emulator.cursorAt("shop", "orders", 1, "begin")).replace("shards/0", "shards/1");
    expect((await pull(sls, path, "zstd")).headers["x-log-count"]).toBe("1");
  });

  it("answers nothing at the end, with the cursor that was given", async () => {
    const { sls, begin } = await startFilled();
    for (const path of [
      pullPath(encodeCursor(begin + 5n)),
      pullPath(encodeCursor(begin + 5n)).replace("=log", "=logs"),
    ]) {
      const { headers, bytes } = await pull(sls, path, "lz4");
      expect(bytes.length).toBe(0);
      expect(headers).toMatchObject({
        "x-log-count": "0",
        "x-log-bodyrawsize": "0",
        "x-log-cursor": encodeCursor(begin + 5n),
        "x-log-end-of-cursor": "1",
      });
    }
  });

  it("stops at the end cursor", async () => {
    const { sls, begin } = await startFilled();
    const until = async (end: bigint) => {
      const path = pullPath(
        encodeCursor(begin + 1n),
        10,
        `&end_cursor=${encodeURIComponent(encodeCursor(end))}`,
      );
      return (await pull(sls, path)).headers["x-log-count"];
    };
    expect(await until(begin + 3n)).toBe("2");
    expect(await until(begin + 1n)).toBe("0");
    expect(await until(begin - 5n)).toBe("0");
    expect(await until(begin + 99n)).toBe("4");
  });

  it.each([0, 1001, "x"])("refuses count=%s", async (count) => {
    const { sls, begin } = await startFilled();
    const path = pullPath(encodeCursor(begin)).replace("count=10", `count=${count}`);
    expect((await pull(sls, path)).outcome).toBe("400 ParameterInvalid");
  });

  it("refuses cursors outside the window, and what is none", async () => {
    const { sls, begin } = await startFilled();
    for (const cursor of [encodeCursor(begin - 1n), encodeCursor(begin + 6n), "x"]) {
      expect((await pull(sls, pullPath(cursor))).outcome).toBe("400 InvalidCursor");
    }
  });
});
