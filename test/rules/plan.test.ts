import { describe, expect, test } from "vitest";
import { planUnderWish } from "../../provider/src/lifecycle/replay/planRecord.js";
import {
  type Change,
  type Plan,
  type Wish,
  earlierWishes,
  isNewWish,
  plansAnew,
  plansAnything,
} from "../../provider/src/rules/plan.js";
import { type Declaration, T1, T2, keep, positionsOf } from "./history.js";
import { noon } from "./scenario.js";

function wish(from: Declaration["from"], more: Partial<Wish> = {}): Wish {
  return { positions: positionsOf(from), triggers: "a", generation: "first", ...more };
}

function planOf(asked: Wish, earlier: readonly Wish[] = []): Plan {
  return { wish: asked, plannedAt: noon, shards: new Map(), earlier };
}

function change(before: Wish, after: Wish, more: Partial<Change> = {}): Change {
  return { plan: planOf(before), after, reopens: false, ...more };
}

describe("a change of a declaration", () => {
  test.each([
    { name: "nothing", change: change(wish(T1), wish(T1)), anew: [], anything: false },
    { name: "one for all", change: change(wish(T1), wish(T2)), anew: [0, 1, 2], anything: true },
    {
      name: "another spelling of the same",
      change: change(wish(T1), wish({ "*": T1 })),
      anew: [],
      anything: false,
    },
    {
      name: "an entry that says the same as all others",
      change: change(wish(T1), wish({ "*": T1, 1: T1 })),
      anew: [],
      anything: false,
    },
    {
      name: "one shard",
      change: change(wish(T1), wish({ "*": T1, 1: T2 })),
      anew: [1],
      anything: true,
    },
    {
      name: "all others but one",
      change: change(wish({ "*": T1, 1: T1 }), wish({ "*": T2, 1: T1 })),
      anew: [0, 2],
      anything: true,
    },
    {
      name: "one that is kept now",
      change: change(wish(T1), wish({ "*": T1, 1: keep })),
      anew: [],
      anything: false,
    },
    { name: "all that are kept now", change: change(wish(T1), wish(keep)), anew: [], anything: true },
    {
      name: "triggers",
      change: change(wish(T1), wish(T1, { triggers: "b" })),
      anew: [0, 1, 2],
      anything: true,
    },
    {
      name: "triggers, of one shard only",
      change: change(wish({ 1: T1 }), wish({ 1: T1 }, { triggers: "b" })),
      anew: [1],
      anything: true,
    },
    {
      name: "a plan that is replaced",
      change: change(wish(T1), wish(T1, { generation: "second" })),
      anew: [0, 1, 2],
      anything: true,
    },
    {
      name: "a later deadline",
      change: change(wish({ "*": T1, 1: keep }), wish({ "*": T1, 1: keep }), { reopens: true }),
      anew: [0, 2],
      anything: true,
    },
  ])("in $name plans anew $anew", ({ change: changed, anew, anything }) => {
    expect([0, 1, 2].filter((shard) => plansAnew(changed, shard))).toEqual(anew);
    expect(plansAnything(changed)).toBe(anything);
  });
});

describe("a wish", () => {
  test("is new where nothing before it asked for the same of the shard", () => {
    expect(isNewWish(change(wish(T1), wish(T2)), 0)).toBe(true);
    expect(isNewWish(change(wish(T1), wish(T1)), 0)).toBe(false);
    expect(isNewWish(change(wish(T1), wish(T1, { triggers: "b" })), 0)).toBe(true);
  });

  test("is not new where a wish before the last one asked for it: the ledger may know an act of it", () => {
    const reverted = { plan: planOf(wish(T2), [wish(T1)]), after: wish(T1), reopens: false };
    expect(isNewWish(reverted, 0)).toBe(false);
    const ofOne = { plan: planOf(wish(T2), [wish({ 0: T1 })]), after: wish(T1), reopens: false };
    expect([0, 1].map((shard) => isNewWish(ofOne, shard))).toEqual([false, true]);
  });

  test("is never taken for new once so many came before that the oldest are forgotten", () => {
    const many = Array.from({ length: 7 }, (_, index) => wish(T1, { triggers: String(index) }));
    const plan = planOf(wish(T1), many);
    expect(earlierWishes(plan)).toHaveLength(8);
    expect(isNewWish({ plan, after: wish(T2), reopens: false }, 0)).toBe(false);
    const fewer = planOf(wish(T1), many.slice(1));
    expect(isNewWish({ plan: fewer, after: wish(T2), reopens: false }, 0)).toBe(true);
  });

  test("of a plan is remembered, the newest eight", () => {
    const many = Array.from({ length: 8 }, (_, index) => wish(T1, { triggers: String(index) }));
    expect(earlierWishes(planOf(wish(T2), many))).toEqual([...many.slice(1), wish(T2)]);
  });
});

describe("a plan under a wish that needs no look", () => {
  const plan = { ...planOf(wish({ "*": T1 })), knownShards: [0, 1], upgraded: undefined };

  test("stays the same in another spelling", () => {
    expect(planUnderWish(plan, wish(T1))).toBe(plan);
  });

  test("keeps what was planned, and remembers the wish before", () => {
    const keeping = wish({ "*": T1, 1: keep });
    expect(planUnderWish(plan, keeping)).toEqual({ ...plan, wish: keeping, earlier: [plan.wish] });
  });
});
