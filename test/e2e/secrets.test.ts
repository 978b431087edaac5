/** What a program gives as a secret, on the real engine and in both fronts: it is in no state file and in no line. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.ts";
import { type CommandResult, type PulumiWorkspace, openWorkspace } from "./pulumi.ts";

const hour = 3_600_000;
const noon = Date.parse("2026-11-22T12:00:00Z");
const pluginFolder = fileURLToPath(new URL("../../provider/dist/plugin", import.meta.url));

const settings = ["endpoint", "accessKeyId", "accessKeySecret"];

/** Declares one resource in either front; the inputs below `secret` are secrets. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { front, kind, inputs, secret, outputs } = require("./declaration.json");
const secrets = Object.fromEntries(Object.entries(secret).map(([name, value]) => [name, sealed(value)]));
function sealed(value) {
  if (typeof value !== "object") return pulumi.secret(value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, pulumi.secret(item)]));
}
const args = { ...inputs, ...secrets };
const none = Object.fromEntries(outputs.map((name) => [name, undefined]));
const type = "sls:index:" + kind;
const resource =
  front === "dynamic" ? new (require("pulumi-sls-checkpoint")[kind])("it", args)
  : kind === "ConsumerGroupReplay" ? new pulumi.ComponentResource(type, "it", { ...none, ...args }, {}, true)
  : new pulumi.CustomResource(type, "it", { ...none, ...args });
for (const name of outputs) exports[name] = resource[name];
`;

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

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
  now += hour / 6;
  pulumi = await openWorkspace({
    name: "secrets",
    program: {
      "Pulumi.yaml": [
        "name: shop",
        "runtime: { name: nodejs, options: { typescript: false } }",
        `plugins: { providers: [{ name: sls, path: ${JSON.stringify(pluginFolder)} }] }`,
        "",
      ].join("\n"),
      "index.js": program,
    },
  });
  const values = [emulator.endpoint, "emulatorAccessKeyId", "emulatorAccessKeySecret"];
  for (const [index, name] of settings.entries()) {
    await pulumi.setSecret(`sls:${name}`, values[index] ?? "");
  }
});

afterEach(async () => {
  await pulumi.close();
  await emulator.stop();
});

/** The cursor of the log group received so many hours before noon. */
function cursor(hours: number, shard: number): string {
  return emulator.cursorAt("shop", "orders", shard, noon - hours * hour);
}

interface Declaration {
  readonly front: "dynamic" | "plugin";
  readonly kind: string;
  readonly inputs?: object;
  readonly secret: object;
  readonly outputs: readonly string[];
}

function declare({ inputs = {}, ...declaration }: Declaration): void {
  const complete = { ...declaration, inputs: { ...group, ...inputs } };
  pulumi.write({ "declaration.json": JSON.stringify(complete) });
}

/** Everything that a command says, and what it leaves on disk. */
async function shown(command: Promise<CommandResult>): Promise<string> {
  const { stdout, stderr } = await command;
  return `${stdout}${stderr}${readFileSync(pulumi.stateFile, "utf8")}`;
}

function expectNone(text: string, ...secrets: readonly string[]): void {
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
}

const replayOutputs = ["shards", "positions", "previousPositions"];

