import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, hour } from "./replayShop.js";

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

async function denied(replay: Properties): Promise<void> {
  const rule = shop.emulator.rule({
    call: "UpdateCheckPoint",
    do: { kind: "error", status: 401, code: "Unauthorized" },
  });
  expect(await outcome(replay)).toContain("are not pinned");
  rule.remove();
  shop.emulator.clearRequests();
}

describe("a replay of shards without a checkpoint", () => {
  beforeEach(() => {
    shop.emulator.createConsumerGroup("shop", "orders", "fresh", { timeout: 60 });
  });

  const replay = (more: Properties = {}): Properties => ({
    ...shop.replay(at(10), more),
    consumerGroup: "fresh",
  });

  test("goes on within maxMove of now", async () => {
    await denied(replay());
    shop.pass(10 * hour);
    expect(await outcome(replay())).toBe("");
    expect(shop.written()).toEqual([0, 1]);
  });

  test("is measured from now once more days later, like a new one, and has a way out", async () => {
    await denied(replay());
    shop.pass(5 * day);
    expect(await outcome(replay())).toContain("further than maxMove allows");
    expect(shop.writes()).toEqual([]);
    expect(await outcome(replay({ maxMove: "P6D" }))).toBe("");
    expect(shop.written()).toEqual([0, 1]);
  });
});

describe("apply alone, with a bound that cannot be read,", () => {
  test.each([
    { bound: "applyBefore", value: "2026-11-22 12:30" },
    { bound: "maxMove", value: "P1M" },
    { bound: "onActiveConsumers", value: "force" },
    { bound: "allowUnordered", value: "yes" },
  ])("sends nothing: $bound", async ({ bound, value }) => {
    await denied(shop.replay(at(7)));
    const { apply } = shop.stack.state;
    const process = await shop.stack.connect();
    const writes = await process.as("replayApplyProvider");
    const news = { ...apply?.inputs, [bound]: value };
    const { failures } = await writes.check(apply?.inputs ?? {}, news);
    const update = writes.update(apply?.id ?? "", apply?.outs ?? {}, news);
    await expect(update).rejects.toThrow(bound);
    await process.stop();
    expect(failures.map(({ property }) => property)).toEqual([bound]);
    expect(shop.emulator.requests).toEqual([]);
  });
});
