/**
 * Runs examples/quickstart with the real Pulumi against a local SLS, step by step, and proves by the log of all requests
 * that exactly the expected ones were sent.
 */
import { defaultIdentity } from "sls-emulator";
import { prepareEngine } from "../../test/engine/engineForTests.mjs";
import { EngineNotFoundError } from "../engine/engine.mjs";
import { QuickstartProject } from "./quickstartProject.mjs";
import { describeWrite, differencesOf, isWrite, summaryOf } from "./requestProof.mjs";
import { openShop, subject } from "./shop.mjs";
import { clock, stepsIn } from "./steps.mjs";

/** @typedef {import("./shop.mjs").Shop} Shop */
/** @typedef {import("./steps.mjs").Step} Step */

/** Something that went otherwise than the demo promises; the message is for people. */
class DemoError extends Error {}

/** @param {AbortSignal} interrupted */
async function demo(interrupted) {
  const began = performance.now();
  const engine = await prepareEngine({ log: say });
  interrupted.throwIfAborted();
  const shop = await openShop();
  try {
    introduce(engine.version, shop);
    const steps = stepsIn(shop);
    await performAll(steps, shop, new QuickstartProject(engine, interrupted));
    conclude(shop, steps, performance.now() - began);
  } finally {
    await shop.emulator.stop();
  }
}

/**
 * @param {string} version
 * @param {Shop} shop
 */
function introduce(version, { emulator, times, consumer }) {
  const { project, logstore, consumerGroup, shard } = subject;
  say(
    `Pulumi ${version} runs a copy of examples/quickstart against a local SLS at ${emulator.endpoint}`,
    "",
    `The logstore ${project}/${logstore} holds the orders of the last six hours. The consumer group ${consumerGroup} bills them:`,
    `${consumer} had read shard ${shard} up to ${clock(times.stopped)} when it was stopped, because a tax rate was wrong.`,
  );
}

/**
 * @param {Step[]} steps
 * @param {Shop} shop
 * @param {QuickstartProject} project
 */
async function performAll(steps, shop, project) {
  try {
    project.create();
    await configure(project, shop);
    for (const [index, step] of steps.entries()) await perform(step, index + 1, project, shop);
  } finally {
    project.remove();
  }
}

/**
 * @param {QuickstartProject} project
 * @param {Shop} shop
 */
async function configure(project, { emulator }) {
  const plain = {
    "sls:endpoint": emulator.endpoint,
    "sls:accessKeyId": defaultIdentity.accessKeyId,
    ...subject,
  };
  const flags = Object.entries(plain).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  const secret = ["--secret", `sls:accessKeySecret=${defaultIdentity.accessKeySecret}`];
  await succeed(project, "stack", "init", "demo");
  await succeed(project, "config", "set-all", ...flags, ...secret);
}

/**
 * Runs a step, shows it, and holds what the service saw of it against what it promises.
 * @param {Step} step
 * @param {number} number
 * @param {QuickstartProject} project
 * @param {Shop} shop
 */
async function perform(step, number, project, { emulator }) {
  const earlier = emulator.requests.length;
  say("", `${number}. ${step.says}`);
  step.before?.();
  if (step.checkpoint !== undefined) {
    say(`   $ pulumi config set checkpoint ${step.checkpoint}`);
    await succeed(project, "config", "set", "checkpoint", step.checkpoint);
  }
  say(`   $ pulumi ${step.command.join(" ")}`);
  const { exitCode, output } = await project.run(...step.command, "--suppress-progress");
  const requests = emulator.requests.slice(earlier);
  if (exitCode !== step.exitCode) throw unexpectedEnd(step.command, exitCode, step.exitCode, output);
  say(...relevant(output).map((line) => `     ${line}`), `   → ${summaryOf(requests)}`);
  const differences = differencesOf(step, requests);
  if (!output.includes(step.shows ?? "")) differences.push(`expected Pulumi to say "${step.shows}"`);
  if (differences.length === 0) return;
  throw new DemoError([`Step ${number} went wrong:`, ...differences].join("\n  "));
}

/**
 * @param {QuickstartProject} project
 * @param {string[]} command
 */
async function succeed(project, ...command) {
  const { exitCode, output } = await project.run(...command);
  if (exitCode !== 0) throw unexpectedEnd(command, exitCode, 0, output);
}

/**
 * @param {string[]} command
 * @param {number | null} exitCode
 * @param {number} expected
 * @param {string} output
 */
function unexpectedEnd(command, exitCode, expected, output) {
  return new DemoError(
    `\`pulumi ${command.join(" ")}\` ended with ${exitCode} instead of ${expected}. It wrote:\n${output.trim()}`,
  );
}

/**
 * What Pulumi sums up at the end of a command; the rows of progress before it say the same.
 * @param {string} output
 */
function relevant(output) {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const first = lines.findIndex((line) => /^(Diagnostics|Outputs|Resources):/.test(line));
  const last = lines.findIndex((line) => line.startsWith("Duration:"));
  return lines.slice(Math.max(first, 0), last === -1 ? undefined : last);
}

/**
 * @param {Shop} shop
 * @param {Step[]} steps
 * @param {number} tookMs
 */
function conclude({ emulator }, steps, tookMs) {
  const writes = emulator.requests.filter(isWrite);
  const reads = emulator.requests.length - writes.length;
  say(
    "",
    `The log of the service: ${reads} reads, and these writes:`,
    ...writes.map((write) => `  ${describeWrite(write)}`),
  );
  const expected = steps.filter(({ writes: each }) => each !== undefined).length;
  say(`Exactly the ${expected} that were asked for. (${Math.round(tookMs / 1000)} s)`);
}

/** @param {string[]} lines */
function say(...lines) {
  console.log(lines.join("\n"));
}

async function main() {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => interruption.abort());
  // Whoever reads us may have seen enough, as `head` does.
  process.stdout.on("error", () => interruption.abort());
  try {
    await demo(interruption.signal);
  } catch (error) {
    process.exitCode = interruption.signal.aborted ? 130 : 1;
    console.error(
      `\n${interruption.signal.aborted ? "Interrupted: nothing is left behind." : textOf(error)}`,
    );
  }
}

/** @param {unknown} error */
function textOf(error) {
  if (error instanceof DemoError || error instanceof EngineNotFoundError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main();
