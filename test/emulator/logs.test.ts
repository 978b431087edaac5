import { deflateSync, zstdCompressSync } from "node:zlib";
import { compress as lz4Prefixed } from "lz4-wasm-nodejs";
import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "../../emulator/src/index.js";
import { hour, paths, start, startShop } from "./fixture.js";
import type { SlsClient } from "./slsClient.js";
import { sampleMessage } from "./wire/sampleLogGroup.js";

const message = sampleMessage();
const pullPath = (cursor: string, count = 10) =>
  `/logstores/orders/shards/0?type=log&cursor=${encodeURIComponent(cursor)}&count=${count}`;

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

describe("PostLogStoreLogs", () => {
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
});
