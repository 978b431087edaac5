import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DeclaredPin, Shop, day } from "./shop.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("moved-declarations");
});

afterEach(async () => {
  await shop.close();
});

/** Applies a pin, then lets the consumers read on for a week. */
async function pinAndGoOnForAWeek(more: Record<string, unknown>): Promise<DeclaredPin> {
  shop.commit(shop.cursor(1));
  shop.passQuietTime();
  const pin = { name: "pin", shard: 0, checkpoint: shop.cursor(7), ...more };
  shop.declare(pin);
  const up = await shop.pulumi.up("--skip-preview");
  expect(up.exitCode).toBe(0);
  expect(shop.writes()).toHaveLength(1);
  // A day less than the retention, so that the pin is still inside the shard's window and only the guards stop it.
  shop.now += 6 * day;
  shop.emulator.appendLogGroups("shop", "orders", 0, { count: 100, from: shop.now - 5 * day, to: shop.now });
  shop.commit(shop.emulator.cursorAt("shop", "orders", 0, "end"));
  shop.passQuietTime();
  shop.emulator.clearRequests();
  return pin;
}

const deadline = "2026-11-23T12:00:00Z";

/** What looks like a create to Pulumi although nobody asked for another pin. */
const accidents: Record<string, (pin: DeclaredPin) => Promise<void> | void> = {
  renamed: (pin) => {
    shop.declare({ ...pin, name: "renamed" });
  },
  "given a parent": (pin) => {
    shop.declareAll({ pins: [pin], parent: "shop" });
  },
  "without its state": async (pin) => {
    await shop.pulumi.run("state", "delete", "--yes", `urn:pulumi:test::shop::${type}::${pin.name}`);
  },
  "in a fresh stack": async () => {
    rmSync(shop.pulumi.stateFile);
    rmSync(`${shop.pulumi.project}/Pulumi.test.yaml`);
    await shop.pulumi.run("stack", "init", "test");
    await shop.configure();
  },
};
const type = "pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint";

describe.each(Object.entries(accidents))("an old pin that is %s", (_name, happen) => {
  it("is refused by maxMove", async () => {
    const pin = await pinAndGoOnForAWeek({});
    const stood = shop.checkpoint();
    await happen(pin);
    const refused = await shop.pulumi.up("--skip-preview");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout).toContain("refused, because it would move further than maxMove allows");
    expect(shop.writes()).toHaveLength(0);
    expect(shop.checkpoint()).toBe(stood);
  });

  it("is expired once its deadline has passed", async () => {
    const pin = await pinAndGoOnForAWeek({ applyBefore: deadline });
    const stood = shop.checkpoint();
    await happen(pin);
    const expired = await shop.pulumi.up("--skip-preview");
    expect(expired.exitCode).toBe(0);
    expect(expired.stdout).toContain("expired; nothing is written");
    expect(shop.writes()).toHaveLength(0);
    expect(shop.checkpoint()).toBe(stood);
  });
});
