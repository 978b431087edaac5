import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.js";
import { DynamicProviderServer, type Properties } from "./dynamicProviderServer.js";

const hour = 3_600_000;

let now: number;
let emulator: SlsEmulator;
let server: DynamicProviderServer;

beforeEach(async () => {
  now = Date.parse("2026-11-22T12:00:00Z");
  emulator = await SlsEmulator.start({ clock: () => now });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  emulator.appendLogGroups("shop", "orders", 0, { count: 13, from: now - 12 * hour, to: now });
  server = await start();
});

afterEach(async () => {
  await server.stop();
  await emulator.stop();
});

async function start(): Promise<DynamicProviderServer> {
  return DynamicProviderServer.start("consumerGroupCheckpointProvider", {
    config: {
      "sls:endpoint": emulator.endpoint,
      "sls:accessKeyId": "emulatorAccessKeyId",
      "sls:accessKeySecret": "emulatorAccessKeySecret",
    },
  });
}

function pinAt(checkpoint: string, more: Properties = {}): Properties {
  return { project: "shop", logstore: "orders", consumerGroup: "billing", shard: 0, checkpoint, ...more };
}

function cursorHoursAgo(hours: number): string {
  return emulator.cursorAt("shop", "orders", 0, now - hours * hour);
}

describe("a pin", () => {
  test("moves the shard once, keeps where it stood, and reads it back", async () => {
    emulator.commit("shop", "orders", "billing", 0, cursorHoursAgo(1), { consumer: "host-a" });
    now += hour;
    const inputs = pinAt(cursorHoursAgo(7));
    const checked = await server.check({}, inputs);
    expect(checked.failures).toEqual([]);
    const created = await server.create(checked.inputs);
    expect(server.lines).toEqual([]);
    expect(created).toEqual({});
  });
});
