import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop } from "./shop.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("live-consumers");
  shop.commit(shop.cursor(1));
});

afterEach(async () => {
  await shop.close();
});

function answeredLooks(): number {
  return shop.emulator.requestsOf("GetCheckPoint").filter(({ status }) => status === 200).length;
}

const secondsUntilQuiet = 3;

describe("a pin while consumers are alive, on the real engine", () => {
  it("is refused, then waits for them when asked, with nothing written before", async () => {
    shop.declare({ name: "pin", shard: 0, checkpoint: shop.cursor(7) });
    const refused = await shop.pulumi.up("--skip-preview");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout).toContain("refused, because consumers are alive and would overwrite the pin");
    expect(refused.stdout).toContain("shard 0  host-a  committed 0 s ago");

    shop.now += (75 - secondsUntilQuiet) * 1_000;
    shop.declare({ name: "pin", shard: 0, checkpoint: shop.cursor(7), onActiveConsumers: "wait" });
    const up = shop.pulumi.start("up", "--yes", "--skip-preview");
    await up.seen("Nothing has been written yet. To stop waiting, press Ctrl-C twice.");
    expect(shop.writes()).toHaveLength(0);
    shop.now += secondsUntilQuiet * 1_000;
    const { exitCode, stdout } = await up.finished;
    expect(exitCode, stdout).toBe(0);
    expect(shop.checkpoint()).toBe(shop.cursor(7));
    expect(shop.writes()).toHaveLength(1);
  });

  it("is overwritten, noticed, and not written again by a retry", async () => {
    const overwrite = { onActiveConsumers: "overwrite", watchFor: "PT30S" };
    shop.declare({ name: "pin", shard: 0, checkpoint: shop.cursor(7), ...overwrite });
    const up = shop.pulumi.start("up", "--yes", "--skip-preview");
    // The looks of check, of the plan, of the write, and the one after it; what follows is the watch.
    await expect.poll(answeredLooks, { timeout: 60_000 }).toBe(4);
    shop.commit(shop.cursor(0));
    const failed = await up.finished;
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stdout).toContain("was pinned, and a consumer has overwritten the pin");

    const retry = await shop.pulumi.up("--skip-preview");
    expect(retry.exitCode).toBe(0);
    expect(shop.writes()).toHaveLength(1);
    expect(shop.checkpoint()).toBe(shop.cursor(0));
  });
});
