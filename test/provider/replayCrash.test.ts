import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Rule } from "../../emulator/src/index.js";
import { type DynamicProviderServer, type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, hour, minute, noon } from "./replayShop.js";
import { type SavedStack } from "./replayStack.js";

/** Stands for the engine's address, which refuses as soon as the engine is dead. */
class Engine {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<Engine> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Engine(server);
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async kill(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

let shop: ReplayShop;
let engine: Engine;
/** The process that dies, or whose engine does; and the one of the next up, which starts meanwhile. */
let provider: DynamicProviderServer;
let nextProvider: DynamicProviderServer;

beforeEach(async () => {
  shop = await ReplayShop.open({ shards: 3 });
  // One after the other, so that at most one request is on its way when something dies.
  shop.moreConfig = { "sls:maxConcurrency": "1" };
  engine = await Engine.start();
  [provider, nextProvider] = await Promise.all([shop.startProcess(engine.address), shop.startProcess()]);
});

afterEach(async () => {
  await engine.kill();
  await Promise.all([provider.stop(), nextProvider.stop()]);
  await shop.close();
});

const shards = [0, 1, 2];

function replay(): Properties {
  return shop.replay(new Date(noon - 7 * hour).toISOString());
}

/** Where in an up something dies: how to get there, and what the engine has saved by then. */
type Moment = (kill: () => Promise<void>) => Promise<SavedStack>;

/** Runs the up to a request that is held, kills, and lets the request go, to whoever is still there. */
async function dieWhileHeld(hold: () => Rule, kill: () => Promise<void>): Promise<SavedStack> {
  const rules: Rule[] = [];
  shop.stack.onPlanned = () => rules.push(hold());
  return dieAt(rules, kill);
}

async function dieAt(rules: readonly Rule[], kill: () => Promise<void>): Promise<SavedStack> {
  const running = shop.stack.upWith(provider, replay());
  for (let waits = 0; waits < 3_000 && !rules.some(({ hits }) => hits > 0); waits += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(rules.some(({ hits }) => hits > 0)).toBe(true);
  const saved = shop.stack.state;
  const sent = shop.written();
  await kill();
  // What died is noticed by the end of its connection; a write that leaves before that is under way.
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const rule of rules) rule.release();
  await running;
  // A provider that outlives its engine writes nothing more.
  expect(shop.written()).toEqual(sent);
  return saved;
}

const moments: Readonly<Record<string, Moment>> = {
  "before the snapshot": async (kill) => {
    const rules: Rule[] = [];
    shop.stack.onChecked = () =>
      rules.push(shop.emulator.rule({ call: "GetCheckPoint", nth: 1, do: { kind: "hold" } }));
    return dieAt(rules, kill);
  },
  "with the plan saved": (kill) =>
    dieWhileHeld(() => shop.emulator.rule({ call: "GetCheckPoint", nth: 1, do: { kind: "hold" } }), kill),
  "with a request sent and unanswered": (kill) =>
    dieWhileHeld(
      () => shop.emulator.rule({ call: "UpdateCheckPoint", nth: 2, do: { kind: "holdAnswer" } }),
      kill,
    ),
  "with the last answer received and state unsaved": async (kill) => {
    let saved: SavedStack = {};
    shop.stack.onPlanned = () => (saved = shop.stack.state);
    await shop.stack.upWith(provider, replay());
    await kill();
    return saved;
  },
};

const victims: Readonly<Record<string, () => Promise<void>>> = {
  engine: () => engine.kill(),
  provider: () => provider.stop(),
  both: async () => {
    await provider.stop();
    await engine.kill();
  },
};

const cells = Object.entries(moments).flatMap(([moment, arrive]) =>
  Object.entries(victims).flatMap(([victim, kill]) =>
    [false, true].map((commits) => ({ moment, victim, arrive, kill, commits })),
  ),
);

describe("an up that dies", () => {
  test.each(cells)("$moment: $victim killed; a consumer commits before the retry: $commits", async (cell) => {
    shop.stack.state = await cell.arrive(cell.kill);
    shop.stack.onChecked = () => undefined;
    shop.stack.onPlanned = () => undefined;
    shop.emulator.clearRules();
    const writtenBefore = shop.written();
    const first = firstPositions();
    if (cell.commits) consumerMovesOn(writtenBefore.includes(0));
    shop.pass(10 * minute);

    const next = await shop.stack.upWith(nextProvider, replay());
    expect(next.problems).toEqual([]);
    const written = shop.written();
    expect(written).toEqual([...new Set(written)]);
    if (first !== undefined) expect(shop.previousPositions).toEqual(first);
    if (!cell.commits) {
      expect([shop.stands(shards), written]).toEqual([[7, 7, 7], shards]);
      expect(next.failure).toBeUndefined();
      return;
    }
    const movedOn = first !== undefined;
    expect(shop.stands(shards)).toEqual([movedOn ? 3 : 7, 7, 7]);
    expect(shop.statuses()[0]).toBe(movedOn ? "uncertain" : "pinned");
    expect(written.filter((shard) => shard === 0)).toEqual(
      movedOn ? writtenBefore.slice(0, writtenBefore.includes(0) ? 1 : 0) : [0],
    );
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
