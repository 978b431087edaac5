import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, hour, minute } from "./replayShop.js";

let shop: ReplayShop;

beforeEach(async () => {
  shop = await ReplayShop.open();
});

afterEach(async () => {
  await shop.close();
});

async function up(replay: Properties): Promise<void> {
  const result = await shop.stack.up(replay);
  expect([result.problems, result.failure?.message]).toEqual([[], undefined]);
}

/** The consumers read on and are quiet again. */
function readOnTo(hours: number): void {
  for (const shard of [0, 1]) shop.commit(shard, hours);
  shop.pass(10 * minute);
}

/** The ways in which a replay comes to an end before it has written anything. */
const ends: readonly { readonly name: string; readonly meet: (from: unknown) => Promise<void> }[] = [
  {
    name: "refused: consumers came to life after the plan",
    meet: async (from) => {
      shop.stack.onPlanned = () => {
        shop.commit(1, 2);
      };
      expect((await shop.stack.up(shop.replay(from))).failure?.message).toContain("consumers are alive");
    },
  },
  {
    name: "expired: its deadline passed after the plan",
    meet: async (from) => {
      const applyBefore = new Date(shop.now + 5 * minute).toISOString();
      shop.stack.onPlanned = () => {
        shop.pass(hour);
      };
      await up(shop.replay(from, { applyBefore }));
    },
  },
  {
    name: "failed: no write was allowed",
    meet: async (from) => {
      const denied = { kind: "error", status: 401, code: "Unauthorized" } as const;
      const rule = shop.emulator.rule({ call: "UpdateCheckPoint", do: denied });
      expect((await shop.stack.up(shop.replay(from))).failure).toBeDefined();
      rule.remove();
    },
  },
];

describe.each(ends)("a replay that was $name", ({ meet }) => {
  async function neverApplied(from: unknown): Promise<void> {
    await meet(from);
    shop.stack.onPlanned = () => undefined;
    shop.pass(10 * minute);
    shop.emulator.clearRequests();
  }

  test("has no way back, and previous writes nothing", async () => {
    await neverApplied(at(7));
    readOnTo(0);
    expect(shop.previousPositions).toEqual({});
    await shop.stack.up(shop.replay("previous"));
    expect([shop.stands(), shop.writes()]).toEqual([[0, 0], []]);
  });

  test("leaves the way back of the one that was applied before it", async () => {
    await up(shop.replay(at(7)));
    readOnTo(3);
    const wayBack = { 0: `cursor:${shop.cursor(0, 1)}`, 1: `cursor:${shop.cursor(1, 1)}` };
    await neverApplied(at(9));
    expect(shop.previousPositions).toEqual(wayBack);
    await up(shop.replay("previous"));
    expect(shop.stands()).toEqual([1, 1]);
  });

  test("was an undo that did nothing: the next one leads to the same place", async () => {
    await up(shop.replay(at(7)));
    readOnTo(3);
    await neverApplied("previous");
    await up(shop.replay("previous", { triggers: ["again"], applyBefore: "2026-12-24T00:00:00Z" }));
    expect(shop.stands()).toEqual([1, 1]);
  });
});

test("shards that stand at the target already keep the way back of the move that brought them there", async () => {
  await up(shop.replay(at(7)));
  const wayBack = shop.previousPositions;
  shop.pass(10 * minute);
  await up(shop.replay(at(7), { triggers: ["again"] }));
  expect([shop.statuses(), shop.previousPositions]).toEqual([
    { 0: "alreadyThere", 1: "alreadyThere" },
    wayBack,
  ]);
  expect(shop.written()).toEqual([0, 1]);
});
