import { describe, expect, it } from "vitest";
import { day, hour, paths, start, startEmulator, startShop } from "./fixture.js";

describe("projects", () => {
  it("are created on their own host or on the bare endpoint, read, changed and deleted", async () => {
    const { sls, emulator } = await startEmulator();
    expect((await sls.post("/", { projectName: "shop", description: "d" })).outcome).toBe("200");
    expect((await sls.post("/", { projectName: "other" }, "")).outcome).toBe("200");
    expect((await sls.post("/", { projectName: "shop" })).outcome).toBe("400 ProjectAlreadyExist");
    expect((await sls.get("/")).json).toMatchObject({
      projectName: "shop",
      description: "d",
      status: "Normal",
      createTime: String(start / 1000),
      internetEndpoint: `127.0.0.1:${emulator.port}`,
    });
    await sls.send({ method: "PUT", path: "/", body: '{"description":"e"}' });
    expect((await sls.get("/")).json).toMatchObject({ description: "e" });
    expect((await sls.get("/?offset=1&size=1", "")).json).toMatchObject({
      count: 1,
      total: 2,
      projects: [{ projectName: "other" }],
    });
    expect((await sls.send({ method: "DELETE", path: "/" })).outcome).toBe("200");
    expect((await sls.get("/")).outcome).toBe("404 ProjectNotExist");
  });

  it("are refused with a bad name or body", async () => {
    const { sls } = await startEmulator();
    expect((await sls.post("/", { projectName: "A B" })).outcome).toBe("400 ParameterInvalid");
    expect((await sls.post("/", "text")).outcome).toBe("400 PostBodyInvalid");
  });

  it("are told apart by the first label of the host, whatever its case and port", async () => {
    const { sls, emulator } = await startShop();
    const at = async (host: string) => {
      const headers = sls.sign({ path: "/", headers: { host } });
      return (await sls.sendRaw({ path: "/", headers })).json;
    };
    for (const host of [
      "shop.localhost",
      "SHOP.cn-hangzhou.log.aliyuncs.com:80",
      "shop.cn-x-intranet.log.aliyuncs.com",
    ]) {
      expect(await at(host)).toMatchObject({ projectName: "shop" });
    }
    for (const host of ["localhost:1", "127.0.0.1", "cn-hangzhou.log.aliyuncs.com", "[::1]:80", "emulator"]) {
      expect(await at(host)).toMatchObject({ total: 1 });
    }
    expect(emulator.requests[0]?.project).toBe("shop");
  });

  it("are found in absolute-form requests too, as a proxy gets them", async () => {
    const { sls } = await startShop();
    const host = "shop.cn-hangzhou.log.aliyuncs.com";
    for (const authority of [host, `${host}:80`]) {
      const path = `http://${authority}${paths.shards}`;
      const headers = sls.sign({ path: paths.shards, headers: { host } });
      expect((await sls.sendRaw({ path, headers })).outcome).toBe("200");
    }
  });

  it("have regions", async () => {
    const { sls } = await startEmulator();
    expect((await sls.get("/regions", "")).json).toMatchObject({ regions: [{ region: "cn-emulator" }] });
  });
});

describe("logstores", () => {
  it("are listed by the page and by a part of their name, and keep the time of their creation", async () => {
    const { sls } = await startShop();
    const body = { logstoreName: "events", ttl: 30, shardCount: 3, autoSplit: true, maxSplitShard: 8 };
    expect((await sls.post("/logstores", body)).outcome).toBe("200");
    expect((await sls.get("/logstores?offset=0&size=1")).json).toEqual({
      count: 1,
      total: 2,
      logstores: ["events"],
    });
    expect((await sls.get("/logstores?logstoreName=rder")).json).toMatchObject({ logstores: ["orders"] });
    expect((await sls.get("/logstores/events")).json).toMatchObject({ ...body, createTime: start / 1000 });
  });

  it("have other cursors when they are created again", async () => {
    const { emulator } = await startShop();
    const before = emulator.cursorAt("shop", "orders", 0, "begin");
    emulator.deleteLogstore("shop", "orders");
    emulator.createLogstore("shop", "orders");
    expect(emulator.cursorAt("shop", "orders", 0, "begin")).not.toBe(before);
  });
});

