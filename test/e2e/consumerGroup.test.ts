/** A consumer group as a resource, on the real engine. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { succeeded } from "./outcome.ts";
import { Shop } from "./shop.ts";

const program = `
const sls = require("pulumi-sls-checkpoint");
const { group, from, others = [], name = "side" } = require("./declarations.json");
for (const consumerGroup of others)
  new sls.ConsumerGroup(consumerGroup, { project: "shop", logstore: "orders", consumerGroup });
const side = new sls.ConsumerGroup(name, { project: "shop", logstore: "orders", ...group });
exports.adopted = side.adopted;
if (from !== undefined) {
  const { project, logstore, consumerGroup } = side;
  const replay = new sls.ConsumerGroupReplay("replay", { project, logstore, consumerGroup, from });
  exports.totals = replay.totals;
}
`;

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("group");
  shop.pulumi.write({ "index.js": program });
});

afterEach(() => shop.close());

function declare(group: object, from?: string, others?: readonly string[]): void {
  shop.pulumi.write({ "declarations.json": JSON.stringify({ group, from, others }) });
}

function timeouts(): Readonly<Record<string, number>> {
  const listed = shop.emulator.consumerGroups("shop", "orders");
  return Object.fromEntries(listed.map(({ name, timeout }) => [name, timeout]));
}

test("a side group and a replay on it: previewed in full, made, quiet while its consumers run, deleted with the stack", async () => {
  declare({ consumerGroup: "billing-again" }, "2026-11-22T05:00:00Z");
  const preview = await succeeded(shop.pulumi.preview());
  expect(preview).toContain("shop/orders/billing-again: 2 shards");
  expect(preview).toContain("shards 0, 1  set: no checkpoint → 2026-11-22T05:00:00Z");
  expect(preview).not.toContain("not evaluated");
  expect(timeouts()).toEqual({ billing: 60 });

  await succeeded(shop.pulumi.up("--skip-preview"));
  expect(timeouts()).toEqual({ billing: 60, "billing-again": 60 });
  const stands = shop.emulator.checkpoint("shop", "orders", "billing-again", 1)?.checkpoint;
  expect(stands).toBe(shop.cursor(7, 1));

  // What the official consumers do when they start.
  shop.emulator.changeConsumerGroup("shop", "orders", "billing-again", { timeout: 20, order: false });
  shop.emulator.clearRequests();
  await succeeded(shop.pulumi.refresh("--expect-no-changes"));
  await succeeded(shop.pulumi.up("--skip-preview", "--expect-no-changes"));
  expect(new Set(shop.emulator.requests.map(({ call }) => call))).toEqual(new Set(["ListConsumerGroup"]));

  shop.passQuietTime();
  const destroyed = await succeeded(shop.pulumi.destroy());
  expect(destroyed).toContain("way back: {");
  expect(timeouts()).toEqual({ billing: 60 });
});

test("drift of what is declared is shown by a refresh and mended by an up; a group that is gone is made again", async () => {
  declare({ consumerGroup: "billing-again", timeout: 60 });
  await succeeded(shop.pulumi.up("--skip-preview"));
  shop.emulator.changeConsumerGroup("shop", "orders", "billing-again", { timeout: 20 });
  const refreshed = await succeeded(shop.pulumi.refresh());
  expect(refreshed).toContain("timeout is 20 s, declared are 60 s");
  expect(refreshed).toContain("1 updated");
  await succeeded(shop.pulumi.up("--skip-preview"));
  expect(timeouts()["billing-again"]).toBe(60);

  shop.emulator.deleteConsumerGroup("shop", "orders", "billing-again");
  expect(await succeeded(shop.pulumi.refresh())).toContain("the group is gone");
  await succeeded(shop.pulumi.up("--skip-preview"));
  expect(timeouts()["billing-again"]).toBe(60);
});

test("one that exists is refused, adopted, and left by a destroy", async () => {
  declare({ consumerGroup: "billing" });
  const refused = await shop.pulumi.up("--skip-preview");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stdout).toContain("Set adopt: true to take it over");
  declare({ consumerGroup: "billing", adopt: true });
  await succeeded(shop.pulumi.up("--skip-preview"));
  expect(await succeeded(shop.pulumi.destroy())).toContain("was adopted, so it is left as it is");
  expect(timeouts()).toEqual({ billing: 60 });
});

test("a new name makes a new group, and deletes the old one by the same rule", async () => {
  declare({ consumerGroup: "first", waitTimeout: "PT1S" });
  await succeeded(shop.pulumi.up("--skip-preview"));
  shop.emulator.commit("shop", "orders", "first", 0, shop.cursor(3), { consumer: "host-a" });
  declare({ consumerGroup: "second" });
  const refused = await shop.pulumi.up("--skip-preview");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stdout).toContain("shop/orders/first: not deleted, because its consumers are alive");
  expect(Object.keys(timeouts()).sort()).toEqual(["billing", "first", "second"]);
  declare({ consumerGroup: "second", forceDelete: true });
  const tooLate = await shop.pulumi.up("--skip-preview");
  expect(tooLate.exitCode).not.toBe(0);
  expect(tooLate.stdout).toContain("Where an up has replaced the group already, it is too late for them.");

  shop.passQuietTime();
  expect(await succeeded(shop.pulumi.up("--skip-preview"))).toContain("way back: {");
  expect(Object.keys(timeouts()).sort()).toEqual(["billing", "second"]);
});

test("a resource that is replaced on its own group, or declared under another name, does not delete it", async () => {
  const group = { consumerGroup: "billing-again", adopt: true };
  declare(group);
  await succeeded(shop.pulumi.up("--skip-preview"));
  const held = "another resource of this up declares the group, so it is left as it is";
  expect(await succeeded(shop.pulumi.up("--skip-preview", "--replace", "**side"))).toContain(held);
  expect(timeouts()).toEqual({ billing: 60, "billing-again": 60 });
  shop.pulumi.write({ "declarations.json": JSON.stringify({ group, name: "renamed" }) });
  expect(await succeeded(shop.pulumi.up("--skip-preview"))).toContain(held);
  expect(timeouts()).toEqual({ billing: 60, "billing-again": 60 });
});

test("one more than a logstore takes is refused; those that were made stay, and the next up makes only what is left", async () => {
  for (let count = 1; count <= 28; count += 1)
    shop.emulator.createConsumerGroup("shop", "orders", `other-${String(count)}`);
  declare({ consumerGroup: "first" }, undefined, ["second", "third"]);
  const refused = await shop.pulumi.up("--skip-preview");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stdout).toContain("ConsumerGroupQuotaExceed");
  expect(refused.stdout).toContain("A logstore takes 30 consumer groups. Delete one that nobody uses");
  expect(Object.keys(timeouts())).toHaveLength(30);

  for (const free of ["other-1", "other-2"]) shop.emulator.deleteConsumerGroup("shop", "orders", free);
  shop.emulator.clearRequests();
  await succeeded(shop.pulumi.up("--skip-preview"));
  expect(Object.keys(timeouts())).toEqual(expect.arrayContaining(["first", "second", "third"]));
  expect(shop.emulator.requestsOf("CreateConsumerGroup")).toHaveLength(2);
  await succeeded(shop.pulumi.destroy());
  expect(Object.keys(timeouts())).toHaveLength(27);
});
