import { describe, expect, test } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Decision } from "../../provider/src/rules/decide.js";
import {
  type DescribedShard,
  describeGroupPlan,
  describeGroupRefusal,
} from "../../provider/src/texts/describeGroup.js";
import { describeShards, describeUnfinishedReplay } from "../../provider/src/texts/describeReplay.js";
import { type Move, moveOf } from "../../provider/src/rules/move.js";
import { beforeNoon, cursor, hour, noon, receivedBeforeNoon, shard } from "../rules/scenario.js";

const subject = { id: "shop/orders/billing", reason: "tax" };

function move(id: number, targetHours: number): Move {
  const observed = { ...shard, shard: id, targetTime: receivedBeforeNoon(targetHours * hour) };
  return moveOf(observed, cursor(50), noon);
}

function moving(id: number, targetHours = 4, asked?: DescribedShard["asked"]): DescribedShard {
  return { shard: id, decision: { kind: "move", move: move(id, targetHours), overwrites: [] }, asked };
}

function alive(id: number): DescribedShard {
  const decision: Decision = {
    kind: "refused",
    refusal: {
      kind: "liveConsumers",
      move: move(id, 4),
      consumers: [
        { shard: 0, consumer: "host-a", committed: durationOfSeconds(3) },
        { shard: 1, consumer: "host-b", committed: durationOfSeconds(3) },
      ],
      quietAfter: durationOfSeconds(75),
    },
  };
  return { shard: id, decision, asked: beforeNoon(6 * hour) };
}

describe("the plan of a group", () => {
  test("shows each of ten shards, and sums more of them up", () => {
    const shards = (count: number): DescribedShard[] => Array.from({ length: count }, (_, id) => moving(id));
    const ten = describeGroupPlan({ ...subject, reason: undefined }, shards(10)).split("\n");
    expect(ten).toHaveLength(12);
    expect(ten.filter((line) => line.startsWith("  shard "))).toHaveLength(10);
    const eleven = describeGroupPlan(subject, shards(11));
    expect(eleven).toContain("  the furthest:\n    shard 0  back 3 h");
    expect(eleven).toContain("  all 11: sls.getReplayPlan");
  });

  test("stays within twelve lines with everything that can be said", () => {
    for (let count = 1; count <= 12; count += 1) {
      const text = describeGroupPlan(
        subject,
        Array.from({ length: count }, (_, id) => alive(id)),
        "2026-11-22T14:00:00+08:00",
      );
      expect(text.split("\n").length).toBeLessThanOrEqual(12);
      expect(text).toContain("asked for 2026-11-22T14:00:00+08:00 (2026-11-22T06:00:00Z)");
      expect(text).toContain("no data for 2 h after the instant in shard 0");
      expect(text).toContain("warning: consumers are alive; stop them and wait 1 min 15 s before the up:");
    }
  });

  test("names the shard that ends up far from the others", () => {
    const text = describeGroupPlan(
      subject,
      [4, 4, 9, 6, 4].map((hours, id) => moving(id, hours)),
    );
    expect(text).toContain(
      "far from the others: shard 2 ends up at 2026-11-22T03:00:00Z, 5 h from the median",
    );
    expect(text).toContain("and 1 shard more");
    const near = describeGroupPlan(subject, [moving(0, 4), moving(1, 4), moving(2, 4)]);
    expect(near).not.toContain("far from");
  });

  test("never counts what is not known as nothing", () => {
    const none = { ...shard, record: { ...shard.record, checkpoint: { kind: "none" } as const } };
    const set = moveOf(none, cursor(50), noon);
    const text = describeGroupPlan(subject, [
      { shard: 0, decision: { kind: "move", move: set, overwrites: [] }, asked: undefined },
    ]);
    expect(text).toContain("1 set; what the shards without a position read again or skip is not known");
    expect(text).not.toContain("0 log groups");
  });
});

describe("the refusal of a group", () => {
  test("tells each reason once, with the shards it holds for and the furthest of them", () => {
    const tooFar = (id: number, hours: number) => ({
      shard: id,
      refusal: {
        kind: "tooFar",
        move: move(id, hours),
        span: durationOfSeconds((hours - 1) * hour),
        maxMove: durationOfSeconds(hour),
      } as const,
    });
    const unknown = { shard: 9, refusal: { kind: "unknownShard", knownShards: [0, 1, 2] } as const };
    const text = describeGroupRefusal(subject, [tooFar(0, 3), tooFar(1, 8), tooFar(2, 5), unknown]);
    expect(text).toContain(
      "shop/orders/billing, shard 0-2: refused, because it would move further than maxMove",
    );
    expect(text).toContain('set maxMove: "PT8H"');
    expect(text).toContain(
      "shop/orders/billing, shard 9: the logstore has no such shard\n  its shards: 0, 1, 2",
    );
  });
});

describe("shard ids", () => {
  test.each([
    [[], ""],
    [[3], "3"],
    [[4, 3], "3, 4"],
    [[2, 0, 1], "0-2"],
    [[0, 1, 2, 3, 7, 9, 10], "0-3, 7, 9, 10"],
  ])("%j are written as %j", (ids, text) => {
    expect(describeShards(ids)).toBe(text);
  });
});

describe("a replay that is not finished", () => {
  test("lists every shard under what became of it, and says what to do about each kind", () => {
    const statuses = ["pinned", "failed", "uncertain", "pending", "overwritten", "alreadyThere", "kept"];
    const text = describeUnfinishedReplay(
      subject,
      statuses.map((status, id) => ({
        shard: id,
        status,
        detail: id === 1 ? "500 (request R1)" : undefined,
      })),
    );
    expect(text).toBe(
      [
        "shop/orders/billing: 4 of 7 shards are not pinned",
        "  pinned: 0",
        "  overwritten by a consumer after the write; never written again: 4",
        "  not pinned; stand where they stood: 1",
        "    shard 1: 500 (request R1)",
        "  uncertain: neither at the target nor where the plan saw them; left alone: 2",
        "  not tried: 3",
        "  stood there already: 5",
        "  left alone on purpose: 6",
        "  Consumers that were stopped for this are still stopped.",
        "Run pulumi up again: it writes only the shards that are not finished.",
        "If a consumer has replayed an uncertain shard already, set it to keep. If it has not, change triggers.",
        "For overwritten shards: stop the group's consumers, change triggers, run pulumi up.",
      ].join("\n"),
    );
  });

  test("shows no more than ten details", () => {
    const many = Array.from({ length: 14 }, (_, id) => ({ shard: id, status: "failed", detail: "500" }));
    const lines = describeUnfinishedReplay(subject, many).split("\n");
    expect(lines.filter((line) => line.startsWith("    shard "))).toHaveLength(10);
    expect(lines).toContain("    and 4 more");
  });
});
