import { describe, expect, test } from "vitest";
import { type EndedReport } from "../../provider/src/rules/events.js";
import { shardStatuses } from "../../provider/src/rules/status.js";
import {
  describeLeft,
  describeOlderWaysBack,
  describeUnfinishedReplay,
  describeWayBack,
} from "../../provider/src/texts/describeReplay.js";
import { SlsServiceError } from "../../provider/src/sls/errors.js";
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
        shards pinned: 0
        shards that stood at the target already: 1
        shards left alone on purpose: 2
        shards before the instant, which read everything since anyway: 3
        shards expired: 4
          shard 4: planned from ODA= to NTA=; stands now at NjA=, saved 2026-11-22T11:00:00Z by host-a
        shards gone from the logstore: 5
        shards overwritten by a consumer after the write (they will not be written again): 6
          shard 6: stands now at NjA=, saved 2026-11-22T11:00:00Z by host-a
        shards not tried: 7
        shards not pinned (they have not moved): 8
          shard 8: 500 (request R1)
        shards uncertain, neither at the target nor where the plan saw them (left alone): 9
          shard 9: planned from ODA= to NTA=; stands now at NjA=, saved 2026-11-22T11:00:00Z by host-a
      Keep the group's consumers stopped, and run pulumi up again: it writes only the shards that are not finished.
      If a consumer has already replayed an uncertain shard, leave the shard alone from now on:
        from: {"9":"keep"}
      If not, pin it from where it stands now:
        from: {"9":"cursor:NTA="}
        Keep the entries of all other shards in this map.
      For expired shards, declare a later applyBefore.
      For overwritten shards, stop the group's consumers, then pin them from where they stand now:
        from: {"6":"cursor:NTA="}
        Keep the entries of all other shards in this map."
    `);
  });

  test("shows no more than ten details, and every shard in the ways out", () => {
    const many = Array.from({ length: 14 }, (_, id) =>
      report(id, "uncertain", { record: seenAt(60 + id, { shard: id }) }),
    );
    const lines = describeUnfinishedReplay(group, many).split("\n");
    expect(lines.filter((line) => line.startsWith("    shard "))).toHaveLength(10);
    expect(lines).toContain("    and 4 more");
    expect(lines.find((line) => line.startsWith("  shards uncertain"))).toContain(": 0-13");
    const waysOut = lines.filter((line) => line.startsWith("  from: "));
    expect(waysOut.map((line) => Object.keys(JSON.parse(line.slice(8)) as object).length)).toEqual([14, 14]);
  });

  test("tells writes that were all denied in one line, with the request ids and what the policy lacks", () => {
    const denied = (id: number) =>
      new SlsServiceError({
        operation: "UpdateCheckPoint",
        about: { project: "shop", logstore: "orders", consumerGroup: "billing", shard: id },
        code: "Unauthorized",
        httpStatus: 401,
        serviceMessage: "denied by sts or ram",
        requestId: `R${String(id)}`,
        serverTime: undefined,
      });
    const shards = [0, 1, 2, 3, 5].map((id) => report(id, "failed", { failure: denied(id) }));
    expect(describeUnfinishedReplay(group, shards)).toMatchInlineSnapshot(`
      "shop/orders/billing: 5 of 5 shards are not pinned
        shards not pinned (they have not moved): 0-3, 5
          shards 0-3, 5: UpdateCheckPoint was answered 401 Unauthorized: denied by sts or ram; request ids R0, R1, R2 and 2 more
      Let the key's RAM policy allow log:ConsumerGroupUpdateCheckPoint, or use a key that may.
      Keep the group's consumers stopped, and run pulumi up again: it writes only the shards that are not finished."
    `);
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
        no way back for shard 2: no valid checkpoint before this move"
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
    "warning: shop/orders/billing: left alone: shards 0, 10: appeared after the replay, and no other position has been declared since
    warning: shop/orders/billing: left alone: shards 1, 11: never moved by this replay, so there is no earlier position
    warning: shop/orders/billing: left alone: shards 2, 12: an earlier version of this package did not record what was done before, so it is unknown whether this position was replayed already. To replay, name a cursor for these shards or change triggers
    warning: shop/orders/billing: left alone: shards 3, 13: neither at the target nor where the plan saw it"
  `);
});

test("shards whose last move is older are told under a warning", () => {
  expect(describeOlderWaysBack(group, [0, 1, 2])).toMatchInlineSnapshot(
    `"warning: shop/orders/billing: the newest move did not include shards 0-2, so previous undoes an older move there"`,
  );
});
