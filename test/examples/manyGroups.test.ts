/** What the example for many groups makes of its configuration and of its replays' totals. */
import { expect, it } from "vitest";
import { readGroups } from "../../examples/many-groups/groups.ts";
import { summaryOf } from "../../examples/many-groups/summary.ts";

it("reads the names of groups", () => {
  expect(readGroups(["shop/orders/billing"])).toEqual([
    { project: "shop", logstore: "orders", consumerGroup: "billing" },
  ]);
});

it("says everything that is wrong with them at once", () => {
  const names = ["shop/orders", "shop//billing", 7, "shop/orders/billing", "shop/orders/billing"];
  expect(() => readGroups(names)).toThrow(
    [
      "The groups are not right:",
      '"shop/orders" is not of the form project/logstore/group',
      '"shop//billing" is not of the form project/logstore/group',
      "7 is not of the form project/logstore/group",
      '"shop/orders/billing" is named twice',
    ].join("\n  "),
  );
});

it("sums up the shards, and names the groups that somebody has to look at", () => {
  expect(
    summaryOf({
      "shop/orders/billing": { pinned: 3, behind: 1 },
      "shop/orders/shipping": { pinned: 2, overwritten: 1 },
      "shop/orders/audit": { kept: 4 },
    }),
  ).toEqual({
    groups: 3,
    shards: { pinned: 5, behind: 1, overwritten: 1, kept: 4 },
    toLookAt: { "shop/orders/shipping": { pinned: 2, overwritten: 1 } },
  });
});
