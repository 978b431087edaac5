import { describe, expect, it } from "vitest";
import { useWireShop } from "./wireShop.js";

const shop = useWireShop();

async function send(method: string, path: string, body?: unknown): Promise<string> {
  const request = { method, path, ...(body !== undefined && { body: JSON.stringify(body) }) };
  return (await shop.sls.send(request)).outcome;
}

describe("logstores", () => {
  it("are created, listed, read, changed and deleted", async () => {
    const logstoreName = shop.nameForTest();
    const path = `/logstores/${logstoreName}`;
    const body = { logstoreName, ttl: 2, shardCount: 2, autoSplit: true, maxSplitShard: 8 };
    expect(await send("POST", "/logstores", body)).toBe("200");
    const shown = await shop.until(path, ({ outcome }) => outcome === "200");
    expect(shown.json).toMatchObject(body);
    expect(await send("POST", "/logstores", body)).toBe("400 LogStoreAlreadyExist");
    const listed = await shop.sls.get(`/logstores?offset=0&size=1&logstoreName=${logstoreName}`);
    expect(listed.json).toMatchObject({ count: 1, total: 1, logstores: [logstoreName] });
    expect(await send("PUT", path, { logstoreName, ttl: 3 })).toBe("200");
    const changed = await shop.until(path, ({ json }) => (json as { ttl: number }).ttl === 3);
    expect(changed.json).toMatchObject({ ...body, ttl: 3 });
    expect(await send("DELETE", path)).toBe("200");
    const gone = await shop.until(path, ({ status }) => status === 404);
    expect(gone.outcome).toBe("404 LogStoreNotExist");
  });

  it.each([
    ["without a ttl", {}],
    ["with a ttl of 0", { ttl: 0, shardCount: 1 }],
    ["with no shard", { ttl: 1, shardCount: 0 }],
  ])("are refused %s", async (_how, body) => {
    const logstoreName = shop.nameForTest();
    expect(await send("POST", "/logstores", { logstoreName, ...body })).toBe("400 LogstoreInfoInvalid");
  });

  it("are refused with another name than one of small letters, and as a list", async () => {
    expect(await send("POST", "/logstores", { logstoreName: "A", ttl: 1, shardCount: 1 })).toBe(
      "400 LogstoreInfoInvalid",
    );
    expect(await send("POST", "/logstores", [])).toBe("400 PostBodyInvalid");
  });
});

describe("consumer groups", () => {
  it("are created, listed, changed and deleted", async () => {
    const { name, path } = await shop.openGroup({ order: true });
    const { groups } = shop.logstore;
    const again = { consumerGroup: name, timeout: 30, order: true };
    expect(await send("POST", groups, again)).toBe("400 ConsumerGroupAlreadyExist");
    expect(await send("PUT", path, { timeout: 90 })).toBe("200");
    const listed = await shop.until(groups, ({ text }) => text.includes("90"));
    expect(listed.json).toContainEqual({ name, timeout: 90, order: true });
    expect(await send("DELETE", path)).toBe("200");
    const gone = await shop.until(path, ({ status }) => status === 404);
    expect(gone.outcome).toBe("404 ConsumerGroupNotExist");
    expect(await send("DELETE", path)).toBe("404 ConsumerGroupNotExist");
    expect(await send("PUT", path, { timeout: 90 })).toBe("404 ConsumerGroupNotExist");
  });

  it.each([
    { consumerGroup: "a" },
    { consumerGroup: "a", timeout: "60" },
    { consumerGroup: "a", timeout: 0 },
    { consumerGroup: "a b", timeout: 60 },
    { timeout: 60 },
    { consumerGroup: "a", timeout: 60, order: "true" },
  ])("are refused with %j", async (body) => {
    expect(await send("POST", shop.logstore.groups, body)).toBe("400 JsonInfoInvalid");
  });
});

interface ShardOnTheWire {
  readonly shardID: number;
  readonly status: string;
  readonly inclusiveBeginKey: string;
  readonly exclusiveEndKey: string;
}

describe("shards", () => {
  const half = "80000000000000000000000000000000";
  const quarter = "40000000000000000000000000000000";
  const list = (json: unknown) =>
    (json as ShardOnTheWire[]).map(({ shardID, status, inclusiveBeginKey, exclusiveEndKey }) =>
      [shardID, status, inclusiveBeginKey.slice(0, 2), exclusiveEndKey.slice(0, 2)].join(" "),
    );

  it("divide the key space", async () => {
    const born = { status: "readwrite", createTime: expect.any(Number) as number };
    expect((await shop.sls.get(shop.logstore.shards)).json).toEqual([
      { shardID: 0, inclusiveBeginKey: "0".repeat(32), exclusiveEndKey: half, ...born },
      { shardID: 1, inclusiveBeginKey: half, exclusiveEndKey: "f".repeat(32), ...born },
    ]);
  });

  it("are split at a key or in the middle, and merged with their right neighbour", async () => {
    const { shards } = await shop.openLogstore();
    const count = async (expected: number) =>
      shop.until(shards, ({ json }) => (json as unknown[]).length === expected);
    const split = await shop.sls.post(`${shards}/0?action=split&key=${quarter}`);
    expect(list(split.json)).toEqual(["0 readonly 00 80", "2 readwrite 00 40", "3 readwrite 40 80"]);
    await count(4);
    const again = await shop.sls.post(`${shards}/1?action=split`);
    expect(list(again.json)).toEqual(["1 readonly 80 ff", "4 readwrite 80 c0", "5 readwrite c0 ff"]);
    await count(6);
    const merged = await shop.sls.post(`${shards}/3?action=merge`);
    expect(list(merged.json)).toEqual(["6 readwrite 40 c0", "3 readonly 40 80", "4 readonly 80 c0"]);
    expect((await count(7)).json).toHaveLength(7);
  });

  it.each([
    ["POST", "0?action=split&key=zz"],
    ["POST", `0?action=split&key=${half}`],
    ["POST", "0?action=split&shardCount=1"],
    ["POST", "9?action=split"],
    ["POST", "1?action=merge"],
    ["DELETE", "0"],
    ["DELETE", "9"],
  ])("refuse %s %s", async (method, rest) => {
    const { shards } = shop.logstore;
    const before = (await shop.sls.get(shards)).text;
    expect(await send(method, `${shards}/${rest}`)).toBe("400 ParameterInvalid");
    expect((await shop.sls.get(shards)).text).toBe(before);
  });
});
