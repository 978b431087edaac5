/** Each way in which the real engine gets hold of the plugin: a file, a server, a process that is debugged. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.ts";
import { pluginFolder, pluginVersion } from "../../tools/plugin/bundle.mjs";
import { packPlugin } from "../../tools/plugin/tarballs.mjs";
import { freePort } from "../plugin/freePort.ts";
import { succeeded } from "./outcome.ts";
import { type PulumiWorkspace, openWorkspace } from "./pulumi.ts";

const hour = 3_600_000;
const now = Date.parse("2026-11-20T10:00:00Z");
const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

/** A pin, as the SDK of any language declares it: with the version of the plugin, and where that is found. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { inputs, options } = require("./declarations.json");
new pulumi.CustomResource("sls:index:ConsumerGroupCheckpoint", "pin", { ...inputs, status: undefined }, options);
`;

let place: string;
let clock: number;
let emulator: SlsEmulator;
let pulumi: PulumiWorkspace;
let server: Server | undefined;
let debugged: ChildProcess | undefined;

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), "sls-install-"));
  clock = now;
  emulator = await SlsEmulator.start({ clock: () => clock });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 1 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  emulator.appendLogGroups("shop", "orders", 0, { count: 35, from: now - 34 * hour, to: now });
  emulator.commit("shop", "orders", "billing", 0, cursor(1), { consumer: "host-a" });
  clock += 10 * 60_000;
});

afterEach(async () => {
  debugged?.kill("SIGKILL");
  debugged = undefined;
  server?.close();
  server = undefined;
  await pulumi.close();
  await emulator.stop();
  rmSync(place, { recursive: true });
});

async function open(env: Readonly<Record<string, string>> = {}): Promise<void> {
  pulumi = await openWorkspace({
    name: "install",
    program: {
      "Pulumi.yaml": "name: shop\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "index.js": program,
    },
    env,
  });
  await pulumi.setConfig("sls:endpoint", emulator.endpoint);
  await pulumi.setConfig("sls:accessKeyId", defaultIdentity.accessKeyId);
  // Not by --secret: state has to keep it encrypted all the same.
  await pulumi.setConfig("sls:accessKeySecret", defaultIdentity.accessKeySecret);
}

function cursor(hoursBefore: number): string {
  return emulator.cursorAt("shop", "orders", 0, now - hoursBefore * hour);
}

function declare(hoursBefore: number, options: object = {}): void {
  const inputs = { ...group, shard: 0, checkpoint: cursor(hoursBefore) };
  pulumi.write({ "declarations.json": JSON.stringify({ inputs, options }) });
}

function stands(): string | undefined {
  return emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint;
}

describe("the plugin", () => {
  it("is installed from its file, and keeps the secret key encrypted in state", async () => {
    await open();
    const names = await packPlugin(place);
    const file = join(place, names.find((name) => name.endsWith("linux-amd64.tar.gz")) ?? "");
    await succeeded(pulumi.run("plugin", "install", "resource", "sls", pluginVersion(), "--file", file));
    declare(7);
    expect(await succeeded(pulumi.up())).not.toContain("warning: using");
    expect(stands()).toBe(cursor(7));
    expect(readFileSync(pulumi.stateFile, "utf8")).not.toContain(defaultIdentity.accessKeySecret);
    expect(await succeeded(pulumi.run("package", "get-schema", `sls@${pluginVersion()}`))).toContain(
      "sls:index:ConsumerGroupReplay",
    );
  });

  it("is downloaded by the engine from where its schema says", async () => {
    const asked: string[] = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(readFileSync(join(place, request.url ?? "")));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    await packPlugin(place, url);
    await open({ PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false" });
    declare(7, { version: pluginVersion(), pluginDownloadURL: url });
    await succeeded(pulumi.up());
    expect(stands()).toBe(cursor(7));
    expect(asked).toEqual([expect.stringMatching(/^\/pulumi-resource-sls-v\d+\.\d+\.\d+-\w+-\w+\.tar\.gz$/)]);
  });

  it("serves one engine after the other while it is debugged", async () => {
    const port = await freePort();
    debugged = spawn(process.execPath, [join(pluginFolder, "program/start.js"), "--port", String(port)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (debugged.stdout === null) throw new Error("no output");
    await once(debugged.stdout, "data");
    await open({ PULUMI_DEBUG_PROVIDERS: `sls:${String(port)}` });
    for (const hours of [7, 9, 5]) {
      declare(hours);
      expect(await succeeded(pulumi.preview())).toContain("shop/orders/billing/0: moves");
      await succeeded(pulumi.up());
      expect(stands()).toBe(cursor(hours));
    }
  });

  it("on a Node.js that is too old says so where Pulumi shows it", async () => {
    await open();
    const launcher = join(place, "pulumi-resource-sls");
    const pretend = join(place, "pretend.cjs");
    writeFileSync(pretend, 'Object.defineProperty(process.versions, "node", { value: "18.20.8" });');
    const start = join(pluginFolder, "program/start.js");
    writeFileSync(launcher, `#!/bin/sh\nexec node --require ${pretend} ${start} "$@"\n`, { mode: 0o755 });
    pulumi.write({
      "Pulumi.yaml": [
        "name: shop",
        "runtime: { name: nodejs, options: { typescript: false } }",
        `plugins: { providers: [{ name: sls, path: ${JSON.stringify(place)} }] }`,
        "",
      ].join("\n"),
    });
    declare(7);
    const { exitCode, stdout, stderr } = await pulumi.preview();
    expect(exitCode).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("pulumi-resource-sls: Node.js 22.19 or newer is needed");
  });

  it("leaves nothing that a dynamic provider would take over and break", async () => {
    await open();
    await succeeded(
      pulumi.run("plugin", "install", "resource", "sls", pluginVersion(), "--file", pluginFolder),
    );
    declare(7);
    await succeeded(pulumi.up());
    emulator.clearRequests();
    pulumi.write({
      "index.js": `
const sls = require("pulumi-sls-checkpoint");
const { inputs } = require("./declarations.json");
new sls.ConsumerGroupCheckpoint("pin", inputs, { aliases: [{ type: "sls:index:ConsumerGroupCheckpoint" }] });
`,
    });
    const { exitCode, stdout, stderr } = await pulumi.up();
    expect(exitCode).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("was written by the plugin sls");
    expect(emulator.requests).toEqual([]);

    pulumi.write({ "index.js": program });
    await succeeded(pulumi.up("--expect-no-changes"));
    await succeeded(pulumi.destroy());
  });
});
