/** The SDK for Node.js that is generated from the plugin's schema: compiled by its own script, and run. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pluginFolder, pluginVersion } from "../../tools/plugin/bundle.mjs";
import { generateSdk } from "../../tools/sdk/sdk.mjs";
import { succeeded } from "./outcome.ts";
import { Shop } from "./shop.ts";

const tools = join(import.meta.dirname, "../../node_modules/.bin");

const program = `
import * as sls from "pulumi-sls";

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
const replay = new sls.ConsumerGroupReplay("replay", { ...group, from: { "*": "2026-11-22T05:00:00Z" } });
export const totals = replay.totals;
export const progress = sls.getReplayProgressOutput({ ...group, shards: replay.shards }).text;
`;

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("node-sdk");
  for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
  shop.passQuietTime();
  rmSync(join(shop.pulumi.project, "index.js"));
  shop.pulumi.write({
    "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
    "index.ts": program,
    "tsconfig.json": JSON.stringify({
      compilerOptions: { strict: true, module: "nodenext", moduleResolution: "nodenext", target: "es2022" },
      files: ["index.ts"],
    }),
  });
});

afterEach(async () => {
  await shop.close();
});

/** As npm does it for a package that lies in the project. */
async function installSdk(): Promise<void> {
  const sdk = join(shop.pulumi.project, "node_modules/pulumi-sls");
  await generateSdk("nodejs", sdk);
  execFileSync(process.execPath, ["scripts/postinstall.js"], {
    cwd: sdk,
    env: { ...process.env, PATH: [tools, process.env["PATH"]].join(delimiter) },
    stdio: "pipe",
  });
}

function stands(): readonly (string | undefined)[] {
  return [shop.checkpoint(0), shop.checkpoint(1)];
}

function writes(): number {
  return shop.emulator.requestsOf("UpdateCheckPoint").length;
}

/** Of which plugins the stack has resources. In two of them, two pins of one shard would not meet. */
async function askedVersions(): Promise<readonly unknown[]> {
  const { deployment } = (await shop.pulumi.exportStack()) as {
    deployment: { resources: readonly { type: string; inputs?: { version?: string } }[] };
  };
  const providers = deployment.resources.filter(({ type }) => type === "pulumi:providers:sls");
  return providers.map(({ inputs }) => inputs?.version);
}

it("compiles, and moves a group once", async () => {
  await installSdk();
  const { pulumi } = shop;
  await succeeded(
    pulumi.run("plugin", "install", "resource", "sls", pluginVersion(), "--file", pluginFolder),
  );
  expect(await succeeded(pulumi.preview())).toContain("shop/orders/billing: 2 shards: 2 back");
  expect(writes()).toBe(0);
  await succeeded(pulumi.up("--skip-preview"));
  expect([stands(), writes()]).toEqual([[shop.cursor(7, 0), shop.cursor(7, 1)], 2]);
  const { stdout: outputs } = await pulumi.run("stack", "output", "--json");
  expect(JSON.parse(outputs)).toMatchObject({
    totals: { pinned: 2 },
    progress: expect.stringContaining("shop/orders/billing") as unknown,
  });
  expect(await askedVersions()).toEqual([pluginVersion()]);
  await succeeded(pulumi.up("--skip-preview", "--expect-no-changes"));
  await succeeded(pulumi.destroy());
  expect([stands(), writes()]).toEqual([[shop.cursor(7, 0), shop.cursor(7, 1)], 2]);
});
