import type { Policy, SlsEmulator } from "../../emulator/src/index.js";
import type { Properties } from "../provider/dynamicProviderServer.js";
import type { Ending, PinUp } from "./pinStack.js";
import { SlsClient } from "./slsClient.js";

const minute = 60_000;
const hour = 60 * minute;
export const noon = Date.UTC(2026, 10, 22, 12);

/** Shards of the group that pins meet. Two consumers, host-a and host-b, stopped ten minutes ago. */
export const shards = {
  finished: 0,
  ofHostA: 1,
  alsoOfHostA: 2,
  ofHostB: 3,
  untouched: 4,
  atEnd: 5,
} as const;

const places = {
  [shards.ofHostA]: "host-a",
  [shards.alsoOfHostA]: "host-a",
  [shards.ofHostB]: "host-b",
} as const;

/**
 * Prepares the group: a shard was split and then read to its end, three are being read, one was never touched, one
 * was read to its end and then split.
 */
export function arrangeGroup(emulator: SlsEmulator): void {
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 6 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  for (const shard of Object.values(shards)) {
    emulator.appendLogGroups("shop", "orders", shard, { count: 13, from: noon - 12 * hour, to: noon });
  }
  for (const [shard, consumer] of Object.entries(places)) {
    emulator.commit("shop", "orders", "billing", Number(shard), cursor(emulator, Number(shard), 1), {
      consumer,
    });
  }
  const commitEnd = (shard: number): void => {
    const end = emulator.cursorAt("shop", "orders", shard, "end");
    emulator.commit("shop", "orders", "billing", shard, end, { consumer: "host-a" });
  };
  emulator.splitShard("shop", "orders", shards.finished);
  commitEnd(shards.finished);
  commitEnd(shards.atEnd);
  emulator.splitShard("shop", "orders", shards.atEnd);
}

function cursor(emulator: SlsEmulator, shard: number, hoursBeforeNoon: number): string {
  return emulator.cursorAt("shop", "orders", shard, noon - hoursBeforeNoon * hour);
}

/** What a journey is made with. */
export interface JourneyWorld {
  readonly emulator: SlsEmulator;
  readonly advance: (milliseconds: number) => void;
  readonly up: (inputs: Properties, meanwhile?: () => Promise<void>) => Promise<PinUp>;
}

/** Ups of one pin, one after the other, and how they end with every switch at its default. */
export interface Journey {
  readonly ends: readonly Ending[];
  readonly config?: Readonly<Record<string, string>>;
  readonly policy?: Policy;
  readonly ups: (world: JourneyWorld) => AsyncIterable<PinUp>;
}

function pin(
  { emulator }: JourneyWorld,
  shard: number,
  hoursBeforeNoon: number,
  more: Properties = {},
): Properties {
  const checkpoint = cursor(emulator, shard, hoursBeforeNoon);
  return { project: "shop", logstore: "orders", consumerGroup: "billing", shard, checkpoint, ...more };
}

/** The two consumers are there again, each saving where it reads. */
function revive({ emulator }: JourneyWorld): void {
  for (const [shard, consumer] of Object.entries(places)) {
    emulator.commit("shop", "orders", "billing", Number(shard), cursor(emulator, Number(shard), 1), {
      consumer,
    });
  }
}

/** Holds the first request of a call, and lets it go on when something has happened meanwhile. */
async function during({ emulator }: JourneyWorld, call: string, happens: () => Promise<void>): Promise<void> {
  const rule = emulator.rule({ call, times: 1, do: { kind: "hold" } });
  await emulator.waitForRequest((request) => request.call === call);
  await happens();
  rule.release();
}

/** Sends DeleteShard until it is let through: calls on metadata may be bounded. */
async function deleteShard({ emulator }: JourneyWorld, shard: number): Promise<void> {
  const client = new SlsClient(emulator);
  const request = { method: "DELETE", path: `/logstores/orders/shards/${shard}` };
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await client.send(request)).status === 200) return;
  }
  throw new Error("DeleteShard is not let through");
}

const unguarded = { onActiveConsumers: "overwrite", watchFor: "PT0S" };

function mayAll(...actions: readonly string[]): Policy {
  return [{ actions: actions.map((action) => `log:${action}`), resources: ["*"] }];
}

const looks = ["ListConsumerGroup", "ListShards", "GetCursorOrData"];

