import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Rule } from "../../emulator/src/index.js";
import { type DynamicProviderServer, type Properties } from "./dynamicProviderServer.js";
import { Engine } from "./engine.js";
import { ReplayShop, hour, minute, noon } from "./replayShop.js";
import { type SavedStack } from "./replayStack.js";

let shop: ReplayShop;
let engine: Engine;
/** The process that dies, or whose engine does; and the one of the next up, which starts meanwhile. */
let provider: DynamicProviderServer;
let nextProvider: DynamicProviderServer;

beforeEach(async () => {
  shop = await ReplayShop.open({ shards: 3 });
  engine = await Engine.start();
});

afterEach(async () => {
  await engine.kill();
  await Promise.all([provider.stop(), nextProvider.stop()]);
  await shop.close();
});

async function startProcesses(mostAtOnce: number): Promise<void> {
  shop.moreConfig = { "sls:maxConcurrency": String(mostAtOnce) };
  [provider, nextProvider] = await Promise.all([shop.startProcess(engine.address), shop.startProcess()]);
}

const shards = [0, 1, 2];

function replay(): Properties {
  return shop.replay(new Date(noon - 7 * hour).toISOString());
}

interface Death {
  /** The shards whose writes are sent by then, whether they arrive or not. */
  readonly sent: readonly number[];
  readonly kill: () => Promise<void>;
}

/** Where in an up something dies. */
interface Moment {
  readonly mostAtOnce: number;
  readonly sent: Death["sent"];
  /** Those whose write is lost. */
  readonly lost?: readonly number[];
  /** How to get there; answers what the engine has saved by then. */
  readonly arrive: (death: Death) => Promise<SavedStack>;
}

/** Runs the up until each rule holds a request, kills, and lets them go, to whoever is still there. */
async function dieWhileHeld(hold: () => readonly Rule[], death: Death): Promise<SavedStack> {
  const held = new Promise<readonly Rule[]>((resolve) => {
    shop.stack.onPlanned = () => {
      resolve(hold());
    };
  });
  return dieAt(held, death);
}

async function dieAt(held: Promise<readonly Rule[]>, { sent, kill }: Death): Promise<SavedStack> {
  const running = shop.stack.upWith(provider, replay());
  const rules = await held;
  await Promise.all(rules.map((rule) => rule.acted()));
  await vi.waitUntil(() => isUnderWay(sent), { timeout: 20_000, interval: 5 });
  const saved = shop.stack.state;
  await kill();
  // What died is noticed by the end of its connection; a write that leaves before that is under way.
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const rule of rules) rule.release();
  // What was held has its effect, although nobody may be there to be told.
  await new Promise((resolve) => setImmediate(resolve));
  await running;
  // A provider that outlives its engine writes nothing more.
  expect(shop.written()).toEqual(sent);
  return saved;
}

/** Whether these shards are sent, and everything is answered that is not held. */
function isUnderWay(sent: readonly number[]): boolean {
  return (
    shop.written().length === sent.length && shop.emulator.requests.every(({ state }) => state !== "received")
  );
}

function holdLook(nth: number, kind: "hold" | "holdAnswer" = "hold"): Rule {
  return shop.emulator.rule({ call: "GetCheckPoint", nth, do: { kind } });
}

/** Holds the write of each of these shards; those of the others are answered. */
function holdWrites(shards: readonly number[], kind: "hold" | "holdAnswer"): readonly Rule[] {
  return shards.map((shard) => shop.emulator.rule({ call: "UpdateCheckPoint", shard, do: { kind } }));
}

const oneByOne: Readonly<Record<string, Moment>> = {
  "before the snapshot": {
    mostAtOnce: 1,
    sent: [],
    arrive: (death) => {
      const held = new Promise<readonly Rule[]>((resolve) => {
        shop.stack.onChecked = () => {
          resolve([holdLook(1)]);
        };
      });
      return dieAt(held, death);
    },
  },
  "with the plan saved": {
    mostAtOnce: 1,
    sent: [],
    arrive: (death) => dieWhileHeld(() => [holdLook(1)], death),
  },
  "between a look and its write": {
    mostAtOnce: 1,
    sent: [],
    arrive: (death) => dieWhileHeld(() => [holdLook(1, "holdAnswer")], death),
  },
  "between two waves": {
    mostAtOnce: 1,
    sent: [0, 1],
    arrive: (death) => dieWhileHeld(() => [holdLook(3)], death),
  },
  "between a later look and its write": {
    mostAtOnce: 1,
    sent: [0],
    arrive: (death) => dieWhileHeld(() => [holdLook(2, "holdAnswer")], death),
  },
  "with a write sent and unanswered": {
    mostAtOnce: 1,
    sent: [0, 1],
    arrive: (death) => dieWhileHeld(() => holdWrites([1], "holdAnswer"), death),
  },
  "with all answered and state unsaved": {
    mostAtOnce: 1,
    sent: shards,
    arrive: async ({ kill }) => {
      let saved: SavedStack = {};
      shop.stack.onPlanned = () => (saved = shop.stack.state);
      await shop.stack.upWith(provider, replay());
      await kill();
      return saved;
    },
  },
};

