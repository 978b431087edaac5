/**
 * Makes states of a released version: `node test/releasedStates/make.mjs`. The version's own commit is checked out,
 * installed and built, and its own provider and emulator run on the real engine. What is written is what the engine
 * wrote, beside what a test needs to go on from there; nothing of it is edited by hand.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { program } from "./program.mjs";

const release = { version: "0.1.0", commit: "e426dfad7a6498e7710c6a51f25aed0d5d5ae337" };

const here = fileURLToPath(new URL(".", import.meta.url));
const build = join(here, ".work", release.version);
const fixtures = join(here, release.version);

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.parse("2026-11-22T12:00:00Z");
/** What the emulator is filled with: thirteen log groups in each shard, an hour apart, the last received at noon. */
const seed = { ttl: 7, shardCount: 2, logGroups: { count: 13, from: noon - 12 * hour, to: noon } };
const shards = [0, 1];
/** In state stands where the emulator was. */
const port = 8077;

/** @typedef {import("../../emulator/src/index.ts").SlsEmulator} Emulator */
/** @typedef {import("../e2e/pulumi.ts").PulumiWorkspace} Workspace */

/**
 * @typedef {object} Stage
 * @property {Emulator} emulator
 * @property {Workspace} workspace
 * @property {(hours: number, shard: number) => string} cursor the cursor so many hours before noon
 * @property {(hours: number, shard: number) => void} commit saves as a consumer, which then is gone for ten minutes
 * @property {(exitCode: number) => Promise<void>} up runs an up, which has to end so
 */

/**
 * @typedef {object} Case
 * @property {string} resource
 * @property {(stage: Stage) => Record<string, unknown>} inputs
 * @property {(stage: Stage) => Promise<void>} run
 */

const position = { from: "2026-11-22T05:00:00Z" };

/** @param {Pick<Stage, "cursor">} stage */
const seventh = ({ cursor }) => ({ shard: 0, checkpoint: cursor(7, 0) });

/** @param {Stage} stage */
async function runAndReadOn({ up, commit }) {
  await up(0);
  for (const shard of shards) commit(4, shard);
}

/** @type {Record<string, Case>} */
const cases = {
  pin: { resource: "ConsumerGroupCheckpoint", inputs: seventh, run: runAndReadOn },
  pinFailed: {
    resource: "ConsumerGroupCheckpoint",
    inputs: seventh,
    async run({ emulator, up }) {
      deny(emulator, 0);
      await up(1);
    },
  },
  replayFinished: { resource: "ConsumerGroupReplay", inputs: () => position, run: runAndReadOn },
  replayHalfFailed: {
    resource: "ConsumerGroupReplay",
    inputs: () => position,
    async run({ emulator, up }) {
      deny(emulator, 1);
      await up(1);
    },
  },
  replayUncertain: {
    resource: "ConsumerGroupReplay",
    inputs: () => position,
    async run({ emulator, up, commit }) {
      const held = holdApply(emulator);
      const ended = up(1);
      await hit(held);
      commit(3, 0);
      held.release();
      await ended;
    },
  },
  replayKilled: {
    resource: "ConsumerGroupReplay",
    inputs: () => position,
    async run({ emulator, workspace }) {
      const held = holdApply(emulator);
      const running = workspace.start("up", "--yes", "--skip-preview");
      await hit(held);
      for (const { pid, command } of workspace.processes()) {
        if (command.includes("cmd/dynamic-provider")) process.kill(pid, "SIGKILL");
      }
      running.kill("SIGKILL");
      await running.finished;
      await workspace.cancel();
    },
  },
  savepoint: { resource: "ConsumerGroupSavepoint", inputs: () => ({}), run: runAndReadOn },
};

/**
 * @param {Emulator} emulator
 * @param {number} shard
 */
function deny(emulator, shard) {
  const answer = /** @type {const} */ ({ kind: "error", status: 401, code: "Unauthorized" });
  emulator.rule({ call: "UpdateCheckPoint", shard, do: answer });
}

/**
 * check asks for the checkpoints twice, the plan once, and then apply.
 * @param {Emulator} emulator
 */
