import { describe, expect, test } from "vitest";
import { formatGroupId, formatShardId, parseName, sameShard } from "../../provider/src/model/identity.js";

const shard = { project: "shop", logstore: "orders", consumerGroup: "billing", shard: 7 };

describe("an identity", () => {
  test("is written as a path", () => {
    expect(formatGroupId(shard)).toBe("shop/orders/billing");
    expect(formatShardId(shard)).toBe("shop/orders/billing/7");
  });

  test.each([
    { part: "project", other: { ...shard, project: "shop2" } },
    { part: "logstore", other: { ...shard, logstore: "orders2" } },
    { part: "consumer group", other: { ...shard, consumerGroup: "billing2" } },
    { part: "shard", other: { ...shard, shard: 8 } },
  ])("differs by its $part", ({ other }) => {
    expect(sameShard(shard, { ...shard })).toBe(true);
    expect(sameShard(shard, other)).toBe(false);
  });
});

describe("a name", () => {
  const longest = "a".repeat(128);

  test.each([
    { kind: "project", text: "shop" },
    { kind: "project", text: "12345" },
    { kind: "project", text: "a" },
    { kind: "project", text: "shop-eu_1" },
    { kind: "logstore", text: "Orders" },
    { kind: "logstore", text: longest },
    { kind: "consumerGroup", text: "billing" },
    { kind: "consumerGroup", text: "-billing_" },
    { kind: "consumerGroup", text: longest },
  ] as const)("of a $kind may be $text", ({ kind, text }) => {
    expect(parseName(kind, text)).toEqual({ ok: true, value: text });
  });

  test.each([
    { kind: "project", text: "" },
    { kind: "project", text: "-shop" },
    { kind: "project", text: "shop_" },
    { kind: "project", text: "shop.example" },
    { kind: "project", text: "shop/orders" },
    { kind: "project", text: `${longest}a` },
    { kind: "logstore", text: "orders/../secrets" },
    { kind: "logstore", text: "orders?type=checkpoint" },
    { kind: "logstore", text: "bestellungen-öl" },
    { kind: "logstore", text: "orders\n" },
    { kind: "consumerGroup", text: "" },
    { kind: "consumerGroup", text: "bill ing" },
    { kind: "consumerGroup", text: `${longest}a` },
  ] as const)('of a $kind may not be "$text"', ({ kind, text }) => {
    expect(parseName(kind, text)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^is not a valid name: 1 to 128 letters, digits, hyphens/),
    });
  });
});
