/** The consumer group behind Pulumi's own server for dynamic providers: refresh, destroy, and what a kill leaves. */
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.js";
import { DynamicProviderServer, type Properties, serializeShim } from "./dynamicProviderServer.js";

const id = "shop/orders/billing-again";
const side: Properties = { project: "shop", logstore: "orders", consumerGroup: "billing-again" };

let emulator: SlsEmulator;
let server: DynamicProviderServer;

beforeEach(async () => {
  emulator = await SlsEmulator.start({ clock: () => Date.parse("2026-11-22T12:00:00Z") });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  server = await start();
});

afterEach(async () => {
  await server.stop();
  await emulator.stop();
});

function start(): Promise<DynamicProviderServer> {
  return DynamicProviderServer.start("consumerGroupProvider", {
    config: {
      "sls:endpoint": emulator.endpoint,
      "sls:accessKeyId": "emulatorAccessKeyId",
      "sls:accessKeySecret": "emulatorAccessKeySecret",
    },
  });
}

function timeouts(): Readonly<Record<string, number>> {
  return Object.fromEntries(
    emulator.consumerGroups("shop", "orders").map(({ name, timeout }) => [name, timeout]),
  );
}

test("the shim has read and delete, holds nothing, and stays as it is", async () => {
  const text = await serializeShim("consumerGroupProvider");
  await expect(text).toMatchFileSnapshot(
    fileURLToPath(new URL("consumerGroupShim.golden.txt", import.meta.url)),
  );
});

test("is created, refreshed, changed and deleted", async () => {
  const { inputs, failures } = await server.check({}, { ...side, timeout: 30 });
  expect(failures).toEqual([]);
  const created = await server.create(inputs);
  expect([created.id, timeouts()]).toEqual([id, { "billing-again": 30 }]);

  emulator.changeConsumerGroup("shop", "orders", "billing-again", { timeout: 20 });
  const refreshed = await server.read(id, created.outs);
  expect(refreshed).toEqual({ id, outs: { ...created.outs, timeout: 20 } });
  expect(await server.diff(id, refreshed.outs, inputs)).toMatchObject({ changes: "some", replaces: [] });
  const updated = await server.update(id, refreshed.outs, inputs);
  expect([updated["timeout"], timeouts()]).toEqual([30, { "billing-again": 30 }]);

  await server.delete(id, updated);
  expect(timeouts()).toEqual({});
  expect(await server.read(id, updated)).toMatchObject({ id: "" });
});

test("that exists is refused in plain words, and leaves nothing in state", async () => {
  emulator.createConsumerGroup("shop", "orders", "billing-again");
  await expect(server.create(side)).rejects.toMatchObject({
    message: expect.stringContaining("Set adopt: true to take it over") as unknown,
    kept: undefined,
  });
});

/** Kills the provider while a request is held: before its effect, or after it and before its answer. */
async function killedDuring(
  call: string,
  kind: "hold" | "holdAnswer",
  act: () => Promise<unknown>,
): Promise<void> {
  const rule = emulator.rule({ call, do: { kind } });
  const running = act().catch(() => undefined);
  const holds = (): boolean =>
    emulator.requests.some((request) => request.call === call && request.state === "held");
  for (let waits = 0; waits < 1_000 && !holds(); waits += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(holds()).toBe(true);
  await server.stop();
  rule.remove();
  rule.release();
  await running;
  server = await start();
}

const requestsOf = (call: string): number => emulator.requestsOf(call).length;

describe("a kill", () => {
  test("before a create took effect: the next up creates", async () => {
    await killedDuring("ListConsumerGroup", "hold", () => server.create(side));
    expect(timeouts()).toEqual({});
    expect((await server.create(side)).outs["adopted"]).toBe(false);
    expect(timeouts()).toEqual({ "billing-again": 60 });
  });

  test("after a create took effect: the next up says how to take the group over, and does", async () => {
    await killedDuring("CreateConsumerGroup", "holdAnswer", () => server.create(side));
    expect(timeouts()).toEqual({ "billing-again": 60 });
    await expect(server.create(side)).rejects.toThrow("Where an up that was interrupted made it");
    const { outs } = await server.create({ ...side, adopt: true, deleteAdopted: true });
    await server.delete(id, outs);
    expect(timeouts()).toEqual({});
    expect(requestsOf("CreateConsumerGroup")).toBe(1);
  });

  test.each([
    ["before", "ListConsumerGroup", "hold", 60, 1],
    ["after", "UpdateConsumerGroup", "holdAnswer", 30, 1],
  ] as const)(
    "%s an update took effect: the next up sees to it, with one write in all",
    async (_when, call, kind, timeout, writes) => {
      const { outs } = await server.create(side);
      const news = { ...side, timeout: 30 };
      await killedDuring(call, kind, () => server.update(id, outs, news));
      expect(timeouts()).toEqual({ "billing-again": timeout });
      await server.update(id, outs, news);
      expect(timeouts()).toEqual({ "billing-again": 30 });
      expect(requestsOf("UpdateConsumerGroup")).toBe(writes);
    },
  );

  test.each([
    ["before", "ListConsumerGroup", "hold", { "billing-again": 60 }],
    ["after", "DeleteConsumerGroup", "holdAnswer", {}],
  ] as const)(
    "%s a delete took effect: the next destroy ends it, with one delete in all",
    async (_when, call, kind, left) => {
      const { outs } = await server.create(side);
      await killedDuring(call, kind, () => server.delete(id, outs));
      expect(timeouts()).toEqual(left);
      await server.delete(id, outs);
      expect(timeouts()).toEqual({});
      expect(requestsOf("DeleteConsumerGroup")).toBe(1);
    },
  );
});
