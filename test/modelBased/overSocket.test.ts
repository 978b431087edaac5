import fc from "fast-check";
import { expect, test } from "vitest";
import { type Model, type Real, histories, initialModel } from "./commands.ts";
import { type Settings, openWorld, settings } from "./openWorld.ts";
import { inProcess, overSocket } from "./orderedDispatcher.ts";
import { Agent } from "./providerUndici.ts";

const seed = Number(process.env["MODEL_SEED"] ?? 20_261_122);
/** One for twenty of the model: each runs twice, and over a socket it waits. */
const count = Math.ceil(Number(process.env["MODEL_HISTORIES"] ?? 200) / 20);

test("a history sends the same requests over a real socket", { timeout: 600_000 }, async () => {
  const agent = new Agent({ connections: 1 });
  const both = async (commands: Iterable<fc.AsyncCommand<Model, Real>>, chosen: Settings): Promise<void> => {
    const logs: string[][] = [];
    for (const carry of [inProcess, () => overSocket(agent)]) {
      const real = await openWorld(carry, chosen);
      try {
        await fc.asyncModelRun(() => ({ model: initialModel(), real }), commands);
      } finally {
        logs.push(
          real.world.emulator.requests.map(
            ({ call, shard, body, status }) => `${call} ${shard} ${body} ${status}`,
          ),
        );
        await real.stop();
      }
    }
    expect(logs[1]).toEqual(logs[0]);
  };
  await fc.assert(fc.asyncProperty(histories(undefined), settings, both), { numRuns: count, seed });
  await agent.close();
});
