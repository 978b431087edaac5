import fc from "fast-check";
import { expect, test } from "vitest";
import { Declare, Happen, type Model, type Position, type Real, Up, initialModel } from "./commands.ts";
import { openWorld } from "./openWorld.ts";
import { inProcess } from "./orderedDispatcher.ts";
import { type Disturbance, type FaultName } from "./world.ts";

const [T1, T2] = ["2026-11-22T07:00:00Z", "2026-11-22T03:00:00Z"];

type Step = fc.AsyncCommand<Model, Real>;

function declare(from: Readonly<Record<string, Position>>): Step {
  return new Declare(`declare(${JSON.stringify(from)})`, (model) => {
    model.from = from;
  });
}

function up(...disturbances: readonly Disturbance[]): Step {
  return new Up(disturbances, {});
}

/** The same thing happens to every write. */
function upWith(fault: FaultName): Step {
  return up(...[0, 1, 2, 3, 4, 5].map((at) => ({ at, do: "fault", fault, to: "write" }) as const));
}

const commit = (shard: number, index: number): Step =>
  new Happen("commit", (world) => {
    world.commit(shard, index);
  });
const split = (shard: number): Step =>
  new Happen("split", (world) => {
    world.split(shard);
  });
/** The write of shard 0 is applied and its answer lost, and a consumer has read on before anybody looks. */
const lostAndReadOn = up(
  { at: 0, do: "fault", fault: "lostAfter", to: "write" },
  { at: 8, do: "readOn", shard: 0 },
);

const roads: Readonly<Record<string, { readonly steps: readonly Step[]; readonly writes: number }>> = {
  "a change that was denied is taken back": {
    steps: [up(), commit(0, 9), declare({ "*": T2 }), upWith("denied"), declare({ "*": T1 }), up()],
    writes: 2,
  },
  "shards appear, and a change that was denied is taken back": {
    steps: [up(), split(0), declare({ "*": T2 }), upWith("denied"), declare({ "*": T1 }), up()],
    writes: 2,
  },
  "an act is open when its shard is split, and another shard is planned anew": {
    steps: [upWith("denied"), split(0), declare({ "*": T1, "1": T2 }), up()],
    writes: 0,
  },
  "a cursor is the way out, and is tidied away": {
    steps: [
      declare({ "0": T1 }),
      lostAndReadOn,
      declare({ "0": { cursor: 7 } }),
      up(),
      commit(0, 9),
      declare({ "0": T1 }),
      up(),
    ],
    writes: 2,
  },
  "a cursor is the way out, and then all is undone": {
    steps: [
      declare({ "0": T1 }),
      lostAndReadOn,
      declare({ "0": { cursor: 7 } }),
      up(),
      commit(0, 9),
      declare({ "0": "previous" }),
      up(),
    ],
    writes: 3,
  },
};

test.each(Object.entries(roads))("%s", async (_name, { steps, writes }) => {
  const real = await openWorld(inProcess, { ordered: false, ttl: 7 });
  try {
    await fc.asyncModelRun(() => ({ model: initialModel(), real }), steps);
    expect(real.world.effects).toBe(writes);
  } finally {
    await real.stop();
  }
});
