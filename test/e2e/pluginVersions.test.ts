/** More than one process of the plugin in one stack, on the real engine: two versions, and two providers in one debugger. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.ts";
import { pluginFolder } from "../../tools/plugin/bundle.mjs";
import { freePort } from "../plugin/freePort.ts";
import { failed, succeeded } from "./outcome.ts";
import { type CommandResult, type PulumiWorkspace, openWorkspace } from "./pulumi.ts";

const hour = 3_600_000;
const now = Date.parse("2026-11-20T10:00:00Z");
const older = "0.1.0";
const newer = "0.2.0";

/** What the SDK of any language comes to. An SDK names its version with each resource. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { providers = [], resources } = require("./declarations.json");
class Provider extends pulumi.ProviderResource {
  constructor(name, args, options) {
    super("sls", name, args, options);
  }
}
const made = Object.fromEntries(providers.map(({ name, args, options }) => [name, new Provider(name, args, options)]));
const given = ({ provider, providers, ...options }) => ({
  ...options,
  ...(provider !== undefined && { provider: made[provider] }),
  ...(providers !== undefined && { providers: { sls: made[providers] } }),
});
for (const { type, name, inputs, options } of resources) {
  const token = "sls:index:" + type;
  if (type === "ConsumerGroupReplay") new pulumi.ComponentResource(token, name, { ...inputs, totals: undefined }, given(options), true);
  else new pulumi.CustomResource(token, name, { ...inputs, status: undefined }, given(options));
}
`;

interface DeclaredResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: object;
  readonly options: object;
}

let place: string;
let clock: number;
let emulator: SlsEmulator;
let pulumi: PulumiWorkspace;
let debugged: ChildProcess | undefined;

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), "sls-versions-"));
  clock = now;
  emulator = await SlsEmulator.start({ clock: () => clock });
  for (const logstore of ["orders", "returns"]) {
    emulator.createLogstore("shop", logstore, { ttl: 7, shardCount: 2 });
    emulator.createConsumerGroup("shop", logstore, "billing", { timeout: 60 });
    for (const shard of [0, 1]) {
      emulator.appendLogGroups("shop", logstore, shard, { count: 35, from: now - 34 * hour, to: now });
      emulator.commit("shop", logstore, "billing", shard, cursor(1, { logstore, shard }), {
        consumer: "host-a",
      });
    }
  }
  clock += 10 * 60_000;
});

afterEach(async () => {
  debugged?.kill("SIGKILL");
  debugged = undefined;
  await pulumi.close();
  await emulator.stop();
  rmSync(place, { recursive: true });
});

async function open(env: Readonly<Record<string, string>> = {}): Promise<void> {
  pulumi = await openWorkspace({
    name: "versions",
    program: {
      "Pulumi.yaml": "name: shop\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "index.js": program,
    },
    env,
  });
  await pulumi.setConfig("sls:endpoint", emulator.endpoint);
  await pulumi.setConfig("sls:accessKeyId", defaultIdentity.accessKeyId);
  await pulumi.setSecret("sls:accessKeySecret", defaultIdentity.accessKeySecret);
}

/** Installs today's plugin under a version. */
async function install(version: string): Promise<void> {
  const folder = join(place, version);
  cpSync(pluginFolder, folder, { recursive: true });
  for (const name of ["package.json", "schema.json"]) {
    const file = join(folder, name);
    const told = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...told, version }));
  }
  await succeeded(pulumi.run("plugin", "install", "resource", "sls", version, "--file", folder));
}

interface Place {
  readonly logstore?: string;
  readonly shard?: number;
}

function cursor(hours: number, { logstore = "orders", shard = 0 }: Place = {}): string {
  return emulator.cursorAt("shop", logstore, shard, now - hours * hour);
}

function group(logstore = "orders"): object {
  return { project: "shop", logstore, consumerGroup: "billing" };
}

