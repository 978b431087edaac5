import { describe, expect, it } from "vitest";
import { parseSeed, plant } from "../../emulator/src/seed.js";
import { hour, paths, start, startEmulator } from "./fixture.js";

it("a seed makes logstores with data and consumer groups", async () => {
  const { emulator, sls } = await startEmulator();
  const orders = {
    shardCount: 3,
    fill: { logGroups: 4, hours: 2 },
    consumerGroups: { billing: { timeout: 30 } },
  };
  plant(parseSeed({ projects: { shop: { orders } } }), emulator);
  expect((await sls.get(paths.shards)).json).toHaveLength(3);
  expect((await sls.get(paths.groups)).json).toEqual([{ name: "billing", timeout: 30, order: false }]);
  const first = emulator.cursorAt("shop", "orders", 2, "begin");
  expect((await sls.get(paths.cursorTime(2, first))).json).toEqual({
    cursor_time: (start - 2 * hour) / 1000,
  });
});

describe("a seed's checkpoints", () => {
  const fill = { logGroups: 25, hours: 24 };
  async function planted(checkpoints: unknown, shardCount = 2) {
    const started = await startEmulator();
    const orders = { shardCount, fill, consumerGroups: { billing: { checkpoints } } };
    plant(parseSeed({ projects: { shop: { orders } } }), started.emulator);
    const record = (shard: number) => started.emulator.checkpoint("shop", "orders", "billing", shard);
    return { ...started, record };
  }

  it("stand so long before the end, at the ends, or at a cursor, and only where they are named", async () => {
    const { emulator, record } = await planted(
      { 0: { at: "PT3H" }, 1: { at: "begin" }, 3: { at: "end" }, 4: { cursor: "MTIz", consumer: "host-a" } },
      5,
    );
    const cursor = (shard: number, place: "begin" | "end" | number) =>
      emulator.cursorAt("shop", "orders", shard, place);
    expect(record(0)?.checkpoint).toBe(cursor(0, start - 3 * hour));
    expect(record(1)?.checkpoint).toBe(cursor(1, "begin"));
    expect(record(2)).toBeUndefined();
    expect(record(3)?.checkpoint).toBe(cursor(3, "end"));
    expect(record(4)).toEqual({ checkpoint: "MTIz", consumer: "host-a", updateTime: (start - hour) * 1000 });
  });

  it("are one for every shard, saved when they say so, and leave no consumer alive", async () => {
    const { emulator, record } = await planted({ at: "P1DT0H", savedAgo: "PT5M" });
    for (const shard of [0, 1]) {
      expect(record(shard)).toMatchObject({ consumer: "seed", updateTime: (start - hour / 12) * 1000 });
      expect(record(shard)?.checkpoint).toBe(emulator.cursorAt("shop", "orders", shard, "begin"));
    }
    const states = emulator.shardStates("shop", "orders", "billing").map(({ state }) => state);
    expect(states).toEqual(["not_alloc", "not_alloc"]);
  });

  it.each([
    [{ at: "3h" }, 'checkpoints.at must be a duration such as "PT3H"'],
    [{ at: "PT" }, 'checkpoints.at must be a duration such as "PT3H"'],
    [{ 0: {} }, 'checkpoints.0 needs either "at" or "cursor"'],
    [{ 0: { at: "end", cursor: "MQ==" } }, 'checkpoints.0 needs either "at" or "cursor"'],
    [{ 0: { cursor: "?" } }, "checkpoints.0.cursor must be a cursor"],
    [{ 2: { at: "end" } }, "checkpoints.2 is no shard: there are 0 to 1"],
    [{ 0: { att: "end" } }, 'checkpoints.0 has an unknown field "att"'],
  ])("%j are refused", async (checkpoints, message) => {
    await expect(planted(checkpoints)).rejects.toThrow(message);
  });
});

describe("a seed", () => {
  it("has its shards born with their first data", async () => {
    const { emulator, sls } = await startEmulator();
    plant(parseSeed({ projects: { shop: { orders: { fill: { logGroups: 2, hours: 48 } } } } }), emulator);
    expect((await sls.get(paths.shards)).json).toMatchObject([
      { createTime: (start - 48 * hour) / 1000 },
      { createTime: (start - 48 * hour) / 1000 },
    ]);
  });

  it("names its project once, or not where there is one or none", async () => {
    const { emulator } = await startEmulator();
    const logstores = (name: string) => ({ logstores: { [name]: {} } });
    plant(parseSeed(logstores("a")), emulator);
    expect(emulator.projects).toEqual(["demo"]);
    plant(parseSeed(logstores("b")), emulator);
    expect(emulator.cursorAt("demo", "b", 0, "begin")).not.toBe("");
    plant(parseSeed({ project: "shop", ...logstores("a") }), emulator);
    expect(emulator.projects).toEqual(["demo", "shop"]);
    expect(() => plant(parseSeed(logstores("c")), emulator)).toThrow(
      'misses "project": there are demo, shop',
    );
  });

  it("may hold no project at all", () => {
    expect(parseSeed({})).toEqual({ logstores: [] });
  });
});
