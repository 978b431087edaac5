import { afterEach, beforeEach, expect, it } from "vitest";
import { Shop, day } from "./shop.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("quiet-ups");
});

afterEach(async () => {
  await shop.close();
});

it("sends nothing for a pin that was applied, whatever happened since", async () => {
  shop.commit(shop.cursor(1));
  shop.passQuietTime();
  shop.declare({ name: "pin", shard: 0, checkpoint: shop.cursor(7) });
  await shop.pulumi.up();
  expect(shop.writes()).toHaveLength(1);

  const latest = shop.cursor(0);
  shop.commit(latest);
  shop.now += 30 * day;
  shop.emulator.setIdentities([]);
  shop.emulator.clearRequests();
  const again = await shop.pulumi.up("--expect-no-changes");
  const refreshed = await shop.pulumi.refresh("--expect-no-changes");
  const afterRefresh = await shop.pulumi.up("--expect-no-changes");
  expect([again.exitCode, refreshed.exitCode, afterRefresh.exitCode]).toEqual([0, 0, 0]);
  expect(shop.emulator.requests).toHaveLength(0);
  expect(shop.checkpoint()).toBe(latest);

  shop.emulator.setIdentities([
    { accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret" },
  ]);
  shop.emulator.appendLogGroups("shop", "orders", 0, { count: 3, from: shop.now - 3_600_000, to: shop.now });
  const next = shop.emulator.cursorAt("shop", "orders", 0, "begin");
  shop.declare({ name: "pin", shard: 0, checkpoint: next });
  const changed = await shop.pulumi.up();
  expect(changed.exitCode).toBe(0);
  expect(shop.writes()).toHaveLength(1);
  expect(shop.checkpoint()).toBe(next);
});

it("sends nothing in a refresh of any kind", async () => {
  shop.commit(shop.cursor(1));
  shop.passQuietTime();
  shop.declareReplay({ name: "replay", from: "2026-11-22T05:00:00Z" });
  expect((await shop.pulumi.up("--skip-preview")).exitCode).toBe(0);
  shop.commit(shop.cursor(0));
  shop.emulator.setIdentities([]);
  shop.emulator.clearRequests();
  const refreshed = await shop.pulumi.refresh("--skip-preview", "--expect-no-changes");
  const previewed = await shop.pulumi.preview("--refresh", "--expect-no-changes");
  const applied = await shop.pulumi.up("--refresh", "--skip-preview", "--expect-no-changes");
  expect([refreshed.exitCode, previewed.exitCode, applied.exitCode]).toEqual([0, 0, 0]);
  expect(shop.emulator.requests).toHaveLength(0);
});