function pin(name: string, hours: number, options: object, more: Place & object = {}): DeclaredResource {
  const { logstore, shard = 0, ...inputs } = more;
  const checkpoint = cursor(hours, more);
  return {
    type: "ConsumerGroupCheckpoint",
    name,
    inputs: { ...group(logstore), shard, checkpoint, ...inputs },
    options,
  };
}

function replay(hours: number, options: object): DeclaredResource {
  const from = new Date(now - hours * hour).toISOString();
  return { type: "ConsumerGroupReplay", name: "replay", inputs: { ...group(), from }, options };
}

function declare(resources: readonly DeclaredResource[], providers: readonly object[] = []): void {
  pulumi.write({ "declarations.json": JSON.stringify({ resources, providers }) });
  emulator.clearRequests();
}

function stands(place: Place = {}): string | undefined {
  const { logstore = "orders", shard = 0 } = place;
  return emulator.checkpoint("shop", logstore, "billing", shard)?.checkpoint;
}

function writes(): number {
  return emulator.requestsOf("UpdateCheckPoint").length;
}

function up(): Promise<CommandResult> {
  return pulumi.up("--skip-preview");
}

/** The providers that state holds resources of. */
function providersInUse(): ReadonlySet<string | undefined> {
  const { checkpoint } = JSON.parse(readFileSync(pulumi.stateFile, "utf8")) as {
    readonly checkpoint: {
      readonly latest: { readonly resources: readonly { readonly provider?: string }[] };
    };
  };
  const used = checkpoint.latest.resources.flatMap(({ provider }) =>
    provider === undefined ? [] : [provider],
  );
  return new Set(used.map((provider) => provider.split("::").at(-2)));
}

describe("another version of the plugin", { timeout: 300_000 }, () => {
  beforeEach(async () => {
    await open();
    await install(older);
    await install(newer);
  });

  it("takes over what one wrote, and gives it back, without a request", async () => {
    const resources = (version: string): readonly DeclaredResource[] => [
      replay(7, { version }),
      pin("pin", 6, { version }, { logstore: "returns" }),
    ];
    declare(resources(older));
    await succeeded(up());
    for (const version of [newer, older]) {
      declare(resources(version));
      await succeeded(pulumi.up("--skip-preview", "--expect-no-changes"));
      expect(emulator.requests).toEqual([]);
      expect(providersInUse()).toEqual(new Set([`default_${version.replaceAll(".", "_")}`]));
    }
  });

  it("may move another group in the same stack", async () => {
    declare([pin("old", 7, { version: older }), pin("new", 7, { version: newer }, { logstore: "returns" })]);
    await succeeded(pulumi.up());
    expect([stands(), stands({ logstore: "returns" })]).toEqual([
      cursor(7),
      cursor(7, { logstore: "returns" }),
    ]);
  });

  it.each(["refuse", "wait", "overwrite"])(
    "is refused for the same group in a preview, by its code, with onActiveConsumers %s",
    async (onActiveConsumers) => {
      const how = { onActiveConsumers, watchFor: "PT0S" };
      declare([pin("old", 7, { version: older }, how), pin("new", 9, { version: newer }, how)]);
      const said = await failed(pulumi.preview());
      expect(said).toContain(
        "SecondVersion: two versions of the plugin sls move shop/orders/billing in this stack: ",
      );
      expect(said).toMatch(/0\.1\.0 for old, 0\.2\.0 for new|0\.2\.0 for new, 0\.1\.0 for old/);
      expect(writes()).toBe(0);
    },
  );

  it("is refused for a replay and a pin of its group, also where no preview was run", async () => {
    declare([pin("pin", 9, { version: newer }), replay(7, { version: older })]);
    expect(await failed(up())).toContain("SecondVersion: ");
    expect(writes()).toBeLessThanOrEqual(2);

    // One version for both: now the plugin sees itself that both move shard 0, whichever of them came first before.
    declare([pin("pin", 10, { version: newer }), replay(7, { version: newer })]);
    expect(await failed(pulumi.preview())).not.toContain("SecondVersion");
  });

  it("never has the children of a replay: they are of the process that their component is of", async () => {
    const { accessKeyId, accessKeySecret } = defaultIdentity;
    const args = { endpoint: emulator.endpoint, accessKeyId, accessKeySecret };
    const providers = [older, newer].map((version) => ({ name: `v${version}`, args, options: { version } }));
    const given = { version: newer, provider: `v${newer}`, providers: `v${older}` };
    declare([replay(7, given)], providers);
    await succeeded(up());
    expect(providersInUse().size).toBe(1);
    expect([stands(), stands({ shard: 1 })]).toEqual([cursor(7), cursor(7, { shard: 1 })]);
  });

  it("refuses state of a form that it does not know, and still refreshes and destroys it", async () => {
    declare([pin("pin", 7, { version: newer })]);
    await succeeded(up());
    const state = readFileSync(pulumi.stateFile, "utf8");
    const later = state.replaceAll('"schemaVersion":2', '"schemaVersion":3');
    expect(later).not.toBe(state);
    writeFileSync(pulumi.stateFile, later);
    declare([pin("pin", 9, { version: older })]);
    for (const command of ["preview", "up"]) {
      const said = await failed(command === "up" ? up() : pulumi.preview());
      expect(said).toContain("schemaVersion 3, of which this version knows 2");
      expect(said).toContain("Was it written by a newer version");
    }
    expect(emulator.requests).toEqual([]);
    await succeeded(pulumi.refresh());
    await succeeded(pulumi.destroy());
    expect(writes()).toBe(0);
  });
});

