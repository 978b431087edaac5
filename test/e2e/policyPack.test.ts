/** The policy pack of the examples, on the real engine: what it stops and what it lets through, in both fronts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CommandResult } from "./pulumi.ts";
import { Shop } from "./shop.ts";

const pack = fileURLToPath(new URL("../../examples/policy", import.meta.url));
const plugin = fileURLToPath(new URL("../../provider/dist/plugin", import.meta.url));

/** The same replay, as a TypeScript program declares it and as every other language does. */
const fronts = {
  "the dynamic provider": `
    const sls = require("pulumi-sls-checkpoint");
    new sls.ConsumerGroupReplay("replay", inputs);`,
  "the plugin": `new pulumi.ComponentResource("sls:index:ConsumerGroupReplay", "replay", inputs, {}, true);`,
};

const declared = {
  project: "shop",
  logstore: "orders",
  consumerGroup: "billing",
  from: "2026-11-22T05:00:00Z",
};
const careful = {
  ...declared,
  reason: "INC-4711: tax rate was wrong until 05:00",
  applyBefore: "2026-11-22T20:00:00Z",
  maxMove: "PT48H",
};
const careless = {
  ...declared,
  reason: "hunter2 said so",
  maxMove: "P5D",
  onActiveConsumers: "overwrite",
  allowSkip: true,
};
const rules = [
  "move-has-deadline",
  "move-names-ticket",
  "move-is-capped",
  "production-consumers-are-spared",
  "production-skips-no-group",
];

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open("policy");
  for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
  shop.passQuietTime();
  const production = { production: "^test$" };
  writeFileSync(
    join(shop.pulumi.project, "policy.json"),
    JSON.stringify({
      "production-consumers-are-spared": production,
      "production-skips-no-group": production,
    }),
  );
});

afterAll(() => shop.close());
afterEach(() => shop.emulator.clearRequests());

function declare(front: string, inputs: object, secrets: readonly string[] = []): void {
  shop.pulumi.write({
    "Pulumi.yaml": [
      "name: shop",
      "runtime: { name: nodejs, options: { typescript: false } }",
      `plugins: { providers: [{ name: sls, path: ${JSON.stringify(plugin)} }] }`,
      "",
    ].join("\n"),
    "index.js": `
      const pulumi = require("@pulumi/pulumi");
      const inputs = ${JSON.stringify(inputs)};
      for (const name of ${JSON.stringify(secrets)}) inputs[name] = pulumi.secret(inputs[name]);
      ${front}`,
  });
}

/** What the engine says of the policies, without what the resources say of themselves. */
function policiesOf(stdout: string): string {
  return /^Policies:.*?(?=^Diagnostics:|^Resources:|$(?![\r\n]))/ms.exec(stdout)?.[0] ?? "";
}

function preview(...flags: readonly string[]): Promise<CommandResult> {
  return shop.pulumi.preview("--policy-pack", pack, ...flags);
}

describe.each(Object.entries(fronts))("a replay through %s", (_name, front) => {
  it("that is careful passes every rule", async () => {
    declare(front, careful);
    const { exitCode, stdout, stderr } = await preview("--policy-pack-config", "policy.json");
    expect(exitCode, `${stdout}${stderr}`).toBe(0);
    expect(stdout).toContain("✅ sls-replays@v0.1.0");
    for (const rule of rules) expect(stdout).not.toContain(rule);
  });

  it("that is careless is stopped by each rule, before anything is written, and a secret reason is not repeated", async () => {
    declare(front, careless, ["reason"]);
    const { exitCode, stdout } = await preview("--policy-pack-config", "policy.json");
    expect(exitCode).not.toBe(0);
    for (const rule of rules) expect(policiesOf(stdout)).toContain(rule);
    expect(policiesOf(stdout)).not.toContain("hunter2");
    const up = await shop.pulumi.up("--skip-preview", "--policy-pack", pack);
    expect(up.exitCode).not.toBe(0);
    expect(shop.writes()).toEqual([]);
  });
});

it("a reason that is secret and names its ticket passes", async () => {
  declare(fronts["the dynamic provider"], careful, ["reason"]);
  const { exitCode, stdout } = await preview();
  expect(exitCode, stdout).toBe(0);
  expect(policiesOf(stdout)).toContain("✅ sls-replays");
  expect(policiesOf(stdout)).not.toContain("INC-4711");
});
