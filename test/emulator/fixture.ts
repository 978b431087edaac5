import { onTestFinished } from "vitest";
import { SlsEmulator, type SlsEmulatorOptions } from "../../emulator/src/index.js";
import { SlsClient, type TestClientOptions } from "./slsClient.js";

/** 2026-11-20T00:00:00Z: where the clock of a test stands at first. */
export const start = Date.UTC(2026, 10, 20);
export const hour = 3_600_000;
export const day = 24 * hour;

/** An emulator with a clock that the test turns, and a client of it; stopped when the test ends. */
export async function startEmulator(options: SlsEmulatorOptions = {}) {
  const clock = { now: start };
  const emulator = await SlsEmulator.start({ clock: () => clock.now, ...options });
  onTestFinished(async () => emulator.stop());
  const client = (how: TestClientOptions = {}): SlsClient => new SlsClient(emulator, how);
  return { emulator, clock, client, sls: client() };
}

/** The same with project shop, logstore orders (two shards, 7 days) and consumer group billing. */
export async function startShop(options: SlsEmulatorOptions = {}) {
  const started = await startEmulator(options);
  started.emulator.createProject("shop");
  started.emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  started.emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60, order: false });
  return started;
}

/** Paths of the calls that tests make. */
export const paths = {
  group: "/logstores/orders/consumergroups/billing",
  groups: "/logstores/orders/consumergroups",
  update: "/logstores/orders/consumergroups/billing?type=checkpoint&forceSuccess=true",
  shards: "/logstores/orders/shards",
  cursor: (shard: number, from: string) => `/logstores/orders/shards/${shard}?type=cursor&from=${from}`,
  cursorTime: (shard: number, cursor: string) =>
    `/logstores/orders/shards/${shard}?type=cursor_time&cursor=${encodeURIComponent(cursor)}`,
};
