import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type * as sls from "pulumi-sls-checkpoint";
import { Shop } from "./shop.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("readings");
});

afterEach(async () => {
  await shop.close();
});

/** Reads with the stack's connection, with one of its own, and what another resource outputs. */
const program = `
const pulumi = require("@pulumi/pulumi");
const sls = require("pulumi-sls-checkpoint");

module.exports = async () => {
  const config = new pulumi.Config();
  const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
  const from = "2026-11-22T13:00:00+08:00";
  const provider = new sls.Provider("explicit", {
    endpoint: config.require("endpoint"),
    accessKeyId: "emulatorAccessKeyId",
    accessKeySecret: config.requireSecret("accessKeySecret"),
  });
  const plan = await sls.getReplayPlan({ ...group, from }, { provider });
  const checkpoints = await sls.getConsumerGroupCheckpoints(group);
  const replay = new sls.ConsumerGroupReplay("replay", { ...group, from });
  const progress = sls.getReplayProgressOutput({ ...group, shards: replay.shards }, { provider });
  return { plan, checkpoints, progress };
};
`;

interface Outputs {
  readonly plan: sls.ReplayPlan;
  readonly checkpoints: sls.ConsumerGroupCheckpoints;
  readonly progress: sls.ReplayProgress;
}

it("reads in a preview and in an up, with the stack's configuration and with a provider", async () => {
  for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
  shop.passQuietTime();
  rmSync(join(shop.pulumi.project, "index.js"));
  shop.pulumi.write({ "index.js": program });
  await shop.pulumi.setConfig("endpoint", shop.emulator.endpoint);
  await shop.pulumi.setSecret("accessKeySecret", "emulatorAccessKeySecret");

  const preview = await shop.pulumi.preview();
  expect(preview.exitCode, preview.stdout).toBe(0);
  expect(preview.stdout).toContain("2 shards: 2 back; 12 log groups will be read again");
  expect(preview.stdout).toMatch(/progress\s*: \[unknown\]/);
  expect(shop.writes()).toHaveLength(0);

  const up = await shop.pulumi.up("--skip-preview");
  expect(up.exitCode, up.stdout).toBe(0);
  const { stdout } = await shop.pulumi.run("stack", "output", "--json");
  const { plan, checkpoints, progress } = JSON.parse(stdout) as Outputs;
  expect(plan.verdict).toBe("moves");
  expect(plan.shards.map(({ target }) => target)).toEqual([shop.checkpoint(0), shop.checkpoint(1)]);
  expect(checkpoints.shards.map(({ checkpoint }) => checkpoint)).toEqual([
    shop.cursor(1, 0),
    shop.cursor(1, 1),
  ]);
  expect(progress.totals).toEqual({ atPin: 2 });
  expect(progress.remainingLogGroups).toBe(12);
});

it("ends a program with the reason alone where a group cannot be read", async () => {
  rmSync(join(shop.pulumi.project, "index.js"));
  shop.pulumi.write({
    "index.js": `
const sls = require("pulumi-sls-checkpoint");
module.exports = async () => sls.getConsumerGroupCheckpoints({ project: "shop", logstore: "orders", consumerGroup: "other" });
`,
  });
  const preview = await shop.pulumi.preview();
  expect(preview.exitCode).not.toBe(0);
  expect(preview.stdout).toContain("404 ConsumerGroupNotExist");
  expect(preview.stdout + preview.stderr).not.toContain("    at ");
});