/** All three shards are one wave. */
const inAWave: Readonly<Record<string, Moment>> = {
  "between a look and a wave of three": {
    mostAtOnce: 3,
    sent: [],
    arrive: (death) => dieWhileHeld(() => [holdLook(1, "holdAnswer")], death),
  },
  "in a wave, with one applied, unanswered": {
    mostAtOnce: 3,
    sent: shards,
    arrive: (death) => dieWhileHeld(() => holdWrites([0], "holdAnswer"), death),
  },
  "in a wave, with one still on its way": {
    mostAtOnce: 3,
    sent: shards,
    arrive: (death) => dieWhileHeld(() => holdWrites([0], "hold"), death),
  },
  "in a wave, with one lost": {
    mostAtOnce: 3,
    sent: shards,
    lost: [2],
    arrive: (death) =>
      dieWhileHeld(() => {
        shop.emulator.rule({ call: "UpdateCheckPoint", shard: 2, times: 1, do: { kind: "resetBefore" } });
        return [holdLook(2)];
      }, death),
  },
  "in a wave, with one of three answered": {
    mostAtOnce: 3,
    sent: shards,
    arrive: (death) =>
      dieWhileHeld(() => [...holdWrites([0], "hold"), ...holdWrites([2], "holdAnswer")], death),
  },
  "in a wave, with none of three answered": {
    mostAtOnce: 3,
    sent: shards,
    arrive: (death) => dieWhileHeld(() => holdWrites(shards, "hold"), death),
  },
  "in the first of two waves, unanswered": {
    mostAtOnce: 2,
    sent: [0, 1],
    arrive: (death) => dieWhileHeld(() => holdWrites([0, 1], "holdAnswer"), death),
  },
};

const victims = {
  engine: () => engine.kill(),
  provider: () => provider.stop(),
  both: async () => {
    await provider.stop();
    await engine.kill();
  },
};

function cellsOf(moments: Readonly<Record<string, Moment>>, dying: readonly (keyof typeof victims)[]) {
  return Object.entries(moments).flatMap(([moment, when]) =>
    dying.flatMap((victim) =>
      [false, true].map((commits) => ({ moment, victim, when, kill: victims[victim], commits })),
    ),
  );
}

const cells = [
  ...cellsOf(oneByOne, ["engine", "provider", "both"]),
  ...cellsOf(inAWave, ["engine", "provider"]),
];

describe("an up that dies", () => {
  test.each(cells)("$moment: $victim killed; a consumer commits before the retry: $commits", async (cell) => {
    const { mostAtOnce, sent, lost = [], arrive } = cell.when;
    await startProcesses(mostAtOnce);
    shop.stack.state = await arrive({ sent, kill: cell.kill });
    expect(shop.written()).toEqual(sent);
    shop.stack.onChecked = () => undefined;
    shop.stack.onPlanned = () => undefined;
    shop.emulator.clearRules();
    const first = firstPositions();
    if (cell.commits) consumerMovesOn(sent.includes(0));
    shop.pass(10 * minute);

    const next = await shop.stack.upWith(nextProvider, replay());
    expect(next.problems).toEqual([]);
    if (first !== undefined) expect(shop.previousPositions).toEqual(first);
    const movedOn = cell.commits && first !== undefined;
    expect(shop.stands(shards)).toEqual([movedOn ? 3 : 7, 7, 7]);
    // No act is written twice; one whose write was lost is written once more.
    const toWrite = shards.filter((shard) => !movedOn || shard !== 0 || sent.includes(0));
    expect(shop.written()).toEqual([...toWrite, ...lost].sort());
    if (movedOn) expect(shop.statuses()[0]).toBe("uncertain");
    else expect([next.failure, shop.statuses()[0]]).toEqual([undefined, "pinned"]);
  });
});

/** Where the saved plan saw the shards; without one, the next up sees them first. */
function firstPositions(): Properties | undefined {
  if (shop.stack.state.plan === undefined) return undefined;
  return Object.fromEntries(shards.map((shard) => [shard, `cursor:${shop.cursor(shard, 1)}`]));
}

/** Reads on, from the target where it was moved there. */
function consumerMovesOn(moved: boolean): void {
  shop.pass(minute);
  if (moved) shop.commit(0, 5);
  shop.commit(0, 3);
}
