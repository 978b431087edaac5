/** The plugin `sls` behind the real engine: the same resources without the dynamic provider. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.ts";
import { succeeded } from "./outcome.ts";
import { type PulumiWorkspace, openWorkspace } from "./pulumi.ts";

const hour = 3_600_000;
const noon = Date.parse("2026-11-22T12:00:00Z");
const folder = fileURLToPath(new URL("../../provider/dist/plugin", import.meta.url));

/** Any language's program comes to this: types and inputs as data. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { resources = [], reads = [], secretReason } = require("./declarations.json");
for (const { type, name, remote, outputs, inputs, aliases } of resources) {
  const args = { ...inputs };
  if (secretReason !== undefined) args.reason = pulumi.secret(secretReason);
  for (const output of outputs) args[output] ??= undefined;
  const resource = remote
    ? new pulumi.ComponentResource(type, name, args, {}, true)
    : new pulumi.CustomResource(type, name, args, { aliases });
  for (const output of outputs) exports[name + "-" + output] = resource[output];
}
for (const { token, args } of reads) exports[token] = pulumi.output(pulumi.runtime.invoke(token, args)).text;
`;

let now: number;
let emulator: SlsEmulator;
let pulumi: PulumiWorkspace;

beforeEach(async () => {
  now = noon;
  emulator = await SlsEmulator.start({ clock: () => now });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  for (const shard of [0, 1]) {
    emulator.appendLogGroups("shop", "orders", shard, { count: 13, from: noon - 12 * hour, to: noon });
    emulator.commit("shop", "orders", "billing", shard, cursor(1, shard), { consumer: "host-a" });
  }
  now += 10 * 60_000;
  pulumi = await openWorkspace({
    name: "plugin",
    program: {
      "Pulumi.yaml": [
        "name: shop",
        "runtime: { name: nodejs, options: { typescript: false } }",
        `plugins: { providers: [{ name: sls, path: ${JSON.stringify(folder)} }] }`,
        "",
      ].join("\n"),
      "index.js": program,
    },
  });
  await pulumi.setConfig("sls:endpoint", emulator.endpoint);
  await pulumi.setConfig("sls:accessKeyId", "emulatorAccessKeyId");
  await pulumi.setSecret("sls:accessKeySecret", "emulatorAccessKeySecret");
});

afterEach(async () => {
  await pulumi.close();
  await emulator.stop();
});

function cursor(hoursBeforeNoon: number, shard = 0): string {
  return emulator.cursorAt("shop", "orders", shard, noon - hoursBeforeNoon * hour);
}

function stands(): readonly (string | undefined)[] {
  return [0, 1].map((shard) => emulator.checkpoint("shop", "orders", "billing", shard)?.checkpoint);
}

function writes(): number {
  return emulator.requestsOf("UpdateCheckPoint").length;
}

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

function declare(declarations: object): void {
  pulumi.write({ "declarations.json": JSON.stringify(declarations) });
}

function declarePin(hoursBeforeNoon: number, more: object = {}): void {
  const type = "sls:index:ConsumerGroupCheckpoint";
  const inputs = { ...group, shard: 0, checkpoint: cursor(hoursBeforeNoon) };
  declare({ resources: [{ type, name: "pin", outputs: ["status"], inputs }], ...more });
}

describe("a checkpoint through the plugin", () => {
  test("is previewed, pinned once, changed, refreshed and destroyed", async () => {
    declarePin(7);
    expect(await succeeded(pulumi.preview())).toContain("shop/orders/billing/0");
    expect(writes()).toBe(0);

    await succeeded(pulumi.up());
    expect(stands()[0]).toBe(cursor(7));

    emulator.clearRequests();
    expect(await succeeded(pulumi.up())).toContain("unchanged");
    await succeeded(pulumi.refresh());
    expect(emulator.requests).toHaveLength(0);

    declarePin(5);
    await succeeded(pulumi.up());
    expect(stands()[0]).toBe(cursor(5));
    expect(writes()).toBe(1);

    await succeeded(pulumi.destroy());
    expect(stands()[0]).toBe(cursor(5));
    expect(writes()).toBe(1);
  });
});

const replayOutputs = ["shards", "positions", "previousPositions", "plannedAt", "pinnedAt", "totals"];

function declareReplay(hoursBeforeNoon: number, more: object = {}): void {
  const inputs = { ...group, from: new Date(noon - hoursBeforeNoon * hour).toISOString() };
  const type = "sls:index:ConsumerGroupReplay";
  declare({ resources: [{ type, name: "replay", remote: true, outputs: replayOutputs, inputs }], ...more });
}

describe("a replay through the plugin", () => {
  test("is a component whose plan is in state before its writes, and moves every shard once", async () => {
    declareReplay(7);
    expect(await succeeded(pulumi.preview())).toContain("replay-plan");
    expect(writes()).toBe(0);

    await succeeded(pulumi.up());
    expect(stands()).toEqual([cursor(7, 0), cursor(7, 1)]);

    emulator.clearRequests();
    await succeeded(pulumi.up());
    await succeeded(pulumi.refresh());
    await succeeded(pulumi.up());
    expect(emulator.requests).toHaveLength(0);

    await succeeded(pulumi.destroy());
    expect(emulator.requests).toHaveLength(0);
  });

  test("keeps what was written when a shard fails, and the next up writes that one alone", async () => {
    declareReplay(7);
    emulator.rule({
      call: "UpdateCheckPoint",
      shard: 1,
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    const failed = await pulumi.up();
    expect(failed.exitCode).not.toBe(0);
    expect(stands()).toEqual([cursor(7, 0), cursor(1, 1)]);
    // Only an error that keeps state leaves the writes' resource there, with what each shard came to.
    expect(readFileSync(pulumi.stateFile, "utf8")).toContain('"type":"sls:index:ReplayApply"');

    emulator.clearRules();
    emulator.clearRequests();
    await succeeded(pulumi.up());
    expect(stands()).toEqual([cursor(7, 0), cursor(7, 1)]);
    expect(emulator.requestsOf("UpdateCheckPoint").map(({ shard }) => shard)).toEqual([1]);
  });
});

describe("what comes from a secret", () => {
  test("is in no state file and in no line", async () => {
    declareReplay(7, { secretReason: "incident of the customer Eichhorn" });
    const { stdout, stderr } = await pulumi.up();
    expect(stands()).toEqual([cursor(7, 0), cursor(7, 1)]);
    expect(readFileSync(pulumi.stateFile, "utf8")).not.toContain("Eichhorn");
    expect(`${stdout}${stderr}`).not.toContain("Eichhorn");

    emulator.clearRequests();
    declareReplay(7, { secretReason: "incident of the customer Eichhorn, closed" });
    expect(await succeeded(pulumi.up())).toContain("updated");
    const { deployment } = (await pulumi.exportStack()) as { deployment: unknown };
    expect(JSON.stringify(deployment)).toContain("Eichhorn, closed");
    expect(emulator.requests).toHaveLength(0);
  });
});

describe("a read function", () => {
  test("answers a program of any language", async () => {
    declare({ reads: [{ token: "sls:index:getConsumerGroupCheckpoints", args: group }] });
    expect(await succeeded(pulumi.up())).toContain("shop/orders/billing");
    expect(writes()).toBe(0);
  });
});

describe("one Ctrl-C", () => {
  test("stops before the next write, saves what was written, and the next up writes the rest alone", async () => {
    await pulumi.setConfig("sls:maxConcurrency", "1");
    declareReplay(7);
    const held = emulator.rule({ call: "UpdateCheckPoint", nth: 1, do: { kind: "holdAnswer" } });
    const up = pulumi.start("up", "--yes", "--skip-preview");
    await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
    up.kill("SIGINT");
    await up.seen("^C received");
    held.release();
    const { exitCode, stdout, stderr } = await up.finished;
    expect(exitCode).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("nothing more is written");
    expect(writes()).toBe(1);

    emulator.clearRules();
    emulator.clearRequests();
    await succeeded(pulumi.up());
    expect(stands()).toEqual([cursor(7, 0), cursor(7, 1)]);
    expect(writes()).toBe(1);
  });
});

describe("a stack of the dynamic provider", () => {
  test("is taken over without a request, and a refresh drops the text of the shim", async () => {
    const dynamic = `
const sls = require("pulumi-sls-checkpoint");
const { pin, replay } = require("./declarations.json");
new sls.ConsumerGroupCheckpoint("pin", pin);
new sls.ConsumerGroupReplay("replay", replay);
`;
    const pin = { ...group, shard: 0, checkpoint: cursor(7) };
    const other = { ...group, logstore: "returns", from: new Date(noon - 7 * hour).toISOString() };
    emulator.createLogstore("shop", "returns", { ttl: 7, shardCount: 2 });
    emulator.createConsumerGroup("shop", "returns", "billing", { timeout: 60 });
    for (const shard of [0, 1]) {
      emulator.appendLogGroups("shop", "returns", shard, { count: 13, from: noon - 12 * hour, to: noon });
    }
    pulumi.write({ "index.js": dynamic });
    declare({ pin, replay: { ...other, allowSkip: true } });
    await succeeded(pulumi.up());

    pulumi.write({ "index.js": program });
    const aliases = [{ type: "pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint" }];
    declare({
      resources: [
        { type: "sls:index:ConsumerGroupCheckpoint", name: "pin", outputs: ["status"], inputs: pin, aliases },
        {
          type: "sls:index:ConsumerGroupReplay",
          name: "replay",
          remote: true,
          outputs: replayOutputs,
          inputs: { ...other, allowSkip: true },
        },
      ],
    });
    emulator.clearRequests();
    await succeeded(pulumi.up());
    await succeeded(pulumi.refresh());
    await succeeded(pulumi.up());
    expect(emulator.requests).toHaveLength(0);
    expect(readFileSync(pulumi.stateFile, "utf8")).not.toContain("__provider");
  });
});
