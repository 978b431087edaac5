import fc from "fast-check";
import { expect, test } from "vitest";
import { type Model, type Real, findWayForward, histories, initialModel } from "./commands.ts";
import { type Settings, openWorld, settings } from "./openWorld.ts";
import { inProcess } from "./orderedDispatcher.ts";

const count = Number(process.env["MODEL_HISTORIES"] ?? 200);
const seed = Number(process.env["MODEL_SEED"] ?? 20_261_122);
const path = process.env["MODEL_PATH"];
const replayPath = process.env["MODEL_REPLAY_PATH"];
/** How long is searched, and then for a shorter history. */
const seconds = Number(process.env["MODEL_SECONDS"] ?? 600);

async function live(commands: Iterable<fc.AsyncCommand<Model, Real>>, chosen: Settings): Promise<void> {
  const real = await openWorld(inProcess, chosen);
  const model = initialModel();
  try {
    await fc.asyncModelRun(() => ({ model, real }), commands);
    await findWayForward(model, real);
  } finally {
    await real.stop();
  }
}

test(
  "no history makes a write that nobody asked for, and every one has a way forward",
  { timeout: seconds * 1_000 + 60_000 },
  async () => {
    const steps: number[] = [];
    const started = performance.now();
    const result = await fc.check(
      fc.asyncProperty(histories(replayPath), settings, async (commands, chosen) => {
        steps.push([...commands].length);
        await live(commands, chosen);
      }),
      {
        numRuns: count,
        seed,
        ...(path !== undefined && { path }),
        interruptAfterTimeLimit: seconds * 1_000,
        markInterruptAsFailure: true,
      },
    );
    const mean = steps.reduce((sum, each) => sum + each, 0) / steps.length;
    const milliseconds = (performance.now() - started) / steps.length;
    console.log(
      `${steps.length} histories of ${mean.toFixed(1)} steps, ${milliseconds.toFixed(1)} ms each, seed ${result.seed}`,
    );
    expect(reportOf(result)).toBe("");
  },
);

/** What was found, the history that led there in as few steps as possible, and how to run it again. */
function reportOf<Ts>(result: fc.RunDetails<Ts>): string {
  if (!result.failed) return "";
  if (result.counterexample === null)
    return `only ${result.numRuns} histories in ${seconds} s, and none failed`;
  const found = result.errorInstance instanceof Error ? result.errorInstance.message : "";
  return [
    found,
    fc.stringify(result.counterexample),
    `MODEL_SEED=${result.seed} MODEL_PATH=${result.counterexamplePath ?? ""} after ${result.numRuns} histories`,
  ].join("\n");
}
