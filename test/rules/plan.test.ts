import { describe, expect, test } from "vitest";
import { type Position } from "../../provider/src/model/position.js";
import { type Positions } from "../../provider/src/model/positions.js";
import {
  type Change,
  type Plan,
  type PlannedShard,
  changedShards,
  decidesAnew,
  mergePlan,
  othersAct,
} from "../../provider/src/rules/plan.js";
import { beforeNoon, cursor, hour, noon, standsAt } from "./scenario.js";

function plannedShard(shard: number, more: Partial<PlannedShard> = {}): PlannedShard {
  return {
    shard,
    act: `act-${shard}`,
    position: early,
    decided: "move",
    target: cursor(50),
    targetTime: beforeNoon(4 * hour),
    snapshot: standsAt(80),
    snapshotTime: beforeNoon(hour),
    snapshotUpdateTime: beforeNoon(hour),
    snapshotConsumer: "host-a",
    previous: standsAt(80),
    ...more,
  };
}

const early: Position = { kind: "instant", instant: beforeNoon(4 * hour) };
const late: Position = { kind: "instant", instant: beforeNoon(2 * hour) };
const keep: Position = { kind: "keep" };

function positions(others: Position, named: Readonly<Record<number, Position>> = {}): Positions {
  return { others, named: new Map(Object.entries(named).map(([shard, at]) => [Number(shard), at])) };
}

function change(before: Positions, after: Positions, more: Partial<Change> = {}): Change {
  return { before, after, triggered: false, deadlineMoved: false, ...more };
}

const plan: Plan = {
  plannedAt: noon,
  knownShards: [0, 1, 2],
  shards: [plannedShard(0), plannedShard(1), plannedShard(2)],
};

describe("the shards of a change", () => {
  const cases: readonly { name: string; change: Change; changed: readonly number[]; others: boolean }[] = [
    { name: "nothing", change: change(positions(early), positions(early)), changed: [], others: false },
    {
      name: "one for all",
      change: change(positions(early), positions(late)),
      changed: [0, 1, 2],
      others: true,
    },
    {
      name: "another spelling of the same",
      change: change(positions(early), positions(early, { 0: early, 1: early, 2: early })),
      changed: [],
      others: false,
    },
    {
      name: "one entry",
      change: change(positions(early), positions(early, { 1: late })),
      changed: [1],
      others: false,
    },
    {
      name: "an entry that goes",
      change: change(positions(early, { 1: late }), positions(early)),
      changed: [1],
      others: false,
    },
    {
      name: "all others, beside an entry that stays",
      change: change(positions(early, { 1: late }), positions(late, { 1: late })),
      changed: [0, 2],
      others: true,
    },
    {
      name: "a star that goes",
      change: change(positions(early, { 1: early }), positions(keep, { 1: early })),
      changed: [0, 2],
      others: true,
    },
    {
      name: "an entry for a shard that the plan does not know",
      change: change(positions(early), positions(early, { 7: late })),
      changed: [7],
      others: false,
    },
    {
      name: "triggers",
      change: change(positions(early), positions(early), { triggered: true }),
      changed: [0, 1, 2],
      others: true,
    },
    {
      name: "a later deadline, of shards that had not expired",
      change: change(positions(early), positions(early), { deadlineMoved: true }),
      changed: [],
      others: false,
    },
  ];

  test.each(cases)("$name", ({ change: asked, changed, others }) => {
    expect(changedShards(plan, asked)).toEqual(changed);
    expect(othersAct(plan, asked)).toBe(others);
  });

  test("are those that had expired where the deadline is a later one", () => {
    const expired = { ...plan, shards: [plannedShard(0), plannedShard(1, { decided: "expired" })] };
    const later = change(positions(early), positions(early), { deadlineMoved: true });
    expect(changedShards(expired, later)).toEqual([1]);
  });

  test("are all where the deadline passed before anything could be looked at", () => {
    const unseen = { ...plan, knownShards: [], shards: [] };
    const after = positions(early, { 1: late });
    const later = change(after, after, { deadlineMoved: true });
    expect([0, 1].map((shard) => decidesAnew(unseen, after, later, shard))).toEqual([true, true]);
  });

  test("hold a shard that appeared later only where all others act", () => {
    const entry = change(positions(early), positions(early, { 1: late }));
    const star = change(positions(early), positions(late));
    expect(decidesAnew(plan, entry.after, entry, 7)).toBe(false);
    expect(decidesAnew(plan, star.after, star, 7)).toBe(true);
    expect(decidesAnew(plan, star.after, undefined, 7)).toBe(true);
  });
});

describe("a plan that is changed in part", () => {
  test("keeps the acts of all shards that were not decided anew", () => {
    const anew = { ...plan, knownShards: [0, 1, 2, 3], shards: [plannedShard(1, { act: "new" })] };
    const merged = mergePlan(plan, anew);
    expect(merged.shards.map(({ act }) => act)).toEqual(["act-0", "new", "act-2"]);
    expect(merged.knownShards).toEqual([0, 1, 2, 3]);
  });
});
