import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DynamicProviderServer, type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, minute } from "./replayShop.js";

let shop: ReplayShop;

beforeEach(async () => {
  shop = await ReplayShop.open();
});

afterEach(async () => {
  await shop.close();
});

async function up(replay: Properties): Promise<void> {
  const { problems, failure } = await shop.stack.up(replay);
  expect([problems, failure?.message]).toEqual([[], undefined]);
  shop.pass(10 * minute);
}

const previewed: readonly { name: string; before: () => Promise<unknown>; replay: () => Properties }[] = [
  { name: "a new replay", before: () => Promise.resolve(), replay: () => shop.replay(at(7)) },
  { name: "a changed replay", before: () => up(shop.replay(at(7))), replay: () => shop.replay(at(9)) },
  {
    name: "a replay with other triggers",
    before: () => up(shop.replay(at(7))),
    replay: () => shop.replay(at(7), { triggers: ["again"] }),
  },
  { name: "an undo", before: () => up(shop.replay(at(7))), replay: () => shop.replay("previous") },
  {
    name: "an unfinished replay",
    before: async () => {
      const denied = { kind: "error", status: 401, code: "Unauthorized" } as const;
      const rule = shop.emulator.rule({ call: "UpdateCheckPoint", do: denied });
      expect((await shop.stack.up(shop.replay(at(7)))).failure).toBeDefined();
      rule.remove();
      shop.pass(10 * minute);
    },
    replay: () => shop.replay(at(7)),
  },
];

describe("a preview", () => {
  test.each(previewed)("of $name reads, and writes nothing", async ({ before, replay }) => {
    await before();
    const stood = shop.stands();
    shop.emulator.clearRequests();
    const { problems, lines } = await shop.stack.preview(replay());
    expect([problems, lines[0]]).toEqual([[], expect.stringContaining("2 shards: 2 ")]);
    expect(shop.emulator.requests.length).toBeGreaterThan(0);
    expect([shop.writes(), shop.stands()]).toEqual([[], stood]);
  });

  test("of what is done sends nothing", async () => {
    await up(shop.replay(at(7)));
    for (const shard of [0, 1]) shop.commit(shard, 3);
    shop.emulator.clearRequests();
    expect(await shop.stack.preview(shop.replay(at(7)))).toEqual({ problems: [], lines: [] });
    expect(shop.emulator.requests).toEqual([]);
  });
});

describe("a savepoint", () => {
  test("that is created and updated reads, and writes nothing", async () => {
    const server = await shop.startProcess();
    const savepoints: DynamicProviderServer = await server.as("savepointProvider");
    const { from: _from, ...group } = shop.replay(undefined);
    try {
      const { inputs } = await savepoints.check({}, group);
      const { id, outs } = await savepoints.create(inputs);
      const again = { ...inputs, triggers: ["again"] };
      expect((await savepoints.diff(id, outs, again)).changes).toBe("some");
      await savepoints.update(id, outs, again);
    } finally {
      await server.stop();
    }
    expect(shop.emulator.requestsOf("GetCheckPoint").length).toBeGreaterThan(1);
    expect([shop.writes(), shop.stands()]).toEqual([[], [1, 1]]);
  });
});