describe("consumer groups beyond the limit of a logstore", () => {
  it("make room when one is deleted; in another logstore there is room, and one that exists is named", async () => {
    const { sls, emulator } = await startShop();
    for (let index = 2; index <= 30; index += 1)
      emulator.createConsumerGroup("shop", "orders", `group-${index}`);
    emulator.createLogstore("shop", "events");
    const create = async (consumerGroup: string, logstore = "orders") =>
      (await sls.post(`/logstores/${logstore}/consumergroups`, { consumerGroup, timeout: 60 })).outcome;
    expect(await create("more")).toBe("400 ConsumerGroupQuotaExceed");
    expect(await create("billing")).toBe("400 ConsumerGroupAlreadyExist");
    expect(await create("more", "events")).toBe("200");
    expect((await sls.send({ method: "DELETE", path: `${paths.groups}/group-7` })).outcome).toBe("200");
    expect(await create("more")).toBe("200");
  });

  it("can be made in code, as in a project whose quota was raised", async () => {
    const { sls, emulator } = await startShop();
    for (let index = 2; index <= 40; index += 1)
      emulator.createConsumerGroup("shop", "orders", `group-${index}`);
    expect((await sls.get(paths.groups)).json).toHaveLength(40);
  });
});

interface ShardOnTheWire {
  readonly shardID: number;
  readonly inclusiveBeginKey: string;
  readonly exclusiveEndKey: string;
}

describe("shards", () => {
  it("are split in as many as is asked for", async () => {
    const { sls } = await startShop();
    const four = await sls.post(`${paths.shards}/0?action=split&shardCount=4`);
    const keys = (four.json as ShardOnTheWire[]).map(({ shardID, inclusiveBeginKey, exclusiveEndKey }) =>
      [shardID, inclusiveBeginKey.slice(0, 2), exclusiveEndKey.slice(0, 2)].join(" "),
    );
    expect(keys).toEqual(["0 00 80", "2 00 20", "3 20 40", "4 40 60", "5 60 80"]);
  });

  it("are at most 256 writable ones", async () => {
    const { sls, emulator } = await startShop();
    emulator.createLogstore("shop", "wide", { shardCount: 255 });
    const split = async (shard: number) =>
      (await sls.post(`/logstores/wide/shards/${shard}?action=split`)).outcome;
    expect(await split(0)).toBe("200");
    expect(await split(1)).toBe("400 ProjectQuotaExceed");
    await sls.post("/logstores/wide/shards/2?action=merge");
    expect(await split(1)).toBe("200");
  });

  it("keep their data when read-only, take no more of it, and vanish when it has expired", async () => {
    const { sls, emulator, clock } = await startShop();
    emulator.appendLogGroups("shop", "orders", 0, { count: 2, from: start - 2 * hour, to: start - hour });
    emulator.splitShard("shop", "orders", 0);
    expect((await sls.post(`${paths.shards}/0?action=split`)).outcome).toBe("400 ParameterInvalid");
    expect((await sls.get(paths.cursor(0, "begin"))).outcome).toBe("200");
    const ids = async () =>
      ((await sls.get(paths.shards)).json as ShardOnTheWire[]).map(({ shardID }) => shardID);
    clock.now = start + 7 * day;
    expect(await ids()).toEqual([0, 1, 2, 3]);
    clock.now += 1;
    expect(await ids()).toEqual([1, 2, 3]);
    expect((await sls.get(paths.cursor(0, "begin"))).outcome).toBe("400 ShardNotExist");
  });

  it("can be deleted when read-only", async () => {
    const { sls, emulator } = await startShop();
    emulator.splitShard("shop", "orders", 0);
    expect((await sls.send({ method: "DELETE", path: `${paths.shards}/0` })).outcome).toBe("200");
    expect((await sls.get(paths.cursor(0, "begin"))).outcome).toBe("400 ShardNotExist");
  });
});
