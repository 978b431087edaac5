/**
 * Runs examples/pin and examples/gitops with the real Pulumi against a local SLS, step by step: one shard is
 * pinned, then a whole group is replayed, read again and led back. Proves by what the consumer reads and by the log of
 * all requests that exactly that happened.
 */
import { prepareEngine } from "../../test/engine/engineForTests.mjs";
import { EngineNotFoundError } from "../engine/engine.mjs";
import { pinOneShard } from "./onePin.mjs";
import { Shop, group, rates, shards } from "./shop.mjs";
import { DemoError, Stage, clock, grouped, say } from "./stage.mjs";
import { replayGroup } from "./wholeGroup.mjs";

/** @param {AbortSignal} interrupted */
async function demo(interrupted) {
  const engine = await prepareEngine({ log: say });
  interrupted.throwIfAborted();
  const began = performance.now();
  const shop = await Shop.open();
  try {
    await shop.tellHistory();
    introduce(engine.version, shop);
    const stage = new Stage(shop, engine, interrupted);
    await pinOneShard(stage, shop);
    await replayGroup(stage, shop);
    stage.conclude();
    say(`That took ${Math.round((performance.now() - began) / 1000)} s.`);
  } finally {
    await shop.close();
  }
}

/**
 * @param {string} version
 * @param {Shop} shop
 */
function introduce(version, shop) {
  const { project, logstore, consumerGroup } = group;
  const { emulator, billing, times } = shop;
  say(
    `Pulumi ${version} runs copies of two examples, pin and gitops, against a local SLS at ${emulator.endpoint}`,
    "",
    `The logstore ${project}/${logstore} holds the orders of the last six hours in ${shards.length} shards. The consumer group ${consumerGroup}`,
    `bills them: ${billing.name} had read ${grouped(billing.bills.size)} log groups when it was stopped at ${clock(times.stopped)}, because a`,
    `release of it had taxed ${grouped(shop.wrongBills())} orders with ${rates.wrong} instead of ${rates.right} %.`,
  );
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
