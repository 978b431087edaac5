/** Reading up to a moment, on the real engine: what a program is answered for `until`. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type * as sls from "pulumi-sls-checkpoint";
import { Shop, hour } from "./shop.ts";

/** A side group and its replay, how far it is read, and what plans say for each way of writing `until`. */
const program = `
const pulumi = require("@pulumi/pulumi");
const sls = require("pulumi-sls-checkpoint");
const { from, order, until, plansUntil } = require("./declarations.json");

module.exports = async () => {
  const logstore = { project: "shop", logstore: "orders" };
  const { consumerGroup } = new sls.ConsumerGroup("side", { ...logstore, consumerGroup: "billing-again", order });
  const replay = new sls.ConsumerGroupReplay("replay", { ...logstore, consumerGroup, from });
  const progress = sls.getReplayProgressOutput({
    ...logstore,
    consumerGroup,
    shards: replay.shards,
    until: pulumi.output(until),
  });
  const plan = (moment) => sls.getReplayPlan({ ...logstore, consumerGroup: "billing", from, until: moment });
  return { progress, plans: await Promise.all(plansUntil.map(plan)) };
};
`;

interface Outputs {
  readonly progress: sls.ReplayProgress;
  readonly plans: readonly sls.ReplayPlan[];
}

const from = "2026-11-22T05:00:00Z";
const until = "2026-11-22T16:00:00+08:00";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("until");
  rmSync(join(shop.pulumi.project, "index.js"));
  shop.pulumi.write({ "index.js": program });
});

afterEach(() => shop.close());

function declare(declarations: { until: string; order?: boolean; plansUntil?: readonly string[] }): void {
  shop.pulumi.write({ "declarations.json": JSON.stringify({ from, plansUntil: [], ...declarations }) });
}

async function up(): Promise<Outputs> {
  const { exitCode, stdout, stderr } = await shop.pulumi.up("--skip-preview");
  expect(exitCode, stdout + stderr).toBe(0);
  const outputs = await shop.pulumi.run("stack", "output", "--json");
  return JSON.parse(outputs.stdout) as Outputs;
}

function readAgain(shard: number, cursor: string): void {
  shop.emulator.commit("shop", "orders", "billing-again", shard, cursor, { consumer: "again-a" });
}

describe("until", { timeout: 120_000 }, () => {
  it("is exclusive, rounds up to the second, and is refused in the future and before from", async () => {
    declare({
      until,
      plansUntil: [
        until,
        "2026-11-22T07:59:59.2Z",
        "2026-11-22T08:00:00.000001Z",
        "2026-11-22T12:00:01Z",
        "2026-11-22T04:59:59Z",
      ],
    });
    const { plans } = await up();
    expect(
      plans.map(({ verdict, until: told, toReadLogGroups }) => [verdict, told, toReadLogGroups]),
    ).toEqual([
      ["moves", "2026-11-22T08:00:00Z", 3 + 3],
      ["moves", "2026-11-22T08:00:00Z", 3 + 3],
      ["moves", "2026-11-22T08:00:01Z", 4 + 4],
      ["refused", undefined, undefined],
      ["refused", undefined, undefined],
    ]);
    expect(plans[0]?.untilUnixSeconds).toBe(Date.parse(until) / 1_000);
    expect(plans[0]?.shards.map(({ endCursor }) => endCursor)).toEqual([
      shop.cursor(4, 0),
      shop.cursor(4, 1),
    ]);
    expect(plans[3]?.text).toContain("is in the future: the service's clock shows 2026-11-22T12:00:00Z");
    expect(plans[4]?.text).toContain("until is 2026-11-22T04:59:59Z, before from");
  });

  it("is reached shard by shard, while each up says how far it is", async () => {
    declare({ until });
    expect((await up()).progress).toMatchObject({ done: false, remainingLogGroups: 3 + 3 });
    readAgain(0, shop.cursor(4, 0));
    readAgain(1, shop.cursor(5, 1));
    const reading = (await up()).progress;
    expect(reading).toMatchObject({ done: false, remainingLogGroups: 1 });
    expect(reading.shards.map(({ done }) => done)).toEqual([true, false]);
    readAgain(1, shop.cursor(4, 1));
    const { progress } = await up();
    expect(progress).toMatchObject({ done: true, remainingLogGroups: 0, until: "2026-11-22T08:00:00Z" });
  });

  it("is not waited for in the children of a shard that an ordered group never reads to its own end", async () => {
    declare({ until, order: true });
    await up();
    const children = shop.emulator.splitShard("shop", "orders", 0);
    shop.now += hour;
    for (const child of children) {
      const late = { count: 2, from: shop.now - 60_000, to: shop.now };
      shop.emulator.appendLogGroups("shop", "orders", child, late);
    }
    for (const shard of [0, 1]) readAgain(shard, shop.cursor(4, shard));
    expect((await up()).progress).toMatchObject({ done: true, emptyShards: children, remainingLogGroups: 0 });
    declare({ until: "2026-11-22T13:00:00Z", order: true });
    const beyond = (await up()).progress;
    expect(beyond).toMatchObject({ done: false, emptyShards: [], notCovered: children });
  });
});
