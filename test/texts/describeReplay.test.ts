import { describe, expect, test } from "vitest";
import { type EndedReport } from "../../provider/src/rules/events.js";
import { shardStatuses } from "../../provider/src/rules/status.js";
import {
  describeLeft,
  describeOlderWaysBack,
  describeUnfinishedReplay,
  describeWayBack,
} from "../../provider/src/texts/describeReplay.js";
import { act, seenAt, standing } from "../rules/acts.js";
import { group } from "./told.js";

function report(shard: number, status: EndedReport["status"], more: Partial<EndedReport> = {}): EndedReport {
  return {
    shard,
    status,
    act: { ...act, shard },
    record: seenAt(60, { shard }),
    failure: undefined,
    acknowledged: false,
    ...more,
  };
}

describe("a replay that is not finished", () => {
  test("lists every shard under what became of it, and names a way out that can be pasted", () => {
    const shards = shardStatuses.map((status, id) =>
      report(id, status, status === "failed" ? { failure: new Error("500 (request R1)\nmore") } : {}),
    );
    expect(describeUnfinishedReplay(group, shards)).toMatchInlineSnapshot(`
      "shop/orders/billing: 5 of 10 shards are not pinned
        pinned: 0
        stood there already: 1
        left alone on purpose: 2
        stand before the instant, and will read everything since: 3
        expired: 4
          shard 4: planned from ODA= to NTA=; stands now at NjA=, saved 2026-11-22T11:00:00Z by host-a
        gone from the logstore: 5
        overwritten by a consumer after the write; never written again: 6
          shard 6: stands now at NjA=, saved 2026-11-22T11:00:00Z by host-a
        not tried: 7
        not pinned; stand where they stood: 8
          shard 8: 500 (request R1)
        uncertain: neither at the target nor where the plan saw them; left alone: 9
          shard 9: planned from ODA= to NTA=; stands now at NjA=, saved 2026-11-22T11:00:00Z by host-a
        Consumers that were stopped for this are still stopped.
      Run pulumi up again: it writes only the shards that are not finished.
      An uncertain shard that a consumer has replayed already is left alone from now on by:
        from: {"9":"keep"}
      One that has not been replayed is pinned from where it stands now by:
        from: {"9":"cursor:NTA="}
        Name all other shards in the same map as before.
      For expired shards: declare a later applyBefore.
      For overwritten shards: stop the group's consumers, then pin them from where they stand now by:
        from: {"6":"cursor:NTA="}
        Name all other shards in the same map as before."
    `);
  });

  test("shows no more than ten details and ten ways out, and every shard", () => {
    const many = Array.from({ length: 14 }, (_, id) => report(id, "uncertain"));
    const lines = describeUnfinishedReplay(group, many).split("\n");
    expect(lines.filter((line) => line.startsWith("    shard "))).toHaveLength(10);
    expect(lines).toContain("    and 4 more");
    expect(lines.find((line) => line.includes("uncertain:"))).toContain("0-13");
    expect(lines.filter((line) => line.endsWith("}, and so on"))).toHaveLength(2);
  });

  test("names no way out of what needs none", () => {
    const text = describeUnfinishedReplay(group, [report(0, "pinned"), report(1, "pending")]);
    expect(text).toContain("1 of 2 shards is not pinned");
    expect(text).not.toContain("from:");
  });
});

describe("the way back of a group", () => {
  test("is a map of every shard that has one, to be pasted as from", () => {
    const nowhere = standing(80, { checkpoint: { kind: "none" }, time: undefined });
    expect(
      describeWayBack(group, [
        act,
        { ...act, shard: 1, snapshot: standing(7) },
        { ...act, shard: 2, snapshot: nowhere },
      ]),
    ).toMatchInlineSnapshot(`
      "way back: {"0":"cursor:ODA=","1":"cursor:Nw=="}
        of shop/orders/billing, to be pasted as from
        shard 0 stood at 2026-11-22T11:00:00Z
        shard 1 stood at 2026-11-22T11:00:00Z
        without a checkpoint before, so nothing leads back: shards 2"
    `);
  });

  test("shows no more than ten times, and every position", () => {
    const acts = Array.from({ length: 14 }, (_, shard) => ({ ...act, shard }));
    const [map = "", ...lines] = describeWayBack(group, acts).split("\n");
    expect(Object.keys(JSON.parse(map.replace("way back: ", "")) as object)).toHaveLength(14);
    expect(lines.filter((line) => line.includes("stood at"))).toHaveLength(10);
    expect(lines).toContain("  and 4 more shards");
  });
});

test("shards that are left alone are told with why, each reason once", () => {
  const whys = ["appearedLater", "noWayBack", "historyUnknown", "uncertain"] as const;
  const left = whys.flatMap((why, id) => [
    { shard: id, why },
    { shard: id + 10, why },
  ]);
  expect(describeLeft(group, left)).toMatchInlineSnapshot(`
    "warning: shop/orders/billing: left alone, shards 0, 10: appeared after the replay, and no other position was declared since
    warning: shop/orders/billing: left alone, shards 1, 11: this replay has nothing to put them back to
    warning: shop/orders/billing: left alone, shards 2, 12: an earlier version did not keep what was done before, so a changed position may be a step back; name a cursor, or change triggers
    warning: shop/orders/billing: left alone, shards 3, 13: stand neither at their target nor where they were planned from"
  `);
});

test("shards whose last move is older are told under a warning", () => {
  expect(describeOlderWaysBack(group, [0, 1, 2])).toMatchInlineSnapshot(
    `"warning: shop/orders/billing: the last move of shards 0-2 is older than the newest one; previous takes that older move back"`,
  );
});