describe("a plugin that is debugged", { timeout: 300_000 }, () => {
  const port = { number: 0 };

  beforeEach(async () => {
    port.number = await freePort();
    debugged = spawn(
      process.execPath,
      [join(pluginFolder, "program/start.js"), "--port", String(port.number)],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    if (debugged.stdout === null) throw new Error("no output");
    await once(debugged.stdout, "data");
    await open({ PULUMI_DEBUG_PROVIDERS: `sls:${String(port.number)}` });
  });

  const keys = (accessKeyId: string): object => ({
    endpoint: emulator.endpoint,
    accessKeyId,
    accessKeySecret: defaultIdentity.accessKeySecret,
  });

  it("refuses a second provider with other keys, and writes nothing with the wrong ones", async () => {
    const identity = { ...defaultIdentity, accessKeyId: "otherAccountKeyId" };
    emulator.setIdentities([defaultIdentity, identity]);
    declare(
      [pin("one", 7, { provider: "one" }), pin("two", 7, { provider: "two" }, { logstore: "returns" })],
      [
        { name: "one", args: keys(defaultIdentity.accessKeyId) },
        { name: "two", args: keys(identity.accessKeyId) },
      ],
    );
    const said = await failed(pulumi.up("--skip-preview", "--continue-on-error"));
    expect(said).toMatch(/SecondProvider: this process serves the provider (one|two) already/);
    expect(said).toContain("Run pulumi without PULUMI_DEBUG_PROVIDERS");
    expect(writes()).toBeLessThanOrEqual(1);
    for (const { logstore, headers } of emulator.requestsOf("UpdateCheckPoint")) {
      const { accessKeyId } = logstore === "orders" ? defaultIdentity : identity;
      expect(headers["authorization"]).toContain(` ${accessKeyId}:`);
    }
  });

  it("serves two providers that have the same settings, as one", async () => {
    const args = keys(defaultIdentity.accessKeyId);
    declare(
      [pin("one", 7, { provider: "one" }), pin("two", 9, { provider: "two" })],
      [
        { name: "one", args },
        { name: "two", args },
      ],
    );
    // It is one process, so both pins of the shard meet.
    expect(await failed(pulumi.preview())).toContain("shop/orders/billing/0");
    declare(
      [pin("one", 7, { provider: "one" }), pin("two", 7, { provider: "two" }, { shard: 1 })],
      [
        { name: "one", args },
        { name: "two", args },
      ],
    );
    await succeeded(pulumi.up());
    expect([stands(), stands({ shard: 1 })]).toEqual([cursor(7), cursor(7, { shard: 1 })]);
  });
});
