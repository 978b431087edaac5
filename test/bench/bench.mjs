#!/usr/bin/env node
/**
 * Measures what docs/performance.md reports, as medians of five runs that take turns. `--only wire`, `--only replay` or
 * `--only engine` measures that part alone. Nothing here fails because something is slow.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { cpus, loadavg } from "node:os";
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
  bare: "bare undici, `request(url)`, unsigned",
  bareDispatch: "bare undici, `dispatch`, unsigned",
};

/** @type {Readonly<Record<string, string>>} */
const stackLabels = {
  pins: `${pins} pins`,
  replay: `one replay of ${pins} shards`,
  trivial: `${pins} trivial dynamic resources`,
  none: "no resource",
};

const { values } = parseArgs({ options: { only: { type: "string" } } });
/** @type {Readonly<Record<string, () => Promise<void>>>} */
const parts = { wire: measureClients, replay: measureReplays, engine: measureUps };

const [cpu] = cpus();
const [today] = new Date().toISOString().split("T");
console.log(
  `${today}, Node.js ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? "unknown CPU"}\n`,
);
for (const [name, measure] of Object.entries(parts)) {
  if (values.only !== undefined && values.only !== name) continue;
  const before = loadavg()[0]?.toFixed(1);
  await measure();
  console.log(`\n(load before: ${before}, after: ${loadavg()[0]?.toFixed(1)})\n`);
}

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
        `| UpdateCheckPoint, ${way} | a second | to the official | to bare \`request\` | CPU µs each | to the official |\n| --- | ---: | ---: | ---: | ---: | ---: |`,
      );
      for (const [name, label] of Object.entries(labels)) {
        const toBare = ratio(perSecond, name, "bare");
        console.log(`| ${label} | ${cells(perSecond, name)} | ${toBare} | ${cells(cpu, name)} |`);
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
  return `${(medians[name] ?? Number.NaN).toFixed(0)} | ${ratio(medians, name, "official")}`;
}

/**
 * @param {Record<string, number>} medians
 * @param {string} name
 * @param {string} other
 */
function ratio(medians, name, other) {
  return ((medians[name] ?? Number.NaN) / (medians[other] ?? Number.NaN)).toFixed(2);
}

/** Replays by time, of groups of more and more shards; one of them beside the same requests by the official client. */
async function measureReplays() {
  installOfficialClient();
  const compared = 256;
  /** @type {string[]} */
  const growth = [];
  for (const shards of [16, 64, compared, 1_024]) {
    const { emulator, rewind, from } = await groupOf(shards);
    const port = new URL(emulator.endpoint).port;
    /** @param {string[]} args @param {string} [input] */
    const replay = async (args, input = "[]") => {
      const running = run(process.execPath, [`${here}replay.mjs`, ...args]);
      running.child.stdin?.end(input);
      return JSON.parse((await running).stdout);
    };
    try {
      const library = async () => {
        rewind();
        return replay(["library", port, String(shards), from]);
      };
      await library();
      const requests = emulator.requests.map(({ call, shard, query, cursor }) => ({
        call,
        shard,
        query,
        cursor,
      }));
      const input = JSON.stringify(requests);
      /** @type {Record<string, () => Promise<any>>} */
      const ways = { library };
      if (shards === compared)
        for (const inFlight of ["16", "1"])
          ways[inFlight] = () => replay(["official", port, inFlight, `${installed}package.json`], input);
      /** @type {any[]} */
      const seen = [];
      const took = await takingTurns(Object.keys(ways), async (name) => {
        const measured = await ways[name]?.();
        if (name === "library") seen.push(measured);
        return measured.milliseconds;
      });
      const of = (/** @type {string} */ field) => median(seen.map((each) => each[field]));
      growth.push(
        `| ${shards} | ${requests.length} | ${took["library"]?.toFixed(0)} | ${of("cpuMilliseconds").toFixed(0)} | ${(of("grownBytes") / 2 ** 20).toFixed(0)} |`,
      );
      if (shards !== compared) continue;
      console.log(
        `| the ${requests.length} requests of a replay of ${shards} shards | ms | times the library's |\n| --- | ---: | ---: |`,
      );
      for (const [label, name] of [
        ["this library, 16 in flight, deciding and reading back", "library"],
        ["the official client, 16 in flight", "16"],
        ["the official client, one after the other", "1"],
      ])
        console.log(`| ${label} | ${took[name ?? ""]?.toFixed(0)} | ${ratio(took, name ?? "", "library")} |`);
      console.log("");
    } finally {
      await emulator.stop();
    }
  }
  console.log(
    "| shards replayed | requests | ms | CPU ms | memory on top, MiB |\n| ---: | ---: | ---: | ---: | ---: |",
  );
  console.log(growth.join("\n"));
}

/**
 * A group that stands at the end of its shards, and whose consumers stopped an hour ago.
 *
 * @param {number} shards
 */
async function groupOf(shards) {
  let ago = 0;
  const emulator = await SlsEmulator.start({ clock: () => Date.now() - ago });
  const hour = 3_600_000;
  const now = Date.now();
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: shards });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  const series = { count: 13, from: now - 14 * hour, to: now - 2 * hour };
  for (let shard = 0; shard < shards; shard += 1) emulator.appendLogGroups("shop", "orders", shard, series);
  const rewind = () => {
    ago = hour;
    for (let shard = 0; shard < shards; shard += 1)
      emulator.pin("shop", "orders", "billing", shard, emulator.cursorAt("shop", "orders", shard, "end"));
    ago = 0;
    emulator.clearRequests();
  };
  return { emulator, rewind, from: new Date(now - 8.5 * hour).toISOString() };
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
  emulator.createLogstore("shop", "many", { ttl: 7, shardCount: pins });
  emulator.createConsumerGroup("shop", "many", "billing");
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
    replay: `
const sls = require("pulumi-sls-checkpoint");
const group = { project: "shop", logstore: "many", consumerGroup: "billing" };
new sls.ConsumerGroupReplay("replay", { ...group, from: "begin" });
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
