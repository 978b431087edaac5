import { describe, expect, test } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Decision } from "../../provider/src/rules/decide.js";
import { type DecidedShard } from "../../provider/src/rules/events.js";
import { describeGroupPlan, describeGroupRefusal } from "../../provider/src/texts/describeGroup.js";
import { type Move, moveOf } from "../../provider/src/rules/move.js";
import { beforeNoon, cursor, hour, noon, receivedBeforeNoon, shard } from "../rules/scenario.js";

const subject = { id: "shop/orders/billing", reason: "tax" };

function move(id: number, targetHours: number): Move {
  const observed = { ...shard, shard: id, targetTime: receivedBeforeNoon(targetHours * hour) };
  return moveOf(observed, cursor(50), noon);
}

function moving(id: number, targetHours = 4, asked?: DecidedShard["asked"]): DecidedShard {
  return { shard: id, decision: { kind: "move", move: move(id, targetHours), overwrites: [] }, asked };
}

function alive(id: number): DecidedShard {
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
    const shards = (count: number): DecidedShard[] => Array.from({ length: count }, (_, id) => moving(id));
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
      expect(text).toContain(
        "warning: consumers are alive, and up refuses while they are; stop them and wait 1 min 15 s before the up:",
      );
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
    expect(text).toContain("shop/orders/billing, shard 9: the logstore has no such shard\n  its shards: 0-2");
  });
});
