import { describe, expect, it } from "vitest";
import { startShop } from "./fixture.js";

/** A shop with four shards, and consumers that do nothing but heartbeats. */
async function startConsumers({ order = false, shardCount = 4 } = {}) {
  const started = await startShop();
  const { emulator, sls } = started;
  emulator.createLogstore("shop", "events", { shardCount });
  emulator.createConsumerGroup("shop", "events", "readers", { timeout: 60, order });
  const group = "/logstores/events/consumergroups/readers";
  const beat = async (consumer: string, held: number[]) => {
    const answer = await sls.post(`${group}?type=heartbeat&consumer=${consumer}`, held);
    return answer.status === 200 ? (answer.json as number[]) : answer.outcome;
  };
  const save = async (shard: number, checkpoint: string) =>
    (await sls.post(`${group}?type=checkpoint&forceSuccess=true`, { shard, checkpoint })).outcome;
  const states = () => emulator.shardStates("shop", "events", "readers");
  return { ...started, beat, save, states, group };
}

describe("HeartBeat", () => {
  it("gives the first consumer every shard", async () => {
    const { beat, states } = await startConsumers();
    expect(await beat("a", [])).toEqual([0, 1, 2, 3]);
    expect(await beat("a", [0, 1, 2, 3])).toEqual([0, 1, 2, 3]);
    expect(states()[0]).toEqual({ shard: 0, state: "already_alloc", owner: "a" });
  });

  it("moves shards to a second consumer only after the first let go of them", async () => {
    const { beat, states } = await startConsumers();
    await beat("a", []);
    expect(await beat("b", [])).toEqual([]);
    expect(states().map(({ state }) => state)).toEqual([
      "already_alloc",
      "already_alloc",
      "transfer",
      "transfer",
    ]);
    expect(await beat("a", [0, 1, 2, 3])).toEqual([0, 1]);
    expect(await beat("b", [])).toEqual([]);
    expect(await beat("a", [0, 1])).toEqual([0, 1]);
    expect(await beat("b", [])).toEqual([2, 3]);
  });

  it("lets the owner of a shard in transfer save without force", async () => {
    const { beat, sls, group } = await startConsumers();
    await beat("a", []);
    await beat("b", []);
    const save = async (consumer: string) =>
      (
        await sls.post(`${group}?type=checkpoint&consumer=${consumer}&forceSuccess=false`, {
          shard: 3,
          checkpoint: "MQ==",
        })
      ).outcome;
    expect(await save("b")).toBe("400 ConsumerNotMatch");
    expect(await save("a")).toBe("200");
  });

  it("takes the shards of a silent consumer away after the timeout", async () => {
    const { beat, clock, states } = await startConsumers();
    await beat("a", []);
    await beat("b", []);
    clock.now += 60_000;
    expect(await beat("b", [])).toEqual([]);
    clock.now += 1;
    expect(await beat("b", [])).toEqual([0, 1, 2, 3]);
    expect(await beat("a", [0, 1, 2, 3])).toBe("400 NotExistConsumerWithBody");
    expect(states().every(({ owner }) => owner === "b")).toBe(true);
    expect(await beat("a", [])).toEqual([]);
  });

  it("gives a shard back when the consumer it was meant for dies before it came", async () => {
    const { beat, clock } = await startConsumers({ shardCount: 2 });
    await beat("a", []);
    await beat("b", []);
    clock.now += 50_000;
    expect(await beat("a", [0, 1])).toEqual([0]);
    clock.now += 11_000;
    expect(await beat("a", [0, 1])).toEqual([0, 1]);
  });

  it("frees the shards of a group that nobody reads", async () => {
    const { beat, clock, states } = await startConsumers();
    await beat("a", []);
    clock.now += 61_000;
    expect(states().every(({ state, owner }) => state === "not_alloc" && owner === undefined)).toBe(true);
  });
});

describe("a read-only shard", () => {
  it("is over when its checkpoint is its end, and consumable again after a rewind", async () => {
    const { beat, emulator, save, states } = await startConsumers({ shardCount: 1 });
    emulator.appendLogGroups("shop", "events", 0, { count: 3, from: 0 + emulator.now(), to: emulator.now() });
    expect(emulator.splitShard("shop", "events", 0)).toEqual([1, 2]);
    expect(await beat("a", [])).toEqual([0, 1, 2]);
    await save(0, emulator.cursorAt("shop", "events", 0, "end"));
    expect(await beat("a", [0, 1, 2])).toEqual([1, 2]);
    expect(states()[0]?.state).toBe("over");
    await save(0, emulator.cursorAt("shop", "events", 0, "begin"));
    expect(await beat("a", [1, 2])).toEqual([0, 1, 2]);
  });
});

