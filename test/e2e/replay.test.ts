import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop } from "./shop.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("replay");
  for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
  shop.passQuietTime();
});

afterEach(async () => {
  await shop.close();
});

function stands(): (string | undefined)[] {
  return [shop.checkpoint(0), shop.checkpoint(1)];
}

describe("a replay on the real engine", () => {
  it("moves the whole group by time, is quiet after, and leads back", async () => {
    shop.declareReplay({ name: "replay", from: "2026-11-22T13:00:00+08:00", reason: "wrong tax rate" });
    const preview = await shop.pulumi.preview();
    expect(shop.writes()).toHaveLength(0);
    const up = await shop.pulumi.up();
    expect(up.exitCode).toBe(0);
    expect(stands()).toEqual([shop.cursor(7, 0), shop.cursor(7, 1)]);
    expect(shop.writes()).toHaveLength(2);

    shop.emulator.clearRequests();
    const again = await shop.pulumi.up("--expect-no-changes");
    expect(again.exitCode).toBe(0);
    expect(shop.emulator.requests).toHaveLength(0);

    shop.declareReplay({ name: "replay", from: "previous" });
    const back = await shop.pulumi.up();
    expect(back.exitCode).toBe(0);
    expect(stands()).toEqual([shop.cursor(1, 0), shop.cursor(1, 1)]);
    expect(shop.writes()).toHaveLength(2);

    const destroyed = await shop.pulumi.destroy();
    expect(destroyed.exitCode).toBe(0);
  });
});
