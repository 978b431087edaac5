import { describe, expect, test } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Decision } from "../../provider/src/rules/decide.js";
import { type DecidedShard } from "../../provider/src/rules/events.js";
import { describeGroupPlan, describeGroupRefusal } from "../../provider/src/texts/describeGroup.js";
import { type Move, moveOf } from "../../provider/src/rules/move.js";
import { type Checkpoint } from "../../provider/src/model/checkpoint.js";
import { beforeNoon, cursor, hour, noon, receivedBeforeNoon, shard, standsAt } from "../rules/scenario.js";

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
      waitTimeout: undefined,
    },
  };
  return { shard: id, decision, asked: beforeNoon(6 * hour) };
}

describe("the plan of a group", () => {
  const different = (count: number): DecidedShard[] =>
    Array.from({ length: count }, (_, id) => moving(id, 4 + id));

  test("shows each shard while there is room, and sums more of them up", () => {
    const few = describeGroupPlan({ ...subject, reason: undefined }, different(9)).split("\n");
    expect(few).toHaveLength(12);
    expect(few.filter((line) => line.startsWith("  shard ") && line.includes("→"))).toHaveLength(9);
    const many = describeGroupPlan({ ...subject, reason: undefined }, different(40));
    expect(many.split("\n")).toHaveLength(12);
    expect(many).toContain(
      "  shards 8-39  back 11 h to 1 d 18 h (shard 39), 960 log groups in 32 shards; " +
        "sls-checkpoint plan and getReplayPlan list every shard",
    );
  });

  test("tells shards that move alike in one line, without the cursors that are each shard's own", () => {
    const shards = [...[5, 1, 0, 2].map((id) => moving(id)), moving(3, 6), moving(4, 6)];
    expect(describeGroupPlan({ ...subject, reason: undefined }, shards)).toMatchInlineSnapshot(`
      "shop/orders/billing: 6 shards: 6 back; 180 log groups will be read again
        first log group that is read: received 2026-11-22T06:00:00Z
        far from the others: shard 3 ends up at 2026-11-22T06:00:00Z, 2 h from the median, and 1 shard more
        shards 0-2, 5  back 3 h, 30 log groups each: 2026-11-22T11:00:00Z → 2026-11-22T08:00:00Z
        shards 3, 4  back 5 h, 30 log groups each: 2026-11-22T11:00:00Z → 2026-11-22T06:00:00Z"
    `);
  });

  /** A shard that is led to its end, where the time is that of the last log group, which is not read. */
  function toEnd(id: number, lastHours: number, asked?: DecidedShard["asked"]): DecidedShard {
    const observed = { ...shard, shard: id, targetTime: receivedBeforeNoon(lastHours * hour) };
    return {
      shard: id,
      asked,
      decision: { kind: "move", move: moveOf(observed, shard.end, noon), overwrites: [] },
    };
  }

  test("names no log group before the end of a shard as one that is read", () => {
    expect(describeGroupPlan({ ...subject, reason: undefined }, [toEnd(0, 2), toEnd(1, 9)]))
      .toMatchInlineSnapshot(`
      "shop/orders/billing: 2 shards: 2 forward; 40 log groups will never be read
        warning: shards 0, 1 move forward: 40 log groups will be skipped
        first log group that is read: the next one received
        shard 0  forward 1 h, 20 log groups: 2026-11-22T11:00:00Z  ODA= → end, after 2026-11-22T10:00:00Z  MTAw
        shard 1  forward 8 h, 20 log groups: 2026-11-22T11:00:00Z  ODA= → end, after 2026-11-22T03:00:00Z  MTAw"
    `);
    const mixed = describeGroupPlan(subject, [toEnd(0, 9), moving(1, 4)]);
    expect(mixed).toContain("first log group that is read: received 2026-11-22T08:00:00Z");
  });

  test("names the shards without data at or after the instant, those that stand at their end included", () => {
    const asked = beforeNoon(6 * hour);
    const there = {
      ...shard,
      shard: 2,
      record: { ...shard.record, checkpoint: { kind: "at", cursor: shard.end } as const },
    };
    const standing: DecidedShard = { shard: 2, asked, decision: { kind: "alreadyThere", shard: there } };
    const plan = describeGroupPlan(subject, [moving(0, 4, asked), toEnd(1, 9, asked), standing]);
    expect(plan).toContain("  first log group that is read: received 2026-11-22T08:00:00Z");
    expect(plan).toContain("  shards 1, 2 have no data at or after the requested time: they go to the end");
    expect(plan).toContain("→ end, after 2026-11-22T03:00:00Z");
    const one = describeGroupPlan(subject, [toEnd(1, 9, asked)]);
    expect(one).toContain("  first log group that is read: the next one received");
    expect(one).toContain("  shard 1 has no data at or after the requested time: it goes to the end");
    expect(describeGroupPlan(subject, [moving(0, 4, asked)])).not.toContain("no data at or after");
  });

  test("names every shard that loses data or has no position, before all else and however many there are", () => {
    const forward = (id: number): DecidedShard => {
      const observed = { ...shard, shard: id, targetTime: receivedBeforeNoon(id * 60) };
      return {
        shard: id,
        asked: undefined,
        decision: { kind: "move", move: moveOf(observed, cursor(90), noon), overwrites: [] },
      };
    };
    const without = (id: number, checkpoint: Checkpoint): DecidedShard => {
      const observed = { ...shard, shard: id, record: { ...shard.record, checkpoint } };
      const seen = { ...observed, currentTime: { kind: "outside" } as const };
      return {
        shard: id,
        asked: undefined,
        decision: { kind: "move", move: moveOf(seen, cursor(50), noon), overwrites: [] },
      };
    };
    const shards = [
      ...different(100),
      ...Array.from({ length: 50 }, (_, index) => forward(100 + 2 * index)),
      without(201, { kind: "none" }),
      without(203, standsAt(5)),
    ];
    const lines = describeGroupPlan(subject, shards).split("\n");
    expect(lines.slice(1, 4)).toEqual([
      `  warning: shards ${Array.from({ length: 50 }, (_, index) => 100 + 2 * index).join(", ")} move forward: ` +
        "500 log groups will be skipped",
      "  warning: shard 201 has no checkpoint: how much is read again or skipped is unknown",
      "  warning: shard 203 has a checkpoint outside of the data that is kept: how much is read again or skipped is unknown",
    ]);
    expect(lines.length).toBeLessThanOrEqual(12);
  });

  test("tells what the others would do although one shard is refused", () => {
    const refused: DecidedShard = {
      shard: 7,
      asked: undefined,
      decision: { kind: "refused", refusal: { kind: "nothingBefore" } },
    };
    const text = describeGroupPlan(subject, [moving(0), moving(1), refused]);
    expect(text).toContain("3 shards: 2 back, 1 refused; 60 log groups will be read again");
    expect(text).toContain("  warning: refused: shard 7. So no shard is written; the error below says why");
    expect(text).toContain("  shards 0, 1  back 3 h");
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
      expect(text).toContain("shard 0 has no data for 2 h after the requested time");
      expect(text).toContain(
        "warning: consumers are alive, so pulumi up will refuse. Stop them and wait 1 min 15 s before the up:",
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
    expect(text).toContain("1 shard: 1 without a position to move from\n");
    expect(text).toContain("shard 0 has no checkpoint: how much is read again or skipped is unknown");
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
      "shop/orders/billing, shards 0-2: refused, because it would move further than maxMove",
    );
    expect(text).toContain('set maxMove: "PT8H"');
    expect(text).toContain("shop/orders/billing, shard 9: the logstore has no such shard\n  its shards: 0-2");
  });
});
