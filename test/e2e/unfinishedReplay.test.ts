import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop, day } from "./shop.ts";

const fiveInTheMorning = "2026-11-22T05:00:00Z";
let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("unfinished");
  for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
  shop.passQuietTime();
  const rule = shop.emulator.rule({
    call: "UpdateCheckPoint",
    do: { kind: "error", status: 401, code: "Unauthorized" },
  });
  shop.declareReplay({ name: "replay", from: fiveInTheMorning });
  expect((await shop.pulumi.up("--skip-preview")).exitCode).not.toBe(0);
  rule.remove();
  shop.emulator.clearRequests();
});

afterEach(async () => {
  await shop.close();
});

describe("a replay that nothing was written of, on the real engine", { timeout: 300_000 }, () => {
  it("days later, is shown by the preview of an unrelated change, shard by shard, before an up goes on with it", async () => {
    shop.now += 4 * day;
    shop.declareAll({
      replays: [{ name: "replay", from: fiveInTheMorning }],
      savepoints: ["unrelated"],
    });
    const { stdout } = await shop.pulumi.preview();
    expect(stdout).toContain("shards 0, 1  back 6 h, 6 log groups each: 2026-11-22T11:00:00Z");
    expect(shop.writes()).toEqual([]);
    expect((await shop.pulumi.up("--skip-preview")).exitCode).toBe(0);
    expect(shop.writes().map(({ shard }) => shard)).toHaveLength(2);
  });

  it("writes nothing past a deadline that cannot be read, also where its writes alone are the target", async () => {
    shop.declareReplay({ name: "replay", from: fiveInTheMorning, applyBefore: "2026-11-22 12:30" });
    const { exitCode, stdout, stderr } = await shop.pulumi.up("--skip-preview", "--target", "**replay-apply");
    expect(exitCode).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("is not an RFC 3339 instant");
    expect(shop.writes()).toEqual([]);
  });
});