/** Every way in which a pin comes to the service. */
export const journeys = {
  "a pin, kept, declared otherwise, moved": {
    ends: ["pinned", "same", "quiet", "pinned", "same"],
    async *ups(world) {
      yield world.up(pin(world, shards.ofHostA, 7));
      yield world.up(pin(world, shards.ofHostA, 7));
      yield world.up(pin(world, shards.ofHostA, 7, { reason: "tax", maxMove: "P1D" }));
      yield world.up(pin(world, shards.ofHostA, 5, { reason: "tax" }));
      yield world.up(pin(world, shards.ofHostA, 5, { reason: "tax" }));
    },
  },
  "a pin signed with V4": {
    ends: ["pinned", "same"],
    config: { "sls:signatureVersion": "v4" },
    async *ups(world) {
      yield world.up(pin(world, shards.ofHostA, 7));
      yield world.up(pin(world, shards.ofHostA, 7));
    },
  },
  "a pin where it stands": {
    ends: ["alreadyThere", "same"],
    async *ups(world) {
      yield world.up(pin(world, shards.ofHostA, 1));
      yield world.up(pin(world, shards.ofHostA, 1));
    },
  },
  "a shard that nobody touched": {
    ends: ["pinned", "pinned"],
    async *ups(world) {
      yield world.up(pin(world, shards.untouched, 7));
      yield world.up(pin(world, shards.untouched, 5));
    },
  },
  "a finished shard moved back": {
    ends: ["pinned", "same"],
    async *ups(world) {
      yield world.up(pin(world, shards.finished, 7));
      yield world.up(pin(world, shards.finished, 7));
    },
  },
  "as the consumer that owns the shard": {
    ends: ["pinned", "same"],
    async *ups(world) {
      revive(world);
      const inputs = pin(world, shards.ofHostA, 7, { ...unguarded, consumer: "host-a", forceSuccess: false });
      yield world.up(inputs);
      yield world.up(inputs);
    },
  },
  "as a consumer that does not own the shard, then as the one that does": {
    ends: ["failed", "pinned"],
    async *ups(world) {
      revive(world);
      const inputs = pin(world, shards.ofHostA, 7, { ...unguarded, consumer: "host-b", forceSuccess: false });
      yield world.up(inputs);
      yield world.up({ ...inputs, consumer: "host-a" });
    },
  },
  "as a consumer that is gone": {
    ends: ["failed", "failed"],
    async *ups(world) {
      const inputs = pin(world, shards.ofHostA, 7, { ...unguarded, consumer: "host-c", forceSuccess: false });
      yield world.up(inputs);
      yield world.up(inputs);
    },
  },
  "as a consumer that is gone, by force": {
    ends: ["pinned"],
    async *ups(world) {
      yield world.up(pin(world, shards.ofHostA, 7, { consumer: "host-c" }));
    },
  },
  "a shard that the logstore has not": {
    ends: ["refused in check"],
    async *ups(world) {
      yield world.up({ ...pin(world, shards.ofHostA, 7), shard: 99 });
    },
  },
  "a cursor that has expired": {
    ends: ["refused in check"],
    async *ups(world) {
      const inputs = pin(world, shards.ofHostA, 7);
      world.advance(7 * 24 * hour - hour);
      yield world.up(inputs);
    },
  },
  "a cursor that expires before its write arrives": {
    ends: ["pinned"],
    async *ups(world) {
      yield world.up(pin(world, shards.ofHostA, 7), () =>
        during(world, "UpdateCheckPoint", () => Promise.resolve(world.advance(7 * 24 * hour - hour))),
      );
    },
  },
  "a shard that is deleted during the look": {
    ends: ["refused"],
    async *ups(world) {
      yield world.up(pin(world, shards.finished, 7), () =>
        during(world, "GetCursor", () => deleteShard(world, shards.finished)),
      );
    },
  },
  "a shard that is deleted before its write arrives": {
    ends: ["uncertain"],
    async *ups(world) {
      yield world.up(pin(world, shards.finished, 7), () =>
        during(world, "UpdateCheckPoint", () => deleteShard(world, shards.finished)),
      );
    },
  },
  "a key that may not see where the group stands": {
    ends: ["refused"],
    policy: mayAll(...looks, "ConsumerGroupUpdateCheckPoint"),
    async *ups(world) {
      yield world.up(pin(world, shards.ofHostA, 7));
    },
  },
  "a key that may not write": {
    ends: ["failed"],
    policy: mayAll(...looks, "ConsumerGroupGetCheckPoint", "GetConsumerGroupCheckPoint"),
    async *ups(world) {
      yield world.up(pin(world, shards.ofHostA, 7));
    },
  },
  "consumers that are alive": {
    ends: ["refused"],
    async *ups(world) {
      revive(world);
      yield world.up(pin(world, shards.ofHostA, 7));
    },
  },
  "a consumer that is alive and was overwritten once": {
    ends: ["pinned", "refused"],
    async *ups(world) {
      revive(world);
      yield world.up(pin(world, shards.ofHostA, 7, unguarded));
      yield world.up(pin(world, shards.ofHostA, 5));
    },
  },
} satisfies Record<string, Journey>;

export type JourneyName = keyof typeof journeys;