function holdApply(emulator) {
  return emulator.rule({ call: "GetCheckPoint", nth: 4, do: { kind: "hold" } });
}

/** @param {import("../../emulator/src/index.ts").Rule} rule */
async function hit(rule) {
  for (let waits = 0; waits < 3_000 && rule.hits === 0; waits += 1) await sleep(20);
  if (rule.hits === 0) throw new Error("apply never looked");
}

function checkOut() {
  if (existsSync(join(build, "emulator/dist/index.js"))) return;
  mkdirSync(build, { recursive: true });
  const archive = execFileSync("git", ["archive", release.commit], {
    cwd: join(here, "../.."),
    maxBuffer: 2 ** 30,
  });
  execFileSync("tar", ["-x", "-C", build], { input: archive });
  for (const command of [["ci"], ["run", "build"]])
    execFileSync("npm", command, { cwd: build, stdio: "inherit" });
}

/** @param {string} path a module of the released version */
async function load(path) {
  return import(pathToFileURL(join(build, path)).href);
}

/**
 * @param {string} name
 * @param {Case} made
 */
async function make(name, { resource, inputs, run }) {
  /** @type {typeof import("../../emulator/src/index.ts")} */
  const { SlsEmulator } = await load("emulator/dist/index.js");
  /** @type {typeof import("../e2e/pulumi.ts")} */
  const { openWorkspace } = await load("test/e2e/pulumi.ts");
  let now = noon;
  const emulator = await SlsEmulator.start({ port, clock: () => now });
  const workspace = await openWorkspace({ name, program });
  /** @type {Stage} */
  const stage = {
    emulator,
    workspace,
    cursor: (hours, shard) => emulator.cursorAt("shop", "orders", shard, noon - hours * hour),
    commit(hours, shard) {
      const cursor = stage.cursor(hours, shard);
      emulator.commit("shop", "orders", "billing", shard, cursor, { consumer: "host-a" });
      now += 10 * minute;
    },
    async up(exitCode) {
      const up = await workspace.up("--skip-preview");
      if (up.exitCode !== exitCode)
        throw new Error(`up exited with ${up.exitCode}:\n${up.stdout}${up.stderr}`);
    },
  };
  try {
    const { logGroups, ...settings } = seed;
    emulator.createLogstore("shop", "orders", settings);
    emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
    for (const shard of shards) emulator.appendLogGroups("shop", "orders", shard, logGroups);
    for (const shard of shards) stage.commit(1, shard);
    const declaration = { resource, inputs: inputs(stage) };
    workspace.write({ "declaration.json": JSON.stringify(declaration) });
    await configure(workspace, emulator.endpoint);
    await run(stage);
    const state = JSON.parse(readFileSync(workspace.stateFile, "utf8"));
    const world = {
      now: new Date(now).toISOString(),
      seed,
      checkpoints: shards.map((shard) => standing(emulator, shard)),
    };
    write(name, { madeBy: release, declaration, world, state });
  } finally {
    await workspace.close();
    await emulator.stop();
  }
}

/**
 * @param {Workspace} workspace
 * @param {string} endpoint
 */
async function configure(workspace, endpoint) {
  const plain = [`sls:endpoint=${endpoint}`, "sls:accessKeyId=emulatorAccessKeyId"];
  await workspace.run(
    ...["config", "set-all", ...plain.flatMap((setting) => ["--plaintext", setting])],
    ...["--secret", "sls:accessKeySecret=emulatorAccessKeySecret"],
  );
}

/**
 * @param {Emulator} emulator
 * @param {number} shard
 */
function standing(emulator, shard) {
  const record = emulator.checkpoint("shop", "orders", "billing", shard);
  return { shard, ...record };
}

/**
 * @param {string} name
 * @param {object} fixture
 */
function write(name, fixture) {
  mkdirSync(fixtures, { recursive: true });
  writeFileSync(join(fixtures, `${name}.json`), `${JSON.stringify(fixture, null, 2)}\n`);
}

checkOut();
rmSync(fixtures, { recursive: true, force: true });
for (const [name, made] of Object.entries(cases)) {
  console.log(name);
  await make(name, made);
}