describe.each(["dynamic", "plugin"] as const)("in the front %s", (front) => {
  it("a secret from is told neither in its own spelling nor as the place where it leads", async () => {
    const from = { "*": "2026-11-22T13:00:00+08:00", 1: "2026-11-22T06:00:00Z" };
    const told = [...Object.values(from), "2026-11-22T05:00:00Z", cursor(7, 0), cursor(6, 1)];
    declare({ front, kind: "ConsumerGroupReplay", secret: { from }, outputs: replayOutputs });
    const preview = await pulumi.preview();
    expect(preview.stdout).toContain("2 shards: 2 back; 11 log groups will be read again");
    expectNone(`${preview.stdout}${preview.stderr}`, ...told);
    const up = await shown(pulumi.up());
    expectNone(up, ...told);
    expect(up).toContain("way back: ");
    expect(emulator.requestsOf("UpdateCheckPoint")).toHaveLength(2);

    // A refusal and an up that ends in the middle say what to do without saying where to.
    now += hour;
    const further = { "*": "2026-11-22T01:00:00Z" };
    declare({
      front,
      kind: "ConsumerGroupReplay",
      inputs: { maxMove: "PT1H" },
      secret: { from: further },
      outputs: replayOutputs,
    });
    const refused = await shown(pulumi.preview());
    expect(refused).toContain("maxMove");
    expectNone(refused, ...Object.values(further), cursor(11, 0), cursor(11, 1));
    declare({ front, kind: "ConsumerGroupReplay", secret: { from: further }, outputs: replayOutputs });
    emulator.rule({
      call: "UpdateCheckPoint",
      shard: 1,
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    const failed = await shown(pulumi.up("--skip-preview"));
    expect(failed).toContain("1 of 2 shards is not pinned");
    expectNone(failed, ...Object.values(further), cursor(11, 0), cursor(11, 1));
  });

  it("a position that becomes a secret is sealed by the next up, which asks nothing of the service", async () => {
    const from = "2026-11-22T05:00:00Z";
    const declaration = { front, kind: "ConsumerGroupReplay", outputs: [] } as const;
    declare({ ...declaration, inputs: { from }, secret: {} });
    expect(await shown(pulumi.up())).toContain(from);
    emulator.clearRequests();
    declare({ ...declaration, secret: { from } });
    const sealed = await shown(pulumi.up());
    expectNone(sealed, from, cursor(7, 0), cursor(7, 1));
    expect(emulator.requests).toEqual([]);
    await pulumi.up("--expect-no-changes");
    expect((await pulumi.destroy()).exitCode).toBe(0);
  });

  it("a secret reason and a secret cursor of a pin are in no line", async () => {
    const secret = { reason: "incident of the customer Eichhorn", checkpoint: cursor(7, 0) };
    const outputs = ["checkpoint", "previousCheckpoint", "status"];
    declare({ front, kind: "ConsumerGroupCheckpoint", inputs: { shard: 0 }, secret, outputs });
    const preview = await pulumi.preview();
    expect(preview.stdout).toContain("reason: [secret]");
    const up = await shown(pulumi.up());
    expectNone(
      `${preview.stdout}${preview.stderr}${up}`,
      "Eichhorn",
      secret.checkpoint,
      "2026-11-22T05:00:00Z",
    );
    const { deployment } = (await pulumi.exportStack()) as { deployment: unknown };
    expect(JSON.stringify(deployment)).toContain(secret.reason);

    emulator.clearRequests();
    const closed = { ...secret, reason: `${secret.reason}, closed` };
    declare({ front, kind: "ConsumerGroupCheckpoint", inputs: { shard: 0 }, secret: closed, outputs });
    const again = await pulumi.up();
    expect(again.stdout).toContain("1 updated");
    expectNone(again.stdout, "Eichhorn");
    expect(emulator.requests).toEqual([]);
  });

  it.each(["ConsumerGroupSavepoint", "ConsumerGroup", "ConsumerGroupReplay"])(
    "a secret reason of a %s is in no line and in no state file",
    async (kind) => {
      const inputs = {
        ConsumerGroupSavepoint: {},
        ConsumerGroup: { consumerGroup: "another" },
        ConsumerGroupReplay: { from: "2026-11-22T05:00:00Z" },
      }[kind];
      declare({
        front,
        kind,
        inputs: inputs ?? {},
        secret: { reason: "of the customer Eichhorn" },
        outputs: [],
      });
      const preview = await pulumi.preview();
      expect(preview.exitCode).toBe(0);
      expectNone(`${preview.stdout}${preview.stderr}${await shown(pulumi.up())}`, "Eichhorn");
      const { deployment } = (await pulumi.exportStack()) as { deployment: unknown };
      expect(JSON.stringify(deployment)).toContain("of the customer Eichhorn");
    },
  );
});
