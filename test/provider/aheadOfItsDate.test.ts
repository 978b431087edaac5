import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { DynamicProviderServer } from "./dynamicProviderServer.js";
import { type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, second } from "./replayShop.js";

let shop: ReplayShop;
let server: DynamicProviderServer;

beforeEach(async () => {
  shop = await ReplayShop.open();
  server = await shop.startProcess();
});

afterEach(async () => {
  await server.stop();
  await shop.close();
});

/** The records of the group, saved so long after what the service's `Date` says. */
function showSavedAhead(seconds: number): void {
  const updateTime = (shop.now + seconds * second) * 1_000;
  const records = [0, 1].map((shard) => ({
    shard,
    checkpoint: shop.cursor(shard, 1),
    updateTime,
    consumer: "host-a",
  }));
  const body = JSON.stringify(records);
  shop.emulator.rule({
    call: "GetCheckPoint",
    do: { kind: "body", status: 200, contentType: "application/json", body },
  });
}

const waiting = { onActiveConsumers: "wait" };

const resources: readonly { name: string; create: () => Promise<unknown> }[] = [
  {
    name: "replay",
    create: () => server.create({ ...shop.replay(at(7), waiting), self: "replay" }),
  },
  {
    name: "pin",
    create: async () => {
      const { from: _from, ...group } = shop.replay(undefined);
      const pin: Properties = { ...group, shard: 0, checkpoint: shop.cursor(0, 7), ...waiting, self: "pin" };
      return (await server.as("consumerGroupCheckpointProvider")).create(pin);
    },
  },
];

describe.each(resources)(
  "a $name that waits for consumers whose save time is ahead of the date",
  ({ create }) => {
    test.each([3, 60, 180])("by %i s looks once and then waits", async (ahead) => {
      showSavedAhead(ahead);
      const ended = create().catch((error: unknown) => error);
      await vi.waitUntil(
        () => server.lines.some((line) => line.includes("waiting until the consumers are quiet")),
        {
          timeout: 20_000,
          interval: 10,
        },
      );
      const { length } = shop.emulator.requests;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect([shop.emulator.requests.length, shop.writes().length]).toEqual([length, 0]);
      expect(server.lines.join("\n")).toContain("committed 0 s ago");
      await server.stop();
      await ended;
    });
  },
);
