import * as sls from "pulumi-sls-checkpoint";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop, group as production, hour, minute, noon, valueOf } from "./shop.js";

const side = { ...production, consumerGroup: "billing-again" };
const from = "2026-11-22T05:00:00Z";
const until = "2026-11-22T08:00:00Z";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
  shop.emulator.createConsumerGroup("shop", "orders", "billing-again", { timeout: 60 });
  shop.now += 10 * minute;
});

afterEach(async () => {
  await shop.close();
});

/** Pins a shard of the side group as a replay does; it stood nowhere before. */
function pinned(shard: number, hours: number): sls.ReplayedShard {
  const checkpoint = shop.cursor(hours, shard);
  shop.pin("billing-again", shard, checkpoint);
  const checkpointTime = new Date(noon - hours * hour).toISOString();
  return {
    shard,
    act: `act-${String(shard)}`,
    status: "pinned",
    checkpoint,
    checkpointTime,
    previousCheckpoint: "none",
  };
}

function read(hours: number, shard: number): void {
  const checkpoint = shop.cursor(hours, shard);
  shop.emulator.commit("shop", "orders", "billing-again", shard, checkpoint, { consumer: "again-a" });
}

describe("getReplayPlan with until", () => {
  it("counts from the target up to it, the end not included, and names the end cursor of each shard", async () => {
    const { text, ...plan } = await sls.getReplayPlan({ ...side, from, until: "2026-11-22T16:00:00+08:00" });
    expect(plan).toMatchObject({
      verdict: "moves",
      until,
      untilUnixSeconds: Date.parse(until) / 1_000,
      toReadLogGroups: 3 + 3,
      emptyShards: [],
    });
    expect(plan.shards).toMatchObject(
      [0, 1].map((shard) => ({
        shard,
        action: "set",
        target: shop.cursor(7, shard),
        endCursor: shop.cursor(4, shard),
        endTime: until,
        toReadLogGroups: 3,
        empty: false,
      })),
    );
    expect(text).toContain(`until ${until}, which is not read itself: 6 log groups`);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(shop.calls()).not.toContain("UpdateCheckPoint");
  });

  it.each(["2026-11-22T08:00:00.000001Z", "2026-11-22T08:00:00.000000001Z", "2026-11-22T08:00:01Z"])(
    "rounds up to the second: %s",
    async (fraction) => {
      const plan = await sls.getReplayPlan({ ...side, from, until: fraction });
      expect(plan).toMatchObject({ until: "2026-11-22T08:00:01Z", toReadLogGroups: 4 + 4 });
    },
  );

  it("takes a map of positions, and leaves out the shards that it does not name", async () => {
    const cursor = shop.cursor(6);
    const one = await sls.getReplayPlan({ ...side, from, until: { "0": `cursor:${cursor}` } });
    expect(one).toMatchObject({ until: { "0": `cursor:${cursor}` }, toReadLogGroups: 1 });
    expect(one.untilUnixSeconds).toBeUndefined();
    expect(one.shards[0]).toMatchObject({ endCursor: cursor, endTime: "2026-11-22T06:00:00Z" });
    expect(one.shards[1]).not.toHaveProperty("endCursor");
    const all = await sls.getReplayPlan({ ...side, from, until: { "0": "begin", "*": "end" } });
    expect(all).toMatchObject({ toReadLogGroups: 0 + 8, emptyShards: [0] });
    expect(all.shards[1]).toMatchObject({ endCursor: shop.end(1) });
  });

  it("counts from where a shard stays, where it stays", async () => {
    for (const [shard, hours] of [
      [0, 7],
      [1, 9],
    ] as const)
      read(hours, shard);
    shop.now += 10 * minute;
    const plan = await sls.getReplayPlan({ ...side, from, until });
    expect(plan.shards).toMatchObject([
      { action: "alreadyThere", toReadLogGroups: 3 },
      { action: "behind", toReadLogGroups: 5 },
    ]);
    const kept = await sls.getReplayPlan({ ...side, from: { "0": from }, until });
    expect(kept.shards[1]).toMatchObject({ action: "kept", endCursor: shop.cursor(4, 1) });
    expect(kept.shards[1]).not.toHaveProperty("toReadLogGroups");
    expect(kept).not.toHaveProperty("toReadLogGroups");
  });

  it.each([
    ["from itself", from, 0],
    ["the second after the first log group", "2026-11-22T05:00:01Z", 1],
    ["the receive time of the last log group, which is not read", "2026-11-22T12:00:00Z", 7],
    ["a millisecond after the last log group", "2026-11-22T12:00:00.001Z", 8],
    ["the service's present second", "2026-11-22T12:10:00Z", 8],
    ["begin", "begin", 0],
    ["end", "end", 8],
  ])("counts up to %s", async (_what, given, logGroups) => {
    const plan = await sls.getReplayPlan({ ...side, from, until: given });
    expect(plan).toMatchObject({
      verdict: "moves",
      toReadLogGroups: 2 * logGroups,
      emptyShards: logGroups === 0 ? [0, 1] : [],
    });
  });

  it("names what is empty: a shard that would begin at or after its end cursor", async () => {
    const plan = await sls.getReplayPlan({ ...side, from: { "0": "end", "1": from }, until });
    expect(plan).toMatchObject({ toReadLogGroups: 3, emptyShards: [0] });
    expect(plan.shards).toMatchObject([{ toReadLogGroups: 0, empty: true }, { empty: false }]);
    expect(plan.text).toContain("nothing to read in shards 0");
  });

  it.each([
    [
      "in the future",
      "2026-11-22T12:10:01Z",
      "until",
      /until 2026-11-22T12:10:01Z is in the future.*12:10:00Z/,
    ],
    ["in the future once rounded", "2026-11-22T12:10:00.5Z", "until", /is in the future/],
    [
      "before from",
      "2026-11-22T04:59:59Z",
      "wrongInput",
      /until is .*04:59:59Z, before from, which is .*05:00:00Z/,
    ],
    ["previous", "previous", "wrongInput", /until cannot be previous/],
    ["keep", "keep", "wrongInput", /until is keep, which is no end/],
    ["keep in every shard that is named", { "0": "keep" }, "wrongInput", /until is keep, which is no end/],
    ["a duration", "PT1H", "wrongInput", /until is a duration/],
    [
      "of an unknown shard",
      { "7": until },
      "until",
      /until names shard 7.*has 0–1|until names shard 7.*0, 1/,
    ],
  ] as const)("refuses one %s", async (_, given, kind, message) => {
    const plan = await sls.getReplayPlan({ ...side, from, until: given });
    expect(plan).toMatchObject({ verdict: "refused", refusals: [{ kind }] });
    expect(plan.refusals[0]?.message).toMatch(message);
    expect(plan.text).toMatch(message);
  });

  it("refuses a cursor after the end of its shard", async () => {
    const beyond = Buffer.from(String(BigInt(Buffer.from(shop.end(0), "base64").toString()) + 1n)).toString(
      "base64",
    );
    const plan = await sls.getReplayPlan({ ...side, from, until: { "0": `cursor:${beyond}` } });
    expect(plan).toMatchObject({ verdict: "refused", refusals: [{ kind: "until" }] });
    expect(plan.text).toContain("after the end of the shard");
  });

  it("takes until from outputs, and sends one more request for each shard", async () => {
    shop.emulator.clearRequests();
    await sls.getReplayPlan({ ...side, from });
    const without = shop.answeredCalls().length;
    shop.emulator.clearRequests();
    const output = sls.getReplayPlanOutput({ ...side, from, until });
    expect((await valueOf(output))?.toReadLogGroups).toBe(6);
    expect(shop.answeredCalls()).toHaveLength(without + 2);
  });
});

