import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, hour, id, minute } from "./replayShop.js";

const day = 24 * hour;
let shop: ReplayShop;

beforeEach(async () => {
  shop = await ReplayShop.open();
});

afterEach(async () => {
  await shop.close();
});

async function outcome(replay: Properties): Promise<string> {
  const { problems, failure } = await shop.stack.up(replay);
  return [...problems, failure?.message ?? ""].join("\n").trim();
}

/** Shard 0 is planned and not written. */
async function halfFailed(replay: Properties): Promise<void> {
  const rule = shop.emulator.rule({
    call: "UpdateCheckPoint",
    shard: 0,
    do: { kind: "error", status: 401, code: "Unauthorized" },
  });
  expect(await outcome(replay)).toContain("1 of 2 shards is not pinned");
  rule.remove();
}

describe("a split of a shard that is planned and not written", () => {
  test.each([
    { name: "with nothing else changed", from: () => ({ 0: at(7), 1: at(7) }) },
    { name: "with another shard planned anew", from: () => ({ 0: at(7), 1: at(8) }) },
  ])("refuses it, $name", async ({ from }) => {
    await halfFailed(shop.replay({ 0: at(7), 1: at(7) }));
    shop.emulator.splitShard("shop", "orders", 0);
    shop.pass(10 * minute);
    shop.emulator.clearRequests();
    expect(await outcome(shop.replay(from()))).toContain(
      "shard 0: refused, because shards were split or merged since it was planned",
    );
    expect(shop.writes()).toEqual([]);
  });

  test.each([
    { name: "keep", from: (): Properties => ({ 0: "keep", 1: at(7) }), stands: [1, 7] },
    {
      name: "a cursor",
      from: (): Properties => ({ 0: `cursor:${shop.cursor(0, 7)}`, 1: at(7) }),
      stands: [7, 7],
    },
  ])("has a way out: $name, which touches that shard only", async ({ from, stands }) => {
    await halfFailed(shop.replay({ 0: at(7), 1: at(7) }));
    shop.emulator.splitShard("shop", "orders", 0);
    shop.pass(10 * minute);
    shop.emulator.clearRequests();
    expect(await outcome(shop.replay(from()))).toBe("");
    expect(shop.stands()).toEqual(stands);
    expect(shop.written()).not.toContain(1);
  });
});

describe("a shard that is gone before it was written", () => {
  async function gone(): Promise<void> {
    await halfFailed(shop.replay(at(7)));
    shop.emulator.splitShard("shop", "orders", 0);
    shop.pass(9 * day);
    for (const shard of [1, 2, 3]) {
      shop.emulator.appendLogGroups("shop", "orders", shard, {
        count: 3,
        from: shop.now - 3 * hour,
        to: shop.now,
      });
    }
    expect(shop.emulator.shardStates("shop", "orders", "billing").map(({ shard }) => shard)).not.toContain(0);
    shop.emulator.clearRequests();
  }

  test.each([
    { name: "the same again", declared: () => shop.replay(at(7)) },
    { name: "keep for it", declared: () => shop.replay({ "*": at(7), 0: "keep" }) },
    { name: "keep for all", declared: () => shop.replay("keep") },
    { name: "a map of the living", declared: () => shop.replay({ 1: at(7) }) },
  ])("leaves plan and state with $name", async ({ declared }) => {
    await gone();
    expect(await outcome(declared())).toBe("");
    expect(shop.writes()).toEqual([]);
    expect(["gone", "kept"]).toContain(shop.statuses()[0]);
    expect(await shop.stack.up(declared())).toMatchObject({ plan: "same", apply: "same" });
  });
});

describe("an instant from before a split", () => {
  test("moves the parent to it and each child to its begin", async () => {
    const children = shop.emulator.splitShard("shop", "orders", 0);
    shop.pass(hour);
    for (const child of children) {
      shop.emulator.appendLogGroups("shop", "orders", child, {
        count: 3,
        from: shop.now - hour,
        to: shop.now,
      });
      const end = shop.emulator.cursorAt("shop", "orders", child, "end");
      shop.emulator.commit("shop", "orders", "billing", child, end, { consumer: "host-a" });
    }
    shop.pass(10 * minute);
    expect(await outcome(shop.replay(at(7)))).toBe("");
    expect(shop.stands([0, 1])).toEqual([7, 7]);
    for (const child of children)
      expect(shop.emulator.checkpoint("shop", "orders", "billing", child)?.checkpoint).toBe(
        shop.emulator.cursorAt("shop", "orders", child, "begin"),
      );
  });
});

describe("an ordered group", () => {
  test("is not read beside its children: a child that has been read stops the rewind of its parent", async () => {
    shop.emulator.createConsumerGroup("shop", "orders", "ordered", { timeout: 60, order: true });
    const [child] = shop.emulator.splitShard("shop", "orders", 0);
    const commit = (shard: number, cursor: string): void => {
      shop.emulator.commit("shop", "orders", "ordered", shard, cursor, { consumer: "host-a" });
    };
    commit(0, shop.cursor(0, 1));
    commit(child ?? -1, shop.emulator.cursorAt("shop", "orders", child ?? -1, "begin"));
    shop.pass(10 * minute);
    const ordered = { ...shop.replay({ 0: at(7) }), consumerGroup: "ordered" };
    expect(await outcome(ordered)).toContain(
      "the group reads in order, and would read this shard again after or beside its children",
    );
    expect(await outcome({ ...ordered, allowUnordered: true })).toBe("");
  });
});

describe("an instant from before the shard's own data", () => {
  test("is refused although the shard is younger, where some of its data has expired", async () => {
    shop.pass(3 * day);
    shop.emulator.appendLogGroups("shop", "orders", 0, { count: 5, from: shop.now - hour, to: shop.now });
    shop.pass(5 * day);
    const message = await outcome(shop.replay({ 0: "2025-11-22T00:00:00Z" }, { maxMove: "P400D" }));
    expect(message).toContain(
      `${id}, shard 0: refused, because the logstore no longer keeps what was asked for`,
    );
    expect(shop.writes()).toEqual([]);
  });

  test.each(["1969-12-31T23:59:59Z", "1960-01-01T00:00:00Z"])(
    "of %s is refused by the same rule",
    async (from) => {
      const message = await outcome(shop.replay(from, { maxMove: "P36500D" }));
      expect(message).not.toContain("please report");
      expect(message === "" || message.includes("no longer keeps")).toBe(true);
    },
  );
});
