import { deflateSync, inflateSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { compress as lz4Prefixed, decompress as lz4Unprefixed } from "lz4-wasm-nodejs";
import { describe, expect, it } from "vitest";
import { encodeCursor } from "../../../emulator/src/index.js";
import type { TestAnswer } from "../slsClient.js";
import {
  keyOfShard0,
  keyOfShard1,
  LogGroup,
  LogGroupList,
  postSample,
  sampleMessage,
} from "./sampleLogGroup.js";
import { useWireShop, type WireLogstore } from "./wireShop.js";

const shop = useWireShop();
const message = sampleMessage();

function lz4Block(bytes: Buffer): Buffer {
  return Buffer.from(lz4Prefixed(bytes).subarray(4));
}

async function post(
  logstore: WireLogstore,
  body: Buffer,
  headers: Record<string, string | undefined> = {},
  path = `${logstore.shards}/route?key=${keyOfShard0}`,
) {
  const type = { "content-type": "application/x-protobuf" };
  return shop.sls.send({ method: "POST", path, body, headers: { ...type, ...headers } });
}

function pullPath(
  { shards }: WireLogstore,
  position: bigint,
  count: number | string = 10,
  more = "",
): string {
  return `${shards}/0?type=log&cursor=${encodeURIComponent(encodeCursor(position))}&count=${count}${more}`;
}

async function pull(path: string, encoding?: string) {
  return shop.sls.send({ path, headers: { accept: "application/x-protobuf", "accept-encoding": encoding } });
}

function decode(bytes: Uint8Array): { Logs: { Contents: { Key: string; Value: string }[] }[] }[] {
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

/** Waits until a shard holds so many log groups; the position of the first. */
async function filled(logstore: WireLogstore, shard: number, count: bigint): Promise<bigint> {
  const begin = await shop.position(logstore, shard, "begin");
  const end = encodeCursor(begin + count);
  await shop.until(logstore.cursor(shard, "end"), ({ text }) => text.includes(end));
  return begin;
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
    const logstore = await shop.openLogstore();
    const posted = await shop.eventually(
      async () => post(logstore, body, headers),
      ({ outcome }) => outcome === "200",
    );
    expect(posted.outcome).toBe("200");
    const answer = await pull(pullPath(logstore, await filled(logstore, 0, 1n)));
    expect(answer.outcome).toBe("200");
    expect(decode(answer.bytes)).toMatchObject([LogGroup.toObject(LogGroup.decode(message))]);
  });

  it("goes where its key belongs", async () => {
    const logstore = await shop.openLogstore();
    await postSample(shop, logstore, keyOfShard1);
    await filled(logstore, 1, 1n);
    const ends = ["begin", "end"].map(async (place) => shop.position(logstore, 0, place));
    expect(new Set(await Promise.all(ends)).size).toBe(1);
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
  ])("refuses %s", async (_name, body, headers, outcome) => {
    expect((await post(shop.logstore, body, headers)).outcome).toBe(outcome);
    expect(await shop.position(shop.logstore, 0, "end")).toBe(await shop.position(shop.logstore, 0, "begin"));
  });

  it("refuses a key that is none", async () => {
    const path = `${shop.logstore.shards}/route?key=1`;
    expect((await post(shop.logstore, message, {}, path)).outcome).toBe("400 ParameterInvalid");
  });
});

describe("PullLogs", () => {
  /** A logstore with five log groups in shard 0. */
  async function openFilled() {
    const logstore = await shop.openLogstore();
    const posted = Date.now();
    for (let index = 0; index < 5; index += 1) await postSample(shop, logstore, keyOfShard0, String(index));
    return { logstore, posted, begin: await filled(logstore, 0, 5n) };
  }

  it("answers every Accept-Encoding that it knows, and plainly where it knows none", async () => {
    const { logstore, begin } = await openFilled();
    for (const encoding of [undefined, "lz4", "deflate", "zstd", "gzip, deflate", ""]) {
      const answer = await pull(pullPath(logstore, begin, 2), encoding);
      const expected = ["lz4", "deflate", "zstd"].find((name) => name === encoding);
      expect(answer.headers["x-log-compresstype"]).toBe(expected);
      expect(answer.headers["content-encoding"]).toBeUndefined();
      const raw = plain(answer);
      expect(Number(answer.headers["x-log-bodyrawsize"])).toBe(raw.length);
      expect(decode(raw).map(({ Logs }) => Logs[0]?.Contents[0]?.Value)).toEqual(["0", "1"]);
    }
  });

  it("says in its headers where it read and where to go on", async () => {
    const { logstore, begin, posted } = await openFilled();
    const { headers } = await pull(pullPath(logstore, begin, 2));
    expect(headers).toMatchObject({
      "content-type": "application/x-protobuf",
      "x-log-count": "2",
      "x-log-cursor": encodeCursor(begin + 2n),
      "x-log-read-last-cursor": String(begin + 1n),
      "x-log-end-of-cursor": "0",
    });
    const received = Number(headers["x-log-cursor-time"]) * 1_000;
    expect(Math.abs(received - posted)).toBeLessThan(300_000);
  });

  it("answers nothing at the end, with the cursor that was given", async () => {
    const { logstore, begin } = await openFilled();
    const end = pullPath(logstore, begin + 5n);
    for (const path of [end, end.replace("=log", "=logs")]) {
      const { headers, bytes } = await pull(path, "lz4");
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
    const { logstore, begin } = await openFilled();
    const until = async (end: bigint) => {
      const more = `&end_cursor=${encodeURIComponent(encodeCursor(end))}`;
      return (await pull(pullPath(logstore, begin + 1n, 10, more))).headers["x-log-count"];
    };
    expect(await until(begin + 3n)).toBe("2");
    expect(await until(begin + 1n)).toBe("0");
    expect(await until(begin - 5n)).toBe("0");
    expect(await until(begin + 99n)).toBe("4");
  });

  it.each([0, 1001, "x"])("refuses count=%s", async (count) => {
    const begin = await shop.position(shop.logstore, 0, "begin");
    expect((await pull(pullPath(shop.logstore, begin, count))).outcome).toBe("400 ParameterInvalid");
  });

  it("refuses cursors outside the window, and what is none", async () => {
    const begin = await shop.position(shop.logstore, 0, "begin");
    const paths = [begin - 1n, begin + 1n].map((position) => pullPath(shop.logstore, position));
    const none = `${shop.logstore.shards}/0?type=log&cursor=x&count=10`;
    for (const path of [...paths, none]) expect((await pull(path)).outcome).toBe("400 InvalidCursor");
  });
});
