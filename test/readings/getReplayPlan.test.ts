import * as sls from "pulumi-sls-checkpoint";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop, group, minute, noon, valueOf } from "./shop.js";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
  for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
  shop.now += 10 * minute;
});

afterEach(async () => {
  await shop.close();
});

const sevenHoursBefore = "2026-11-22T13:00:00+08:00";

describe("getReplayPlan", () => {
  it("plans every shard as data, and writes nothing", async () => {
    const from = { "0": sevenHoursBefore, "1": "end" };
    const { text, ...plan } = await sls.getReplayPlan({ ...group, from, reason: "wrong tax rate" });
    expect(plan).toEqual({
      id: "shop/orders/billing",
      verdict: "moves",
      readAt: "2026-11-22T12:10:00Z",
      reason: "wrong tax rate",
      maxMoveSeconds: 24 * 3_600,
      retentionSeconds: 7 * 24 * 3_600,
      totals: { back: 1, forward: 1 },
      readAgainLogGroups: 6,
      neverReadLogGroups: 2,
      refusals: [],
      shards: [
        {
          shard: 0,
          position: "2026-11-22T05:00:00Z",
          action: "back",
          checkpoint: shop.cursor(1),
          checkpointTime: "2026-11-22T11:00:00Z",
          target: shop.cursor(7),
          targetTime: "2026-11-22T05:00:00Z",
          logGroups: 6,
          spanSeconds: 6 * 3_600,
        },
        {
          shard: 1,
          position: "end",
          action: "forward",
          checkpoint: shop.cursor(1, 1),
          checkpointTime: "2026-11-22T11:00:00Z",
          target: shop.end(1),
          targetTime: "2026-11-22T12:00:00Z",
          targetIsEnd: true,
          logGroups: 2,
          spanSeconds: 3_600,
        },
      ],
    });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(text).toMatch(/^```text\nshop\/orders\/billing: 2 shards: 1 back, 1 forward;/);
    expect(text).toContain("reason: wrong tax rate");
    expect(text).toContain(`| 0 | move back | 6 | 2026-11-22T11:00:00Z ${shop.cursor(1)} |`);
    expect(shop.calls()).not.toContain("UpdateCheckPoint");
    expect(shop.answeredCalls().length).toBeLessThanOrEqual(4 + 2 * 4);
  });

  it("has nothing to do for shards that stand there, are kept, or were not named", async () => {
    const plan = await sls.getReplayPlan({ ...group, from: { "0": `cursor:${shop.cursor(1)}` } });
    expect([plan.verdict, plan.totals]).toEqual(["nothing", { alreadyThere: 1, kept: 1 }]);
  });

  it("names each refusal once, with its shards and its way out", async () => {
    const from = { "*": "2026-11-20T00:00:00Z", "1": "2026-11-23T00:00:00Z", "7": "begin" };
    const plan = await sls.getReplayPlan({ ...group, from, maxMove: "PT2H" });
    expect(plan.verdict).toBe("refused");
    expect(plan.refusals.map(({ kind, shards }) => [kind, shards])).toEqual([
      ["unknownShard", [7]],
      ["tooFar", [0]],
      ["inTheFuture", [1]],
    ]);
    expect(plan.shards.map(({ action, refusal }) => [action, refusal])).toEqual([
      ["refused", "tooFar"],
      ["refused", "inTheFuture"],
    ]);
    expect(plan.shards[0]).toMatchObject({ logGroups: 11, spanSeconds: 11 * 3_600 });
    for (const { message } of plan.refusals) expect(plan.text).toContain(message);
    expect(plan.text).toContain('set maxMove: "PT12H"');
  });

  it("tells consumers that are alive from what stops a review", async () => {
    shop.commit(shop.cursor(1));
    const plan = await sls.getReplayPlan({ ...group, from: "begin" });
    expect(plan.verdict).toBe("liveConsumers");
    expect(plan.shards.map(({ action, refusal }) => [action, refusal])).toEqual([
      ["back", "liveConsumers"],
      ["back", "liveConsumers"],
    ]);
    expect(plan.refusals).toMatchObject([
      {
        kind: "liveConsumers",
        shards: [0, 1],
        consumers: [{ shard: 0, consumer: "host-a", committedSecondsAgo: 0 }],
        quietAfterSeconds: 75,
      },
    ]);
    expect(plan.text).toContain("warning: consumers are alive");
  });

  it("answers wrong inputs as a refusal, all at once, and sends nothing", async () => {
    const plan = await sls.getReplayPlan({ ...group, from: "PT6H", maxMove: "1 day", applyBefore: "soon" });
    expect(plan.verdict).toBe("refused");
    expect(plan.refusals).toMatchObject([{ kind: "wrongInput", shards: [] }]);
    for (const name of ["from", "maxMove", "applyBefore"]) expect(plan.text).toContain(`\n  ${name} is`);
    expect(shop.calls()).toEqual([]);
  });

  it("answers a service that cannot be looked at as a refusal, with its code", async () => {
    shop.emulator.deleteConsumerGroup("shop", "orders", "billing");
    const plan = await sls.getReplayPlan({ ...group, from: "begin" });
    expect(plan.refusals).toMatchObject([{ kind: "lookFailed", code: "ConsumerGroupNotExist", shards: [] }]);
    expect(plan.text).toContain("ConsumerGroupNotExist");
  });

  it("has nothing to do after the deadline, even where the group is gone", async () => {
    const args = { ...group, from: "begin", applyBefore: "2026-11-22T12:00:00Z" };
    const seen = await sls.getReplayPlan(args);
    expect([seen.verdict, seen.totals]).toEqual(["nothing", { expired: 2 }]);
    shop.emulator.deleteConsumerGroup("shop", "orders", "billing");
    const gone = await sls.getReplayPlan(args);
    expect([gone.verdict, gone.readAt, gone.shards]).toEqual(["nothing", "2026-11-22T12:10:00Z", []]);
    expect(gone.text).toContain("expired; nothing is written");
  });

  it("refuses previous, which only a replay that has run knows", async () => {
    const plan = await sls.getReplayPlan({ ...group, from: "previous" });
    expect(plan.refusals).toMatchObject([{ kind: "nothingBefore", shards: [0, 1] }]);
  });

  it("takes the inputs of a replay as they are declared", async () => {
    const plan = await valueOf(
      sls.getReplayPlanOutput({
        ...group,
        from: { "*": Promise.resolve("begin") },
        triggers: [Promise.resolve(noon)],
      }),
    );
    expect(plan?.verdict).toBe("moves");
  });
});
