/** What an up costs that changes nothing. */
import { statSync } from "node:fs";
import { SlsEmulator } from "../../emulator/dist/index.js";
import { openWorkspace } from "../e2e/pulumi.ts";
import { ratio, takingTurns } from "./turns.mjs";

export const pins = 300;

/** @type {Readonly<Record<string, string>>} */
const stackLabels = {
  pins: `${pins} pins`,
  replay: `one replay of ${pins} shards`,
  trivial: `${pins} trivial dynamic resources`,
  none: "no resource",
};

/** An up that changes nothing, of stacks of pins, of the smallest dynamic resources that there are, and of none. */
export async function measureUps() {
  const emulator = await SlsEmulator.start();
  const now = Date.now();
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 1 });
  emulator.appendLogGroups("shop", "orders", 0, { count: 10, from: now - 10_000, to: now });
  for (let at = 0; at < pins; at += 1) emulator.createConsumerGroup("shop", "orders", `group-${at}`);
  const checkpoint = emulator.cursorAt("shop", "orders", 0, "begin");
  emulator.createLogstore("shop", "many", { ttl: 7, shardCount: pins });
  emulator.createConsumerGroup("shop", "many", "billing");
  /** @type {Record<string, Awaited<ReturnType<typeof openWorkspace>>>} */
  const stacks = {};
  try {
    for (const [name, program] of Object.entries(programs(checkpoint))) {
      stacks[name] = await openStack(name, program, emulator.endpoint);
      await up(stacks[name]);
    }
    const requests = emulator.requests.length;
    const seconds = await takingTurns(Object.keys(stacks), async (name) => timeOf(stacks[name]));
    if (emulator.requests.length !== requests) throw new Error("an up that changes nothing sent requests");
    const bytes = (/** @type {string} */ name) => statSync(stacks[name]?.stateFile ?? "").size;
    console.log(
      "| `pulumi up -f` without a change | seconds | state, bytes a resource |\n| --- | ---: | ---: |",
    );
    for (const [name, label] of Object.entries(stackLabels)) {
      const each = name === "none" ? "" : String(Math.round((bytes(name) - bytes("none")) / pins));
      console.log(`| ${label} | ${seconds[name]?.toFixed(2) ?? ""} | ${each} |`);
    }
    const each = ((((seconds["pins"] ?? 0) - (seconds["none"] ?? 0)) * 1_000) / pins).toFixed(1);
    const [pinned, replayed] = ["pins", "replay"].map((name) => ratio(seconds, name, "trivial"));
    console.log(
      `\nto trivial resources: pins ${pinned}, replay ${replayed}; each pin: ${each} ms more than none`,
    );
  } finally {
    for (const stack of Object.values(stacks)) await stack.close();
    await emulator.stop();
  }
}

/** @param {string} checkpoint */
export function programs(checkpoint) {
  const inputs = `{ project: "shop", logstore: "orders", consumerGroup: "group-" + at, shard: 0, checkpoint: "${checkpoint}" }`;
  return {
    pins: `
const sls = require("pulumi-sls-checkpoint");
for (let at = 0; at < ${pins}; at += 1) new sls.ConsumerGroupCheckpoint("pin-" + at, ${inputs});
`,
    trivial: `
const pulumi = require("@pulumi/pulumi");
const provider = { create: async (inputs) => ({ id: inputs.consumerGroup, outs: inputs }) };
for (let at = 0; at < ${pins}; at += 1) new pulumi.dynamic.Resource(provider, "pin-" + at, ${inputs});
`,
    replay: `
const sls = require("pulumi-sls-checkpoint");
const group = { project: "shop", logstore: "many", consumerGroup: "billing" };
new sls.ConsumerGroupReplay("replay", { ...group, from: "begin" });
`,
    none: "",
  };
}

/**
 * A stack of one program, which speaks to the local SLS.
 *
 * @param {string} name
 * @param {string} program
 * @param {string} endpoint
 * @param {string} [plugins] a block of Pulumi.yaml
 */
export async function openStack(name, program, endpoint, plugins = "") {
  const yaml = `name: ${name}\nruntime: { name: nodejs, options: { typescript: false } }\n${plugins}`;
  return openProject(name, { "Pulumi.yaml": yaml, "index.js": program }, endpoint);
}

/**
 * A stack of a project of any language, which speaks to the local SLS.
 *
 * @param {string} name
 * @param {Readonly<Record<string, string>>} files
 * @param {string} endpoint
 */
export async function openProject(name, files, endpoint) {
  const stack = await openWorkspace({ name, program: files });
  await stack.setConfig("sls:endpoint", endpoint);
  await stack.setConfig("sls:accessKeyId", "emulatorAccessKeyId");
  await stack.setSecret("sls:accessKeySecret", "emulatorAccessKeySecret");
  return stack;
}

/** @param {import("../e2e/pulumi.ts").PulumiWorkspace | undefined} stack */
export async function timeOf(stack) {
  const started = performance.now();
  if (stack !== undefined) await up(stack, "--expect-no-changes");
  return (performance.now() - started) / 1_000;
}

/**
 * @param {import("../e2e/pulumi.ts").PulumiWorkspace} stack
 * @param {string[]} flags
 */
export async function up(stack, ...flags) {
  const { exitCode, stdout, stderr } = await stack.up("--skip-preview", ...flags);
  if (exitCode !== 0) throw new Error(`pulumi up exited with ${String(exitCode)}:\n${stdout}${stderr}`);
}
