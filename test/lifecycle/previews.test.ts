import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkCheckpoint } from "../../provider/src/lifecycle/checkpoint/consumerGroupCheckpoint.js";
import { type LifecycleContext } from "../../provider/src/lifecycle/context.js";
import { type Declared, notYetKnown } from "../../provider/src/lifecycle/declared.js";
import { checkReplayPlan } from "../../provider/src/lifecycle/replay/replayPlan.js";
import { checkReplayApply } from "../../provider/src/lifecycle/replay/replayApply.js";
import { checkSavepoint, createSavepoint, diffSavepoint } from "../../provider/src/lifecycle/savepoint.js";
import { describeReport } from "../../provider/src/texts/describeReport.js";
import { Shop, hour } from "./shop.js";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
  shop.commit(shop.cursor(1));
  shop.pass(hour);
});

afterEach(async () => {
  await shop.close();
});

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
const missing = { ...group, consumerGroup: "biling" };

const declarations = [
  {
    name: "a pin",
    check: (context: LifecycleContext, of: Declared) =>
      checkCheckpoint({}, { ...of, shard: 0, checkpoint: shop.cursor(7), self: "pin" }, context),
  },
  {
    name: "a replay",
    check: (context: LifecycleContext, of: Declared) =>
      checkReplayPlan({}, { ...of, from: "begin", self: "replay" }, context),
  },
  {
    name: "a savepoint",
    check: (context: LifecycleContext, of: Declared) => checkSavepoint({}, of, context),
  },
];

describe.each(declarations)("a preview of $name that cannot look", ({ check }) => {
  test("warns, and names what is wrong", async () => {
    const { problems, refused } = await check(shop.context, missing);
    expect([problems, refused]).toEqual([[], undefined]);
    expect(shop.lines).toHaveLength(1);
    expect(shop.lines[0]).toMatch(/^warning: shop\/orders\/biling(\/0)?: not evaluated, so this preview/);
    expect(shop.lines[0]).toContain("404 ConsumerGroupNotExist");
  });

  test("fails where previews are strict", async () => {
    const { refused } = await check({ ...shop.context, strictPreview: true }, missing);
    expect(shop.lines).toEqual([]);
    const text = refused === undefined ? "" : describeReport(refused);
    expect(text).toMatch(/^shop\/orders\/biling(\/0)?: not evaluated, so this preview/);
    expect(text).toMatch(/\nThis is an error because sls:strictPreview is true\.$/);
  });

  test("is no failure for a name that another resource of the same preview gives", async () => {
    const unknown = { ...group, consumerGroup: notYetKnown };
    const { problems, refused } = await check({ ...shop.context, strictPreview: true }, unknown);
    expect([problems, refused]).toEqual([[], undefined]);
    expect(shop.lines[0]).toMatch(
      /^warning: ConsumerGroup\w+.*: not evaluated, because consumerGroup will be/,
    );
  });

  test("says nothing of it where it can look", async () => {
    const { refused } = await check({ ...shop.context, strictPreview: true }, group);
    expect(refused).toBeUndefined();
    expect(shop.lines.join("\n")).not.toContain("not evaluated");
  });
});

describe("a savepoint", () => {
  test("says when the positions that it kept are about to be lost", async () => {
    const before = { ...group, triggers: ["1.4.0"] };
    const { outs } = await createSavepoint(before, shop.context);
    const after = { ...group, triggers: ["1.5.0"] };
    diffSavepoint(outs, after, shop.context);
    expect(shop.lines).toEqual([]); // a refresh
    await checkSavepoint(before, after, shop.context);
    diffSavepoint(outs, after, shop.context);
    diffSavepoint(outs, after, shop.context);
    expect(shop.lines).toEqual([
      `warning: shop/orders/billing: the savepoint is taken anew, and the positions of ${String(outs["takenAt"])} are lost\n` +
        "  To keep them, declare another savepoint under a name of its own.",
    ]);
  });

  test("asks nothing where it stays as it is", async () => {
    const same = { ...group, triggers: ["1.4.0"], reason: "release" };
    shop.takeCalls();
    await checkSavepoint({ ...same, reason: "another" }, same, shop.context);
    expect(shop.takeCalls()).toEqual([]);
  });
});

test("the replays of one preview add up to a total, which the last of them tells", async () => {
  for (const name of ["billing", "audit", "export"]) {
    if (name !== "billing") shop.emulator.createConsumerGroup("shop", "orders", name, { timeout: 60 });
    const replay = { ...group, consumerGroup: name, self: name };
    await checkReplayPlan({}, { ...replay, from: { "0": `cursor:${shop.cursor(7)}` } }, shop.context);
    await checkReplayApply({}, { ...replay, plan: notYetKnown }, shop.context);
  }
  const totals = shop.lines.map((line) => line.split("\n").filter((each) => each.includes("so far")));
  expect(totals).toEqual([
    [],
    [
      "  all 2 replays so far: 4 shards: 1 back, 1 without a position to move from, 2 kept; 6 log groups will be read again",
    ],
    [
      "  all 3 replays so far: 6 shards: 1 back, 2 without a position to move from, 3 kept; 6 log groups will be read again",
    ],
  ]);
});
