import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ReplayShop, id } from "./replayShop.js";

let shop: ReplayShop;

beforeEach(async () => {
  shop = await ReplayShop.open();
});

afterEach(async () => {
  await shop.close();
});

describe("a replay", () => {
  test("moves the whole group once, reads it back, keeps the way back, and is quiet after", async () => {
    const replay = shop.replay("2026-11-22T13:00:00+08:00", { reason: "tax" });
    const up = await shop.stack.up(replay);
    console.error(up);
    expect(shop.stands()).toEqual([7, 7]);
    const again = await shop.stack.up(replay);
    console.error(again, id);
  });
});
