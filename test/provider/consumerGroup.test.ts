/** The consumer group behind Pulumi's own server for dynamic providers: refresh and destroy. */
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
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
