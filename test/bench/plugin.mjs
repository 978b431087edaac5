/** What the plugin costs beside Pulumi's server for dynamic providers: to start, in an up that changes nothing, in state. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { SlsEmulator } from "../../emulator/dist/index.js";
import { pluginFolder } from "../../tools/plugin/bundle.mjs";
import { prepareYamlHost } from "../engine/yamlHostForTests.mjs";
import { ratio, takingTurns } from "./turns.mjs";
import { openProject, openStack, pins, programs, timeOf, up } from "./ups.mjs";

export async function measurePlugin() {
  await measureStarts();
  console.log("");
  await measureStacks();
}

/** From the start of the process until it prints its port: an engine waits for that once a command. */
async function measureStarts() {
  const require = createRequire(import.meta.url);
  /** @type {Readonly<Record<string, string>>} */
  const servers = {
    plugin: join(pluginFolder, "program/start.js"),
    dynamic: require.resolve("@pulumi/pulumi/cmd/dynamic-provider"),
  };
  const took = await takingTurns(Object.keys(servers), async (name) => {
    const started = performance.now();
    const server = spawn(process.execPath, [servers[name] ?? "", "127.0.0.1:1"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(server.stdout, "data");
    const milliseconds = performance.now() - started;
    server.kill("SIGKILL");
    await once(server, "exit");
    return milliseconds;
  });
  console.log("| start, until the port | ms | to the dynamic server |\n| --- | ---: | ---: |");
  for (const [name, label] of [
    ["plugin", "the plugin"],
    ["dynamic", "Pulumi's dynamic server, before it loads a provider"],
  ])
    console.log(`| ${label} | ${took[name ?? ""]?.toFixed(0)} | ${ratio(took, name ?? "", "dynamic")} |`);
}

/** Each stack has as many resources as the others, but for the last one. */
const labels = {
  yaml: `${pins} pins through the plugin, in YAML`,
  plugin: `${pins} pins through the plugin, in JavaScript`,
  pins: `${pins} pins of the dynamic provider`,
  trivial: `${pins} trivial dynamic resources`,
  none: "no resource",
};

async function measureStacks() {
  const emulator = await SlsEmulator.start();
  const now = Date.now();
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 1 });
  emulator.appendLogGroups("shop", "orders", 0, { count: 10, from: now - 10_000, to: now });
  for (let at = 0; at < pins; at += 1) emulator.createConsumerGroup("shop", "orders", `group-${at}`);
  const checkpoint = emulator.cursorAt("shop", "orders", 0, "begin");
  const { pins: dynamic, trivial, none } = programs(checkpoint);
  /** What an SDK of any language registers. */
  const plugin = dynamic
    .replace('require("pulumi-sls-checkpoint")', 'require("@pulumi/pulumi")')
    .replace(
      "new sls.ConsumerGroupCheckpoint(",
      'new sls.CustomResource("sls:index:ConsumerGroupCheckpoint", ',
    );
  const plugins = `plugins: { providers: [{ name: sls, path: ${JSON.stringify(pluginFolder)} }] }\n`;
  /** @type {Record<string, Awaited<ReturnType<typeof openStack>>>} */
  const stacks = {};
  if (!(await prepareYamlHost())) throw new Error("there is no language host for YAML");
  try {
    const yaml = `name: yaml\nruntime: yaml\n${plugins}${pinsInYaml(checkpoint)}`;
    stacks["yaml"] = await openProject("yaml", { "Pulumi.yaml": yaml }, emulator.endpoint);
    for (const [name, program] of Object.entries({ plugin, pins: dynamic, trivial, none }))
      stacks[name] = await openStack(name, program, emulator.endpoint, plugins);
    for (const stack of Object.values(stacks)) await up(stack);
    const requests = emulator.requests.length;
    const seconds = await takingTurns(Object.keys(stacks), async (name) => timeOf(stacks[name]));
    if (emulator.requests.length !== requests) throw new Error("an up that changes nothing sent requests");
    const size = (/** @type {string} */ name) => statSync(stacks[name]?.stateFile ?? "").size;
    const bytes = Object.fromEntries(
      Object.keys(stacks).map((name) => [name, (size(name) - size("none")) / pins]),
    );
    console.log(
      "| `pulumi up -f` without a change | seconds | to trivial | state, bytes a resource | to the dynamic provider's |\n| --- | ---: | ---: | ---: | ---: |",
    );
    for (const [name, label] of Object.entries(labels)) {
      const state = name === "none" ? " | " : `${bytes[name]?.toFixed(0)} | ${ratio(bytes, name, "pins")}`;
      console.log(
        `| ${label} | ${seconds[name]?.toFixed(2)} | ${ratio(seconds, name, "trivial")} | ${state} |`,
      );
    }
  } finally {
    for (const stack of Object.values(stacks)) await stack.close();
    await emulator.stop();
  }
}

/** @param {string} checkpoint */
function pinsInYaml(checkpoint) {
  const pin = (/** @type {number} */ at) => `  pin-${at}:
    type: sls:ConsumerGroupCheckpoint
    properties: { project: shop, logstore: orders, consumerGroup: group-${at}, shard: 0, checkpoint: "${checkpoint}" }
`;
  return `resources:\n${Array.from({ length: pins }, (_, at) => pin(at)).join("")}`;
}