describe("getReplayProgress with until", () => {
  it("says what is left and what is done, per shard and in all", async () => {
    const shards = [pinned(0, 7), pinned(1, 7)];
    read(6, 0);
    const reading = await sls.getReplayProgress({ ...side, shards, until });
    expect(reading).toMatchObject({ until, done: false, remainingLogGroups: 2 + 3, emptyShards: [] });
    expect(reading.shards).toMatchObject([
      {
        state: "reading",
        done: false,
        remainingLogGroups: 2,
        remainingSeconds: 2 * 3_600,
        endCursor: shop.cursor(4),
      },
      { state: "atPin", done: false, remainingLogGroups: 3, endTime: until },
    ]);
    expect(reading.text).toContain(`not done: 0 of 2 shards read until ${until}`);

    for (const shard of [0, 1]) read(4, shard);
    const done = await sls.getReplayProgress({ ...side, shards, until });
    expect(done).toMatchObject({ done: true, remainingLogGroups: 0, totals: { caughtUp: 2 } });
    expect(done.text).toContain(`done: 2 of 2 shards read until ${until}`);
  });

  it("is not done one log group before the end, and done beyond it", async () => {
    const shards = [pinned(0, 7), pinned(1, 7)];
    read(5, 0);
    read(3, 1);
    const progress = await sls.getReplayProgress({ ...side, shards, until });
    expect(progress.shards.map(({ done }) => done)).toEqual([false, true]);
    expect(progress.done).toBe(false);
  });

  it("takes the end cursors of a plan", async () => {
    const plan = await sls.getReplayPlan({ ...side, from, until });
    const ends = Object.fromEntries(
      plan.shards.map(({ shard, endCursor }) => [String(shard), `cursor:${endCursor ?? ""}`]),
    );
    const shards = [pinned(0, 7), pinned(1, 7)];
    for (const shard of [0, 1]) read(4, shard);
    expect(await sls.getReplayProgress({ ...side, shards, until: ends })).toMatchObject({ done: true });
  });

  it("is done at the begin cursor of a shard, where there is nothing before it", async () => {
    const shards = [pinned(0, 7), pinned(1, 7)];
    const progress = await sls.getReplayProgress({ ...side, shards, until: "begin" });
    expect(progress).toMatchObject({ done: true, emptyShards: [0, 1] });
  });

  it("has nothing to read in a shard that begins at or after its end cursor", async () => {
    const shards = [pinned(0, 4), pinned(1, 3)];
    const progress = await sls.getReplayProgress({ ...side, shards, until });
    expect(progress).toMatchObject({ done: true, emptyShards: [0, 1], remainingLogGroups: 0 });
    expect(progress.shards).toMatchObject([
      { state: "atPin", done: true, empty: true },
      { state: "atPin", done: true, empty: true },
    ]);
    expect(progress.text).toContain("done, nothing to read");
  });

  it("is not done by a consumer that saved over the pin", async () => {
    const shards = [{ ...pinned(0, 7), status: "overwritten" as const }, pinned(1, 7)];
    for (const shard of [0, 1]) read(0, shard);
    const progress = await sls.getReplayProgress({ ...side, shards, until });
    expect(progress.shards.map(({ done }) => done)).toEqual([false, true]);
    expect(progress.done).toBe(false);
    expect(progress).not.toHaveProperty("remainingLogGroups");
  });

  it("is not done while a shard is not pinned, and does not ask one that is gone", async () => {
    const pending: sls.ReplayedShard = { ...pinned(0, 7), status: "failed" };
    const gone: sls.ReplayedShard = { ...pinned(1, 7), shard: 9 };
    for (const shard of [0, 1]) read(4, shard);
    const failed = await sls.getReplayProgress({ ...side, shards: [pending, pinned(1, 4), gone], until });
    expect(failed).toMatchObject({ done: false });
    const other = await sls.getReplayProgress({ ...side, shards: [pinned(0, 4), pinned(1, 4), gone], until });
    expect(other).toMatchObject({ done: true });
    expect(other.shards[2]).toMatchObject({ state: "gone" });
    expect(other.shards[2]).not.toHaveProperty("done");
    const only = await sls.getReplayProgress({ ...side, shards: [gone], until: { "9": until } });
    expect(only).toMatchObject({ done: true });
  });

  it("waits for a shard that a split has made before until, which the replay did not pin", async () => {
    const shards = [pinned(0, 7), pinned(1, 7)];
    const children = shop.emulator.splitShard("shop", "orders", 0);
    const late = { count: 2, from: shop.now + minute, to: shop.now + 2 * minute };
    for (const child of children) shop.emulator.appendLogGroups("shop", "orders", child, late);
    shop.now += 10 * minute;
    const afterwards = "2026-11-22T12:15:00Z";
    for (const shard of [0, 1]) {
      shop.emulator.commit("shop", "orders", "billing-again", shard, shop.end(shard), {
        consumer: "again-a",
      });
    }
    const reading = await sls.getReplayProgress({ ...side, shards, until: afterwards });
    expect(reading).toMatchObject({ done: false, notCovered: children, remainingLogGroups: 2 + 2 });
    for (const child of children) {
      shop.emulator.commit("shop", "orders", "billing-again", child, shop.end(child), {
        consumer: "again-a",
      });
    }
    expect(await sls.getReplayProgress({ ...side, shards, until: afterwards })).toMatchObject({ done: true });
  });

  it("does not wait for the children of a shard that an ordered group never reads to its own end", async () => {
    shop.emulator.createConsumerGroup("shop", "orders", "ordered", { timeout: 60, order: true });
    const ordered = { ...side, consumerGroup: "ordered" };
    const children = shop.emulator.splitShard("shop", "orders", 0);
    const late = { count: 2, from: shop.now + minute, to: shop.now + 2 * minute };
    for (const child of children) shop.emulator.appendLogGroups("shop", "orders", child, late);
    shop.now += 10 * minute;
    const shards = [0, 1].map((shard) => pinned(shard, 7));
    for (const shard of [0, 1]) {
      shop.pin("ordered", shard, shop.cursor(7, shard));
      shop.emulator.commit("shop", "orders", "ordered", shard, shop.cursor(4, shard), {
        consumer: "again-a",
      });
    }
    const progress = await sls.getReplayProgress({ ...ordered, shards, until });
    expect(progress).toMatchObject({ done: true, emptyShards: children, remainingLogGroups: 0 });
    const beyond = await sls.getReplayProgress({ ...ordered, shards, until: "2026-11-22T12:15:00Z" });
    expect(beyond.done).toBe(false);
    expect(beyond.emptyShards).toEqual([]);
  });

  it("says when it is done at the pace that was seen, and how many requests that took", async () => {
    const shards = [0, 1].map((shard) => ({
      ...pinned(shard, 7),
      pinnedAt: new Date(shop.now).toISOString(),
    }));
    shop.now += minute;
    for (const shard of [0, 1]) read(6, shard);
    shop.emulator.clearRequests();
    const progress = await sls.getReplayProgress({ ...side, shards, until });
    expect(progress).toMatchObject({ etaSeconds: 120, doneAt: "2026-11-22T12:13:00Z" });
    expect(shop.answeredCalls()).toHaveLength(3 + 2 * (3 + 1));
  });

  it.each([
    ["in the future", "2026-11-22T12:10:01Z", "is in the future"],
    ["of an unknown shard", { "7": until }, "until names shard 7"],
    ["previous", "previous", "until cannot be previous"],
    ["keep", { "*": "keep" }, "until is keep, which is no end"],
    ["that is a number", 1_700_000_000, "until is a number"],
  ] as const)("refuses one %s", async (_, given, message) => {
    const shards = [pinned(0, 7), pinned(1, 7)];
    await expect(sls.getReplayProgress({ ...side, shards, until: given as string })).rejects.toThrow(message);
  });
});

it("is no input of a replay", () => {
  type HasUntil = "until" extends keyof sls.ConsumerGroupReplayArgs ? true : false;
  const never: HasUntil = false;
  expect(never).toBe(false);
});
