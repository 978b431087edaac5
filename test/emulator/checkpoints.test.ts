import { describe, expect, it } from "vitest";
import { encodeCursor } from "../../emulator/src/index.js";
import { paths, start, startShop } from "./fixture.js";

const byConsumer = (consumer: string, force: string) =>
  `${paths.group}?type=checkpoint&consumer=${consumer}&forceSuccess=${force}`;

describe("UpdateCheckPoint", () => {
  it("saves at the time of the clock, in microseconds, and lists the shard that nobody touched", async () => {
    const { sls, emulator } = await startShop();
    const answer = await sls.post(paths.update, { shard: 1, checkpoint: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==" });
    expect([answer.status, answer.text, answer.headers["content-type"]]).toEqual([200, "", undefined]);
    expect((await sls.get(paths.group)).json).toEqual([
      { shard: 0, checkpoint: "", updateTime: 0, consumer: "" },
      { shard: 1, checkpoint: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==", updateTime: start * 1000, consumer: "" },
    ]);
    expect(emulator.checkpoint("shop", "orders", "billing", 0)).toBeUndefined();
  });

  it("keeps the name of the consumer that saved last when a forced update names none", async () => {
    const { sls, emulator } = await startShop();
    emulator.commit("shop", "orders", "billing", 0, "MQ==", { consumer: "host-a" });
    await sls.post(`${paths.update}&consumer=`, { shard: 0, checkpoint: "Mg==" });
    expect(emulator.checkpoint("shop", "orders", "billing", 0)).toMatchObject({
      checkpoint: "Mg==",
      consumer: "host-a",
    });
  });

  it.each(["", "&forceSuccess=false", "&forceSuccess=False", "&consumer=&forceSuccess=false"])(
    "refuses an update with neither consumer nor force (%s)",
    async (query) => {
      const { sls, emulator } = await startShop();
      const path = `${paths.group}?type=checkpoint${query}`;
      expect((await sls.post(path, { shard: 0, checkpoint: "MQ==" })).outcome).toBe("400 ParameterInvalid");
      expect(emulator.checkpoint("shop", "orders", "billing", 0)).toBeUndefined();
    },
  );

  it("lets only the living owner save without force", async () => {
    const { sls, emulator, clock } = await startShop();
    emulator.commit("shop", "orders", "billing", 0, "MQ==", { consumer: "host-a" });
    emulator.commit("shop", "orders", "billing", 1, "MQ==", { consumer: "host-b" });
    const save = async (consumer: string) =>
      (await sls.post(byConsumer(consumer, "false"), { shard: 0, checkpoint: "Mg==" })).outcome;
    expect(await save("host-b")).toBe("400 ConsumerNotMatch");
    expect(await save("host-c")).toBe("404 ConsumerNotExist");
    expect(emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint).toBe("MQ==");
    expect(await save("host-a")).toBe("200");
    clock.now += 61_000;
    expect(await save("host-a")).toBe("404 ConsumerNotExist");
  });

  it("takes a space in a name however it is encoded", async () => {
    const { sls, emulator } = await startShop();
    for (const name of ["host+a", "host%20a"]) {
      expect((await sls.post(byConsumer(name, "true"), { shard: 0, checkpoint: "Mg==" })).outcome).toBe(
        "200",
      );
      expect(emulator.checkpoint("shop", "orders", "billing", 0)?.consumer).toBe("host a");
    }
  });

  it("takes any consumer's save with force", async () => {
    const { sls, emulator } = await startShop();
    expect((await sls.post(byConsumer("host-x", "True"), { shard: 0, checkpoint: "Mg==" })).outcome).toBe(
      "200",
    );
    expect(emulator.checkpoint("shop", "orders", "billing", 0)?.consumer).toBe("host-x");
  });

  it.each([
    ["the empty checkpoint", { shard: 0, checkpoint: "" }, "400 InvalidShardCheckPoint"],
    ["an unknown shard", { shard: 7, checkpoint: "MQ==" }, "404 ShardNotExist"],
  ])("refuses %s", async (_name, body, outcome) => {
    const { sls } = await startShop();
    expect((await sls.post(paths.update, body)).outcome).toBe(outcome);
  });

  it.each([
    ["", "/logstores/orders/consumergroups/billing", "404 ProjectNotExist"],
    ["other", "/logstores/orders/consumergroups/billing", "404 ProjectNotExist"],
  ])("in project %j at %s answers %s, as GetCheckPoint does", async (project, path, outcome) => {
    const { sls } = await startShop();
    const query = "?type=checkpoint&forceSuccess=true";
    expect((await sls.post(path + query, { shard: 0, checkpoint: "MQ==" }, project)).outcome).toBe(outcome);
    expect((await sls.get(path, project)).outcome).toBe(outcome);
  });

  it("takes a chunked body", async () => {
    const { sls, emulator } = await startShop();
    const request = { method: "POST", path: paths.update, body: '{"shard":0,"checkpoint":"MQ=="}' };
    const headers = { ...sls.sign(request), "transfer-encoding": "chunked" };
    expect((await sls.sendRaw({ ...request, headers })).outcome).toBe("200");
    expect(emulator.requestsOf("UpdateCheckPoint")[0]?.headers).not.toHaveProperty("content-length");
  });
});

describe("GetCheckPoint", () => {
  it("names the consumer that saved last", async () => {
    const { sls, emulator } = await startShop();
    emulator.commit("shop", "orders", "billing", 1, encodeCursor(5n), { consumer: "host-a" });
    expect((await sls.get(`${paths.group}?shard=1`)).json).toEqual([
      { shard: 1, checkpoint: encodeCursor(5n), updateTime: start * 1000, consumer: "host-a" },
    ]);
  });
});
