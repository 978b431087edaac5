/** A consumer group whose up or destroy dies at its write, and what the next one makes of it. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Rule, SlsEmulator } from "../../emulator/src/index.js";
import { DynamicProviderServer, type Properties } from "./dynamicProviderServer.js";
import { Engine } from "./engine.js";

const id = "shop/orders/billing-again";
const side: Properties = { project: "shop", logstore: "orders", consumerGroup: "billing-again" };

let emulator: SlsEmulator;
let engine: Engine;
/** The process that dies, or whose engine does; and the one of the next up. */
let provider: DynamicProviderServer;
let nextProvider: DynamicProviderServer;

beforeEach(async () => {
  emulator = await SlsEmulator.start({ clock: () => Date.parse("2026-11-22T12:00:00Z") });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  engine = await Engine.start();
  [provider, nextProvider] = await Promise.all([start(engine.address), start()]);
});

afterEach(async () => {
  await engine.kill();
  await Promise.all([provider.stop(), nextProvider.stop()]);
  await emulator.stop();
});

function start(engineAddress?: string): Promise<DynamicProviderServer> {
  return DynamicProviderServer.start("consumerGroupProvider", {
    config: {
      "sls:endpoint": emulator.endpoint,
      "sls:accessKeyId": "emulatorAccessKeyId",
      "sls:accessKeySecret": "emulatorAccessKeySecret",
    },
    ...(engineAddress !== undefined && { engineAddress }),
  });
}

/** What an up or a destroy does to the group, as often as it is run. */
interface Change {
  readonly call: string;
  /** The last look before the write. */
  readonly look: string;
  /** What was done before, by an up that went well; answers what that left in state. */
  readonly prepare: () => Promise<Properties>;
  readonly run: (by: DynamicProviderServer, state: Properties) => Promise<unknown>;
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
}

const made = async (): Promise<Properties> => (await nextProvider.create(side)).outs;

const changes = {
  create: {
    call: "CreateConsumerGroup",
    look: "ListConsumerGroup",
    prepare: () => Promise.resolve({}),
    run: (by) => by.create(side),
    before: {},
    after: { "billing-again": 60 },
  },
  update: {
    call: "UpdateConsumerGroup",
    look: "ListConsumerGroup",
    prepare: made,
    run: (by, state) => by.update(id, state, { ...side, timeout: 30 }),
    before: { "billing-again": 60 },
    after: { "billing-again": 30 },
  },
  delete: {
    call: "DeleteConsumerGroup",
    look: "GetCheckPoint",
    prepare: made,
    run: (by, state) => by.delete(id, state),
    before: { "billing-again": 60 },
    after: {},
  },
} satisfies Readonly<Record<string, Change>>;

type ChangeName = keyof typeof changes;

function timeouts(): Readonly<Record<string, number>> {
  return Object.fromEntries(
    emulator.consumerGroups("shop", "orders").map(({ name, timeout }) => [name, timeout]),
  );
}

/** Runs a change until the rule holds a request of it. What becomes of the run, nobody is told. */
async function heldAt(
  change: Change,
  state: Properties,
  rule: Rule,
): Promise<{ readonly ended: Promise<unknown> }> {
  const ended = change.run(provider, state).catch(() => undefined);
  await rule.acted();
  rule.remove();
  return { ended };
}

const sent = ({ call }: Change): number => emulator.requestsOf(call).length;

describe.each(Object.keys(changes) as ChangeName[])("%s that dies", (name) => {
  const change: Change = changes[name];

  test("as its bytes would leave, because the engine is gone: sends none, and the next does it", async () => {
    const state = await change.prepare();
    const look = emulator.rule({ call: change.look, do: { kind: "holdAnswer" } });
    const { ended } = await heldAt(change, state, look);
    await engine.kill();
    // What died is noticed by the end of its connection.
    await new Promise((resolve) => setTimeout(resolve, 200));
    look.release();
    await ended;
    expect([sent(change), timeouts()]).toEqual([0, change.before]);
    await change.run(nextProvider, state);
    expect([sent(change), timeouts()]).toEqual([1, change.after]);
  });

  test("with its write lost on the way: the next does it", async () => {
    const state = await change.prepare();
    // Held until the emulator stops, which drops it.
    const write = emulator.rule({ call: change.call, do: { kind: "hold" } });
    await heldAt(change, state, write);
    await provider.stop();
    expect(timeouts()).toEqual(change.before);
    await change.run(nextProvider, state);
    expect([sent(change), timeouts()]).toEqual([2, change.after]);
  });

  test("with its write on the way, which arrives after the next: nothing more changes", async () => {
    const state = await change.prepare();
    const write = emulator.rule({ call: change.call, do: { kind: "hold" } });
    await heldAt(change, state, write);
    await provider.stop();
    await change.run(nextProvider, state);
    write.release();
    await vi.waitUntil(() => emulator.requests.every((request) => request.state !== "held"));
    expect([sent(change), timeouts()]).toEqual([2, change.after]);
  });
});

/** Lets the write of a run that died arrive between the look of the next one and its write. */
async function nextMeetsLateWrite(change: Change): Promise<unknown> {
  const state = await change.prepare();
  const write = emulator.rule({ call: change.call, do: { kind: "hold" } });
  await heldAt(change, state, write);
  await provider.stop();
  const look = emulator.rule({ call: change.look, do: { kind: "holdAnswer" } });
  const next = change.run(nextProvider, state);
  const answered = next.catch(() => undefined);
  await look.acted();
  write.release();
  await vi.waitUntil(() => JSON.stringify(timeouts()) === JSON.stringify(change.after));
  look.remove();
  look.release();
  await answered;
  return next;
}

const refusal = "Where an up that was interrupted made it, add deleteAdopted: true";

describe("a write that arrives between the next look and the next write", () => {
  test("of a create: the next says how to take the group over", async () => {
    await expect(nextMeetsLateWrite(changes.create)).rejects.toThrow(refusal);
    expect(timeouts()).toEqual(changes.create.after);
  });

  test.each(["update", "delete"] as const)("of %s: the next is done", async (name) => {
    await nextMeetsLateWrite(changes[name]);
    expect(timeouts()).toEqual(changes[name].after);
  });
});

/** Ends the provider when the service has done the write, and nobody was told. */
async function killedAfterEffect(change: Change): Promise<Properties> {
  const state = await change.prepare();
  const write = emulator.rule({ call: change.call, do: { kind: "holdAnswer" } });
  const { ended } = await heldAt(change, state, write);
  await provider.stop();
  write.release();
  await ended;
  expect([sent(change), timeouts()]).toEqual([1, change.after]);
  return state;
}

describe("a write that took effect, and whose answer nobody heard", () => {
  test("of a create: the next says how to take the group over, and then does, and deletes it", async () => {
    const state = await killedAfterEffect(changes.create);
    await expect(changes.create.run(nextProvider)).rejects.toThrow(refusal);
    expect(state).toEqual({});
    const { outs } = await nextProvider.create({ ...side, adopt: true, deleteAdopted: true });
    await nextProvider.delete(id, outs);
    expect([sent(changes.create), timeouts()]).toEqual([1, {}]);
  });

  test.each(["update", "delete"] as const)("of %s: the next writes nothing more", async (name) => {
    const state = await killedAfterEffect(changes[name]);
    await changes[name].run(nextProvider, state);
    expect([sent(changes[name]), timeouts()]).toEqual([1, changes[name].after]);
  });
});
