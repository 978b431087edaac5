import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop } from "./shop.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("pin");
});

afterEach(async () => {
  await shop.close();
});

describe("a pin on the real engine", () => {
  it("is previewed, applied once, changed, replaced and destroyed", async () => {
    shop.commit(shop.cursor(1));
    shop.passQuietTime();
    shop.declare({ name: "pin", shard: 0, checkpoint: shop.cursor(7), reason: "wrong tax rate" });

    const preview = await shop.pulumi.preview();
    expect(preview.stdout).toContain(
      "shop/orders/billing/0: moves back 6 h; 6 log groups will be read again",
    );
    expect(shop.writes()).toHaveLength(0);

    const up = await shop.pulumi.up();
    expect(up.stdout).toContain("2 created");
    expect(up.stdout).toContain(`way back: "${shop.cursor(1)}"`);
    expect(shop.checkpoint()).toBe(shop.cursor(7));
    expect(shop.writes()).toHaveLength(1);

    shop.emulator.clearRequests();
    const again = await shop.pulumi.up("--expect-no-changes");
    expect(again.exitCode).toBe(0);
    expect(shop.emulator.requests).toHaveLength(0);

    shop.declare({ name: "pin", shard: 0, checkpoint: shop.cursor(5) });
    const changed = await shop.pulumi.up();
    expect(changed.stdout).toContain("1 updated");
    expect(shop.checkpoint()).toBe(shop.cursor(5));
    expect(shop.writes()).toHaveLength(1);

    shop.emulator.clearRequests();
    shop.declare({ name: "pin", shard: 1, checkpoint: shop.cursor(3, 1) });
    const replaced = await shop.pulumi.up();
    expect(replaced.stdout).toContain("1 replaced");
    expect(replaced.stdout).toContain("replaces shop/orders/billing/0; what was done there stays as it is");
    expect([shop.checkpoint(0), shop.checkpoint(1)]).toEqual([shop.cursor(5), shop.cursor(3, 1)]);
    expect(shop.writes()).toHaveLength(1);

    shop.emulator.clearRequests();
    const destroyed = await shop.pulumi.destroy();
    expect(destroyed.exitCode).toBe(0);
    expect(shop.emulator.requests).toHaveLength(0);
  });

  it("keeps a secret of an explicit provider out of the state file", async () => {
    const secret = "emulatorAccessKeySecret";
    await shop.pulumi.run("config", "set-all", "--plaintext", "sls:accessKeyId=nobody");
    shop.declareAll({
      pins: [{ name: "pin", shard: 0, checkpoint: shop.cursor(7) }],
      provider: {
        endpoint: shop.emulator.endpoint,
        accessKeyId: "emulatorAccessKeyId",
        accessKeySecret: secret,
      },
    });
    const up = await shop.pulumi.up();
    expect(up.exitCode).toBe(0);
    expect(shop.checkpoint()).toBe(shop.cursor(7));
    const state = readFileSync(shop.pulumi.stateFile, "utf8");
    expect(state).not.toContain(secret);
    expect(state).toMatch(/"sls:accessKeySecret":\{[^}]*"ciphertext":"v1:/);
  });

  it("lets a project that is not known yet pass the first preview", async () => {
    shop.declareAll({ pins: [{ name: "pin", shard: 0, checkpoint: shop.cursor(7) }], projectIsOutput: true });
    const preview = await shop.pulumi.preview();
    expect(preview.exitCode).toBe(0);
    expect(preview.stdout).toContain(
      "not evaluated, because project will be known only when another resource has been applied",
    );
    expect(shop.emulator.requests).toHaveLength(0);
    const up = await shop.pulumi.up();
    expect(up.exitCode).toBe(0);
    expect(shop.checkpoint()).toBe(shop.cursor(7));
  });

  it("says in the first preview what could not be looked at", async () => {
    shop.emulator.deleteProject("shop");
    shop.declare({ name: "pin", shard: 0, checkpoint: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==" });
    const preview = await shop.pulumi.preview();
    expect(preview.exitCode).toBe(0);
    expect(preview.stdout).toContain("shop/orders/billing/0: not evaluated");
    expect(preview.stdout).toContain("404 ProjectNotExist");
    const up = await shop.pulumi.up();
    expect(up.exitCode).not.toBe(0);
    expect(up.stdout).toContain("shop/orders/billing/0: SLS could not be read, so nothing is written");
    expect(shop.writes()).toHaveLength(0);
  });

  it("refuses two resources on one shard, naming both", async () => {
    shop.declare(
      { name: "first", shard: 0, checkpoint: shop.cursor(7), reason: "tax" },
      { name: "second", shard: 0, checkpoint: shop.cursor(6), reason: "rebate" },
    );
    const up = await shop.pulumi.up();
    expect(up.exitCode).not.toBe(0);
    expect(up.stdout).toContain("two resources move the same shard");
    expect(up.stdout).toContain(`shop/orders/billing/0 at ${shop.cursor(7)}, reason: tax`);
    expect(up.stdout).toContain(`shop/orders/billing/0 at ${shop.cursor(6)}, reason: rebate`);
    expect(shop.writes()).toHaveLength(0);
  });

  it("needs neither group nor keys to refresh and destroy", async () => {
    shop.declare({ name: "pin", shard: 0, checkpoint: shop.cursor(7) });
    await shop.pulumi.up();
    expect(shop.writes()).toHaveLength(1);
    shop.emulator.deleteConsumerGroup("shop", "orders", "billing");
    shop.emulator.setIdentities([]);
    shop.emulator.clearRequests();
    const refreshed = await shop.pulumi.refresh();
    const destroyed = await shop.pulumi.destroy();
    expect([refreshed.exitCode, destroyed.exitCode]).toEqual([0, 0]);
    expect(shop.emulator.requests).toHaveLength(0);
  });
});