describe("an ordered group", () => {
  it("keeps the children of a split waiting until their parent is read", async () => {
    const { beat, emulator, save, states } = await startConsumers({ order: true, shardCount: 1 });
    emulator.splitShard("shop", "events", 0);
    emulator.splitShard("shop", "events", 1);
    expect(await beat("a", [])).toEqual([0]);
    expect(states().map(({ state }) => state)).toEqual(["already_alloc", "wait", "wait", "wait", "wait"]);
    await save(0, emulator.cursorAt("shop", "events", 0, "end"));
    expect(await beat("a", [0])).toEqual([1, 2]);
    await save(1, emulator.cursorAt("shop", "events", 1, "end"));
    expect(await beat("a", [1, 2])).toEqual([2, 3, 4]);
  });

  it("keeps a shard waiting for every ancestor, also when its parent was pinned to its end", async () => {
    const { beat, emulator, save } = await startConsumers({ order: true, shardCount: 1 });
    emulator.splitShard("shop", "events", 0);
    emulator.splitShard("shop", "events", 1);
    await save(1, emulator.cursorAt("shop", "events", 1, "end"));
    expect(await beat("a", [])).toEqual([0]);
    await save(0, emulator.cursorAt("shop", "events", 0, "end"));
    expect(await beat("a", [0])).toEqual([2, 3, 4]);
  });

  it("keeps the child of a merge waiting for both parents", async () => {
    const { beat, emulator, save } = await startConsumers({ order: true, shardCount: 2 });
    expect(emulator.mergeShards("shop", "events", 0)).toBe(2);
    expect(await beat("a", [])).toEqual([0, 1]);
    await save(0, emulator.cursorAt("shop", "events", 0, "end"));
    expect(await beat("a", [0, 1])).toEqual([1]);
    await save(1, emulator.cursorAt("shop", "events", 1, "end"));
    expect(await beat("a", [1])).toEqual([2]);
  });

  it("releases what waits when order is turned off, and holds back only later shards when it is turned on", async () => {
    const { beat, emulator, sls, group } = await startConsumers({ order: true, shardCount: 1 });
    emulator.splitShard("shop", "events", 0);
    expect(await beat("a", [])).toEqual([0]);
    const change = async (order: boolean) =>
      (await sls.send({ method: "PUT", path: group, body: JSON.stringify({ order }) })).outcome;
    expect(await change(false)).toBe("200");
    expect(await beat("a", [0])).toEqual([0, 1, 2]);
    expect(await change(true)).toBe("200");
    emulator.splitShard("shop", "events", 1);
    expect(await beat("a", [0, 1, 2])).toEqual([0, 1, 2]);
  });
});

describe("UpdateConsumerGroup and DeleteConsumerGroup with living consumers", () => {
  it("a longer timeout counts for consumers that are alive, a shorter one dismisses those silent too long", async () => {
    const { beat, sls, group, clock } = await startConsumers();
    const change = async (timeout: number) =>
      (await sls.send({ method: "PUT", path: group, body: JSON.stringify({ timeout }) })).outcome;
    await beat("a", []);
    expect(await change(300)).toBe("200");
    clock.now += 200_000;
    expect(await beat("a", [0, 1, 2, 3])).toEqual([0, 1, 2, 3]);
    clock.now += 30_000;
    expect(await change(10)).toBe("200");
    expect(await beat("a", [0, 1, 2, 3])).toBe("400 NotExistConsumerWithBody");
  });

  it("a group is deleted with its consumers and checkpoints; one of the same name starts without them", async () => {
    const { beat, sls, group, save, emulator } = await startConsumers();
    await beat("a", []);
    await save(0, "MQ==");
    expect((await sls.send({ method: "DELETE", path: group })).outcome).toBe("200");
    expect(await beat("a", [0, 1, 2, 3])).toBe("404 ConsumerGroupNotExist");
    expect(await save(0, "MQ==")).toBe("404 ConsumerGroupNotExist");
    emulator.createConsumerGroup("shop", "events", "readers");
    expect(emulator.checkpoint("shop", "events", "readers", 0)).toBeUndefined();
    expect(await beat("a", [0, 1, 2, 3])).toBe("400 NotExistConsumerWithBody");
    expect(await beat("a", [])).toEqual([0, 1, 2, 3]);
  });
});
