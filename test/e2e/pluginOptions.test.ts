/** Pulumi's options on a replay of the plugin: each reaches the child that it means, or is refused in words. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.ts";
import { failed, succeeded } from "./outcome.ts";
import { type PulumiWorkspace, openWorkspace } from "./pulumi.ts";

const hour = 3_600_000;
const noon = Date.parse("2026-11-22T12:00:00Z");
const folder = fileURLToPath(new URL("../../provider/dist/plugin", import.meta.url));

/** Each replay has a logstore of its own name. The generated SDK of every language comes to this class. */
const program = `
const { appendFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { replays } = require("./declarations.json");

const moments = ["beforeCreate", "afterCreate", "beforeUpdate", "afterUpdate", "beforeDelete", "afterDelete"];
const noted = (moment) => new pulumi.ResourceHook(moment, (args) => appendFileSync("hooks.txt", moment + " " + args.name + "\\n"));
const hooks = () => Object.fromEntries(moments.map((moment) => [moment, [noted(moment)]]));
const failing = () => ({ beforeCreate: [new pulumi.ResourceHook("stop", () => { throw new Error("consumers still run"); })] });
const onError = () => ({ onError: [new pulumi.ErrorHook("again", () => false)] });
const hooksOf = { hooks, failing, onError };

for (const { name, inputs, options: { hooks, ...options } = {} } of replays) {
  const args = { project: "shop", logstore: name, consumerGroup: "billing", ...inputs, previousPositions: undefined };
  const given = { ...options, ...(hooks !== undefined && { hooks: hooksOf[hooks]() }) };
  new pulumi.ComponentResource("sls:index:ConsumerGroupReplay", name, args, given, true);
}
`;

interface DeclaredReplay {
  readonly name: string;
  readonly inputs: object;
  readonly options?: object;
}

interface Recorded {
  readonly urn: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly hideDiff?: readonly string[];
}

let emulator: SlsEmulator;
let pulumi: PulumiWorkspace;

const names = ["ignored", "quoted", "hidden", "hooked", "stopped", "refused"];

beforeAll(async () => {
  let now = noon;
  emulator = await SlsEmulator.start({ clock: () => now });
  for (const logstore of names) {
    emulator.createLogstore("shop", logstore, { ttl: 7, shardCount: 1 });
    emulator.createConsumerGroup("shop", logstore, "billing", { timeout: 60 });
    emulator.appendLogGroups("shop", logstore, 0, { count: 13, from: noon - 12 * hour, to: noon });
    emulator.commit("shop", logstore, "billing", 0, cursor(logstore, 1), { consumer: "host-a" });
  }
  now += 10 * 60_000;
  pulumi = await openWorkspace({
    name: "plugin-options",
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
  await pulumi.setConfig("sls:accessKeyId", defaultIdentity.accessKeyId);
  await pulumi.setSecret("sls:accessKeySecret", defaultIdentity.accessKeySecret);
});

afterAll(async () => {
  await pulumi.close();
  await emulator.stop();
});

function cursor(logstore: string, hours: number): string {
  return emulator.cursorAt("shop", logstore, 0, noon - hours * hour);
}

function stands(logstore: string): string | undefined {
  return emulator.checkpoint("shop", logstore, "billing", 0)?.checkpoint;
}

function declare(...replays: readonly DeclaredReplay[]): void {
  pulumi.write({ "declarations.json": JSON.stringify({ replays }) });
}

function before(hours: number): string {
  return new Date(noon - hours * hour).toISOString();
}

function recorded(name: string): Recorded {
  const { checkpoint } = JSON.parse(readFileSync(pulumi.stateFile, "utf8")) as {
    readonly checkpoint: { readonly latest: { readonly resources: readonly Recorded[] } };
  };
  const found = checkpoint.latest.resources.find(({ urn }) => urn.endsWith(`::${name}`));
  if (found === undefined) throw new Error(`state has no ${name}`);
  return found;
}

function hookCalls(): readonly string[] {
  return readFileSync(join(pulumi.project, "hooks.txt"), "utf8").trim().split("\n");
}

describe("an option of a replay through the plugin", { timeout: 300_000 }, () => {
  const from = before(7);
  const applied: readonly DeclaredReplay[] = [
    { name: "ignored", inputs: { from } },
    { name: "quoted", inputs: { from: { "0": from } } },
    { name: "hidden", inputs: { from }, options: { hideDiffs: ["reason"] } },
    { name: "hooked", inputs: { from }, options: { hooks: "hooks" } },
  ];

  beforeAll(async () => {
    declare(...applied);
    await succeeded(pulumi.up("--skip-preview"));
    const earlier = before(9);
    const [hidden] = applied.filter(({ name }) => name === "hidden");
    if (hidden === undefined) throw new Error("nothing is hidden");
    declare(
      { name: "ignored", inputs: { from: earlier, maxMove: "PT48H" }, options: { ignoreChanges: ["*"] } },
      { name: "quoted", inputs: { from: { "0": earlier } }, options: { ignoreChanges: ['["from"]["0"]'] } },
      hidden,
      { name: "hooked", inputs: { from: earlier }, options: { hooks: "hooks" } },
    );
    emulator.clearRequests();
    await succeeded(pulumi.up("--skip-preview"));
  });

  it('ignoreChanges: ["*"] holds back every declared input, and the replay does not act', () => {
    expect(stands("ignored")).toBe(cursor("ignored", 7));
    for (const child of ["ignored-plan", "ignored-apply"])
      expect(recorded(child).inputs).not.toHaveProperty("maxMove");
    expect(recorded("ignored-plan").inputs).toMatchObject({ from });
  });

  it("ignoreChanges of a path below an input holds back that path", () => {
    expect(stands("quoted")).toBe(cursor("quoted", 7));
    expect(recorded("quoted-plan").inputs).toMatchObject({ from: { "0": from } });
  });

  it("hideDiffs is kept by Pulumi to itself; what the children hand each other is hidden all the same", () => {
    expect(stands("hidden")).toBe(cursor("hidden", 7));
    for (const child of ["hidden-plan", "hidden-apply"])
      expect(recorded(child).hideDiff).toEqual(["plan", "self", "secretInputs"]);
  });

  it("hooks run once each, before the plan and after the writes", () => {
    expect(stands("hooked")).toBe(cursor("hooked", 9));
    expect(hookCalls()).toEqual([
      "beforeCreate hooked-plan",
      "afterCreate hooked-apply",
      "beforeUpdate hooked-plan",
      "afterUpdate hooked-apply",
    ]);
  });

  it("what was not ignored alone was written", () => {
    expect(emulator.requestsOf("UpdateCheckPoint").map(({ logstore }) => logstore)).toEqual(["hooked"]);
  });

  it("a hook before it that fails stops the replay before its plan, and nothing is written", async () => {
    emulator.clearRequests();
    declare({ name: "stopped", inputs: { from }, options: { hooks: "failing" } });
    expect(await failed(pulumi.up("--skip-preview", "--target", "**stopped*"))).toContain(
      "consumers still run",
    );
    expect([stands("stopped"), emulator.requestsOf("UpdateCheckPoint")]).toEqual([cursor("stopped", 1), []]);
  });

  it.each([
    ["hooks.onError", { hooks: "onError" }],
    ["replaceOnChanges", { replaceOnChanges: ["from"] }],
  ])("%s is refused by its name in a preview already", async (option, options) => {
    declare({ name: "refused", inputs: { from }, options });
    const said = await failed(pulumi.preview());
    expect(said).toContain(`ConsumerGroupReplay "refused": the option ${option} is not supported: `);
  });
});
