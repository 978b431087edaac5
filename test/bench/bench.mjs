#!/usr/bin/env node
/**
 * Measures what docs/performance.md reports, as medians of five runs that take turns. `--only wire` leaves the real
 * engine out, `--only engine` the clients. Nothing here fails because something is slow.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { SlsEmulator } from "../../emulator/dist/index.js";
import { openWorkspace } from "../e2e/pulumi.ts";

const rounds = 5;
const pins = 300;
const here = fileURLToPath(new URL(".", import.meta.url));
const installed = fileURLToPath(new URL("../../.work/bench/", import.meta.url));
const run = promisify(execFile);
/** @type {Readonly<Record<string, string>>} */
const labels = {
  ours: "this client, signed",
  official: "`@alicloud/sls20201230`, signed",
  bare: "bare undici, unsigned",
};

/** @type {Readonly<Record<string, string>>} */
const stackLabels = {
  pins: `${pins} pins`,
  trivial: `${pins} trivial dynamic resources`,
  none: "no resource",
};

const { values } = parseArgs({ options: { only: { type: "string" } } });

const [cpu] = cpus();
const [today] = new Date().toISOString().split("T");
console.log(
  `${today}, Node.js ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? "unknown CPU"}\n`,
);
if (values.only !== "engine") await measureClients();
if (values.only !== "wire") await measureUps();

async function measureClients() {
  installOfficialClient();
  const server = spawn(process.execPath, [`${here}server.mjs`], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [port] = await once(createInterface({ input: server.stdout }), "line");
    for (const [way, inFlight, count] of /** @type {const} */ ([
      ["serial", 1, 2_000],
      ["16 in flight", 16, 8_000],
    ])) {
      const { perSecond, cpu } = await clients(port, inFlight, count);
      console.log(
        `| UpdateCheckPoint, ${way} | a second | to the official | CPU µs each | to the official |\n| --- | ---: | ---: | ---: | ---: |`,
      );
      for (const [name, label] of Object.entries(labels)) {
        console.log(`| ${label} | ${cells(perSecond, name)} | ${cells(cpu, name)} |`);
      }
      console.log("");
    }
  } finally {
    server.stdin.end();
  }
}

/**
 * The medians of all clients, by name. What a request costs in CPU time hardly depends on what else runs.
 *
 * @param {string} port
 * @param {number} inFlight
 * @param {number} count
 */
async function clients(port, inFlight, count) {
  /** @type {Record<string, number[]>} */
  const costs = {};
  const perSecond = await takingTurns(Object.keys(labels), async (name) => {
    const args = [
      `${here}contender.mjs`,
      name,
      String(inFlight),
      String(count),
      port,
      `${installed}package.json`,
    ];
    const measured = JSON.parse((await run(process.execPath, args)).stdout);
    (costs[name] ??= []).push(measured.cpuMicroseconds);
    return measured.perSecond;
  });
  return {
    perSecond,
    cpu: Object.fromEntries(Object.entries(costs).map(([name, runs]) => [name, median(runs)])),
  };
}

/**
 * A median, and its ratio to that of the official client.
 *
 * @param {Record<string, number>} medians
 * @param {string} name
 */
function cells(medians, name) {
  const own = medians[name] ?? Number.NaN;
  return `${own.toFixed(0)} | ${(own / (medians["official"] ?? Number.NaN)).toFixed(2)}`;
}

/** Measured only here, so that the repository's own installation stays light. */
function installOfficialClient() {
  const lock = "package-lock.json";
  const isThere =
    existsSync(`${installed}node_modules`) &&
    readFileSync(`${installed}${lock}`, "utf8") === readFileSync(`${here}${lock}`, "utf8");
  if (isThere) return;
  mkdirSync(installed, { recursive: true });
  for (const file of ["package.json", lock]) copyFileSync(`${here}${file}`, `${installed}${file}`);
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: installed,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** An up that changes nothing, of stacks of pins, of the smallest dynamic resources that there are, and of none. */
async function measureUps() {
  const emulator = await SlsEmulator.start();
  const now = Date.now();
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 1 });
  emulator.appendLogGroups("shop", "orders", 0, { count: 10, from: now - 10_000, to: now });
  for (let at = 0; at < pins; at += 1) emulator.createConsumerGroup("shop", "orders", `group-${at}`);
  const checkpoint = emulator.cursorAt("shop", "orders", 0, "begin");
  /** @type {Record<string, Awaited<ReturnType<typeof openWorkspace>>>} */
  const stacks = {};
  try {
    for (const [name, program] of Object.entries(programs(checkpoint))) {
      const yaml = `name: ${name}\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n`;
      const stack = await openWorkspace({ name, program: { "Pulumi.yaml": yaml, "index.js": program } });
      stacks[name] = stack;
      await stack.setConfig("sls:endpoint", emulator.endpoint);
      await stack.setConfig("sls:accessKeyId", "emulatorAccessKeyId");
      await stack.setSecret("sls:accessKeySecret", "emulatorAccessKeySecret");
      await up(stack);
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
    const [ours = 0, trivial = 1, none = 0] = ["pins", "trivial", "none"].map((name) => seconds[name] ?? 0);
    const ratio = (ours / trivial).toFixed(2);
    const each = (((ours - none) * 1_000) / pins).toFixed(1);
    console.log(`\npins to trivial resources: ${ratio}; each pin: ${each} ms more than none`);
  } finally {
    for (const stack of Object.values(stacks)) await stack.close();
    await emulator.stop();
  }
}

/** @param {string} checkpoint */
function programs(checkpoint) {
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
    none: "",
  };
}

/** @param {import("../e2e/pulumi.ts").PulumiWorkspace | undefined} stack */
async function timeOf(stack) {
  const started = performance.now();
  if (stack !== undefined) await up(stack, "--expect-no-changes");
  return (performance.now() - started) / 1_000;
}

/**
 * @param {import("../e2e/pulumi.ts").PulumiWorkspace} stack
 * @param {string[]} flags
 */
async function up(stack, ...flags) {
  const { exitCode, stdout, stderr } = await stack.up("--skip-preview", ...flags);
  if (exitCode !== 0) throw new Error(`pulumi up exited with ${String(exitCode)}:\n${stdout}${stderr}`);
}

/**
 * Each name's median: in turns, so that what else happens on the machine meets them all.
 *
 * @param {readonly string[]} names
 * @param {(name: string) => Promise<number>} measure
 * @returns {Promise<Record<string, number>>}
 */
async function takingTurns(names, measure) {
  /** @type {Record<string, number[]>} */
  const seen = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) seen[name]?.push(await measure(name));
  }
  return Object.fromEntries(Object.entries(seen).map(([name, runs]) => [name, median(runs)]));
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  return [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
