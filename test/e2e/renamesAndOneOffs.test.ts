import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CommandResult } from "./pulumi.ts";
import { Shop } from "./shop.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("one-off");
  for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
  shop.passQuietTime();
});

afterEach(async () => {
  await shop.close();
});

const from = "2026-11-22T13:00:00+08:00";

interface Deployment {
  readonly deployment: { readonly resources: readonly { readonly urn: string }[] };
}

async function urnOf(end: string): Promise<string> {
  const { deployment } = (await shop.pulumi.exportStack()) as Deployment;
  const urn = deployment.resources.map((resource) => resource.urn).find((name) => name.endsWith(end));
  if (urn === undefined) throw new Error(`no resource ends with ${end}`);
  return urn;
}

/** Lets the consumers read on from where they were put, and be gone again. */
function readOn(): void {
  for (const shard of [0, 1]) shop.commit(shop.cursor(2, shard), shard);
  shop.passQuietTime();
}

async function actAgain(way: string, urn: string): Promise<CommandResult> {
  if (way === "--replace") return shop.pulumi.up("--skip-preview", "--replace", urn);
  const tainted = await shop.pulumi.run("state", "taint", urn, "--yes");
  expect(tainted.exitCode, tainted.stderr).toBe(0);
  return shop.pulumi.up("--skip-preview");
}

describe("without a change of the program,", { timeout: 600_000 }, () => {
  it.each(["--replace", "taint"])("%s pins a shard once more", async (way) => {
    shop.declare({ name: "pin", shard: 0, checkpoint: shop.cursor(7) });
    await shop.pulumi.up("--skip-preview");
    readOn();
    const again = await actAgain(way, await urnOf("::pin"));
    expect(again.exitCode, again.stdout).toBe(0);
    expect(shop.checkpoint()).toBe(shop.cursor(7));
    expect(shop.writes()).toHaveLength(2);
    const quiet = await shop.pulumi.up("--skip-preview", "--expect-no-changes");
    expect([quiet.exitCode, shop.writes().length]).toEqual([0, 2]);
  });

  it.each(["--replace", "taint"])("%s of its plan replays a group once more", async (way) => {
    shop.declareReplay({ name: "replay", from });
    await shop.pulumi.up("--skip-preview");
    readOn();
    const again = await actAgain(way, await urnOf("::replay-plan"));
    expect(again.exitCode, again.stdout).toBe(0);
    expect([shop.checkpoint(0), shop.checkpoint(1)]).toEqual([shop.cursor(7, 0), shop.cursor(7, 1)]);
    expect(shop.writes()).toHaveLength(4);
    const quiet = await shop.pulumi.up("--skip-preview", "--expect-no-changes");
    expect([quiet.exitCode, shop.writes().length]).toEqual([0, 4]);
  });
});

/** Declares a replay under a name, with options. */
function write(name: string, options: object): void {
  rmSync(join(shop.pulumi.project, "index.js"), { force: true });
  shop.pulumi.write({
    "index.js": `
const sls = require("pulumi-sls-checkpoint");
const args = { project: "shop", logstore: "orders", consumerGroup: "billing", from: "${from}" };
new sls.ConsumerGroupReplay("${name}", args, ${JSON.stringify(options)});
`,
  });
}

describe("a replay under another name", () => {
  it("sends nothing where aliases name the old one", async () => {
    write("replay", {});
    await shop.pulumi.up("--skip-preview");
    readOn();
    shop.emulator.clearRequests();
    write("replay-4711", { aliases: [{ name: "replay" }] });
    const renamed = await shop.pulumi.up("--skip-preview", "--expect-no-changes");
    expect(renamed.exitCode, renamed.stdout).toBe(0);
    expect(shop.emulator.requests).toHaveLength(0);
  });

  it("is a new replay without aliases, and rewinds what has moved on by less than maxMove", async () => {
    write("replay", {});
    await shop.pulumi.up("--skip-preview");
    readOn();
    write("replay-4711", {});
    const renamed = await shop.pulumi.up("--skip-preview");
    expect(renamed.exitCode, renamed.stdout).toBe(0);
    expect([shop.checkpoint(0), shop.checkpoint(1)]).toEqual([shop.cursor(7, 0), shop.cursor(7, 1)]);
    expect(shop.writes()).toHaveLength(4);
  });
});
