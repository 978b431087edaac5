import { describe, expect, it } from "vitest";
import { paths, start, startShop } from "./fixture.js";

describe("the log of requests", () => {
  it("has every request in order of arrival with all that matters", async () => {
    const { sls, emulator } = await startShop();
    await sls.post(`${paths.update}&consumer=a`, { shard: 1, checkpoint: "MQ==" });
    await sls.get(paths.cursor(0, "begin"));
    await sls.get("/nowhere");
    expect(emulator.requests.map(({ call }) => call)).toEqual(["UpdateCheckPoint", "GetCursor", "Unknown"]);
    expect(emulator.requests[0]).toMatchObject({
      id: 1,
      method: "POST",
      path: "/logstores/orders/consumergroups/billing",
      query: { type: "checkpoint", forceSuccess: "true", consumer: "a" },
      body: '{"shard":1,"checkpoint":"MQ=="}',
      project: "shop",
      logstore: "orders",
      consumerGroup: "billing",
      shard: 1,
      state: "answered",
      status: 200,
    });
    expect(emulator.requests[1]).toMatchObject({ shard: 0, logstore: "orders" });
    expect(emulator.requests[2]).toMatchObject({ status: 400, errorCode: "BadRequest" });
    expect(emulator.requestsOf("GetCursor")).toHaveLength(1);
    emulator.clearRequests();
    expect(emulator.requests).toEqual([]);
  });

  it("resolves a wait with the nth request that fits, past or to come", async () => {
    const { sls, emulator } = await startShop();
    await sls.get(paths.shards);
    const isList = ({ call }: { call: string }) => call === "ListShards";
    expect((await emulator.waitForRequest(isList)).id).toBe(1);
    const third = emulator.waitForRequest(isList, 3);
    await sls.get(paths.group);
    await sls.get(paths.shards);
    await sls.get(paths.shards);
    expect((await third).id).toBe(4);
  });

  it("keeps the beginning of a large body", async () => {
    const { sls, emulator } = await startShop();
    await sls.post(paths.update, { shard: 0, checkpoint: "M".repeat(100_000) });
    expect(emulator.requests[0]?.body).toHaveLength(65_536);
    expect(emulator.requests[0]?.status).toBe(200);
  });

  it("keeps a bounded number of requests", async () => {
    const { sls, emulator } = await startShop({ requestLogLimit: 3 });
    for (let index = 0; index < 8; index += 1) await sls.get(paths.shards);
    expect(emulator.requests.length).toBeLessThanOrEqual(4);
    expect(emulator.requests.at(-1)?.id).toBe(8);
  });

  it("tells of a fault of the emulator itself, and serves on", async () => {
    const faults: unknown[] = [];
    const fault = new Error("the clock is broken");
    const time = { isBroken: false };
    const { emulator, client } = await startShop({
      onUnexpected: (error) => faults.push(error),
      clock: () => {
        if (time.isBroken) throw fault;
        return start;
      },
    });
    const sls = client({ now: () => start });
    time.isBroken = true;
    await expect(sls.get(paths.shards)).rejects.toMatchObject({ code: "ECONNRESET" });
    time.isBroken = false;
    expect(faults).toEqual([fault]);
    expect((await sls.get(paths.shards)).outcome).toBe("200");
    expect(emulator.requests).toHaveLength(1);
  });

  it("tells a listener how each request ended", async () => {
    const ended: string[] = [];
    const { sls, emulator } = await startShop({
      onRequest: ({ call, state }) => ended.push(`${call} ${state}`),
    });
    emulator.rule({ call: "GetCheckPoint", do: { kind: "resetBefore" } });
    await sls.get(paths.shards);
    await expect(sls.get(paths.group)).rejects.toThrow();
    expect(ended).toEqual(["ListShards answered", "GetCheckPoint failed"]);
  });
});
