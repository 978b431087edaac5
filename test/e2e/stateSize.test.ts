import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Shop } from "./shop.ts";

interface Recorded {
  readonly urn: string;
}

const shards = 64;

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open("state-size");
  shop.addLogstore("wide", shards);
  for (let shard = 0; shard < shards; shard += 1) {
    shop.emulator.commit("shop", "wide", "billing", shard, cursor(shard), { consumer: "host-a" });
  }
  shop.commit(shop.cursor(1));
  shop.passQuietTime();
  shop.declareAll({
    pins: [{ name: "pin", shard: 0, checkpoint: shop.cursor(7) }],
    replays: [{ name: "replay", logstore: "wide", from: "2026-11-22T05:00:00Z" }],
  });
  const { exitCode, stdout } = await shop.pulumi.up("--skip-preview");
  expect(exitCode, stdout).toBe(0);
});

afterAll(async () => {
  await shop.close();
});

function cursor(shard: number): string {
  return shop.emulator.cursorAt("shop", "wide", shard, Date.parse("2026-11-22T11:00:00Z"));
}

/** How many characters state holds of the resources with these names, shims included. */
function sizeOf(...names: readonly string[]): number {
  const { checkpoint } = JSON.parse(readFileSync(shop.pulumi.stateFile, "utf8")) as {
    readonly checkpoint: { readonly latest: { readonly resources: readonly Recorded[] } };
  };
  const found = checkpoint.latest.resources.filter(({ urn }) =>
    names.some((name) => urn.endsWith(`::${name}`)),
  );
  expect(found).toHaveLength(names.length);
  return found.map((resource) => JSON.stringify(resource).length).reduce((sum, size) => sum + size);
}

describe("state, which every up reads and writes as a whole,", () => {
  it("holds at most 1.4 kB a shard of a replay", () => {
    expect(sizeOf("replay", "replay-plan", "replay-apply") / shards).toBeLessThanOrEqual(1_400);
  });

  it("holds at most 5.8 kB a pin", () => {
    expect(sizeOf("pin")).toBeLessThanOrEqual(5_800);
  });
});
