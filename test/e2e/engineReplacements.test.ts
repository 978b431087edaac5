import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop } from "./shop.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("engine-replacement");
  for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
  shop.passQuietTime();
});

afterEach(async () => {
  await shop.close();
});

/** Declares one resource: an expression that makes it. */
function declare(expression: string): void {
  shop.pulumi.write({
    "index.js": `
const pulumi = require("@pulumi/pulumi");
const sls = require("pulumi-sls-checkpoint");

class Other extends pulumi.dynamic.Resource {
  constructor(version) {
    const provider = {
      diff: async (id, olds, news) => ({ changes: olds.version !== news.version, replaces: ["version"] }),
      create: async (inputs) => ({ id: "other", outs: inputs }),
    };
    super(provider, "other", { version });
  }
}
const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
${expression}
`,
  });
}

function pin(options: string): string {
  return `new sls.ConsumerGroupCheckpoint("pin", { ...group, shard: 0, checkpoint: "${shop.cursor(7)}" }, ${options});`;
}

function replay(options: string, from = "2026-11-22T05:00:00Z"): string {
  return `new sls.ConsumerGroupReplay("replay", { ...group, from: "${from}" }, ${options});`;
}

/** Lets the consumers read on from where they were put, and be gone again. */
function readOn(): void {
  for (const shard of [0, 1]) shop.commit(shop.cursor(2, shard), shard);
  shop.passQuietTime();
  shop.emulator.clearRequests();
}

async function upEndsWell(): Promise<void> {
  const { exitCode, stdout } = await shop.pulumi.up("--skip-preview");
  expect(exitCode, stdout).toBe(0);
}

const ways = [
  { way: "replacementTrigger", options: (version: number) => `{ replacementTrigger: "${version}" }` },
  { way: "replaceWith", options: (version: number) => `{ replaceWith: [new Other("${version}")] }` },
];

describe("a replacement that the engine decides", { timeout: 600_000 }, () => {
  it.each(ways)("by $way pins a shard once more", async ({ options }) => {
    declare(pin(options(1)));
    await upEndsWell();
    readOn();
    declare(pin(options(2)));
    await upEndsWell();
    expect(shop.writes().map(({ shard }) => shard)).toEqual([0]);
    expect(shop.checkpoint()).toBe(shop.cursor(7));
  });

  it.each(ways)(
    "by $way of its plan replays a group once more, and the way back stays",
    async ({ options }) => {
      declare(replay(options(1)));
      await upEndsWell();
      readOn();
      declare(replay(options(2)));
      await upEndsWell();
      expect(
        shop
          .writes()
          .map(({ shard }) => shard)
          .sort(),
      ).toEqual([0, 1]);
      readOn();
      declare(replay(options(2), "previous"));
      await upEndsWell();
      expect([shop.checkpoint(0), shop.checkpoint(1)]).toEqual([shop.cursor(2, 0), shop.cursor(2, 1)]);
    },
  );

  it("of a pin that failed pins it", async () => {
    declare(pin(`{ replaceOnChanges: ["*"] }`));
    const denied = shop.emulator.rule({
      call: "UpdateCheckPoint",
      times: 1,
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    expect((await shop.pulumi.up("--skip-preview")).exitCode).toBe(1);
    expect(denied.hits).toBe(1);
    shop.passQuietTime();
    await upEndsWell();
    expect(shop.checkpoint()).toBe(shop.cursor(7));
  });
});
