import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { instantOfSeconds } from "../../provider/src/model/instant.js";
import { isStalled, paceOf, timeLeft } from "../../provider/src/rules/pace.js";

const minute = 60;
const at = (seconds: number, position: number, lag?: number) => ({
  at: instantOfSeconds(seconds),
  position: BigInt(position),
  lag: lag === undefined ? undefined : BigInt(lag),
});

describe("the pace of a shard", () => {
  it("is the average since the pin, from one look", () => {
    expect(paceOf(at(100, 10), undefined, at(110, 60))).toEqual({
      rate: 5,
      since: instantOfSeconds(100),
      rewound: false,
    });
  });

  it("is no number before anybody has read on, nor without time, nor without a pin", () => {
    for (const now of [at(110, 10), at(110, 9), at(100, 60)])
      expect(paceOf(at(100, 10), undefined, now)).toEqual({ rewound: false });
    expect(paceOf(undefined, undefined, at(110, 60))).toEqual({ rewound: false });
  });

  it("is that of the last interval, from two looks, with a trend", () => {
    const pace = paceOf(at(0, 0), at(100, 10, 40), at(110, 30, 50));
    expect(pace).toEqual({ rate: 2, since: instantOfSeconds(100), trend: "growing", rewound: false });
    expect(paceOf(undefined, at(100, 10, 40), at(110, 10, 40))).toMatchObject({ rate: 0, trend: "steady" });
    expect(paceOf(undefined, at(100, 10, 40), at(110, 20, 30))).toMatchObject({ trend: "shrinking" });
    expect(paceOf(undefined, at(100, 10), at(110, 20, 30))).not.toHaveProperty("trend");
  });

  it("tells a shard that went back, and gives it no rate", () => {
    expect(paceOf(at(0, 0), at(100, 50), at(110, 20))).toEqual({ rewound: true });
  });

  it("never claims more than was read, and its rest fits its rate, for all looks", () => {
    const counts = fc.nat(1_000_000);
    fc.assert(
      fc.property(
        counts,
        counts,
        fc.integer({ min: 1, max: 10_000_000 }),
        counts,
        (from, to, seconds, rest) => {
          const { rate, rewound } = paceOf(undefined, at(0, from), at(seconds, to));
          expect(rewound).toBe(to < from);
          if (rate === undefined) return;
          expect(rewound).toBe(false);
          expect(rate * seconds).toBeCloseTo(to - from, 3);
          const left = timeLeft(BigInt(rest), rate);
          const isFinite = rest === 0 || rate > 0;
          expect(left === undefined).toBe(!isFinite);
          if (isFinite) expect((rate * (left ?? 0)) / 1_000_000).toBeGreaterThanOrEqual(rest - 1e-3);
        },
      ),
    );
  });
});

describe("a shard is stalled", () => {
  const now = instantOfSeconds(10_000);
  const ago = (seconds: number) => instantOfSeconds(10_000 - seconds);
  const timeout = durationOfSeconds(60);

  it("after three save intervals without a commit, and not before", () => {
    expect(isStalled(1n, ago(3 * minute), now, timeout)).toBe(false);
    expect(isStalled(1n, ago(3 * minute + 1), now, timeout)).toBe(true);
  });

  it("later in a group with a longer timeout, and not sooner in one with a shorter", () => {
    expect(isStalled(1n, ago(3 * minute + 1), now, durationOfSeconds(120))).toBe(false);
    expect(isStalled(1n, ago(2 * minute), now, durationOfSeconds(10))).toBe(false);
  });

  it("only where something is known to be left to read, and someone has ever committed", () => {
    expect(isStalled(0n, ago(3_600), now, timeout)).toBe(false);
    expect(isStalled(undefined, ago(3_600), now, timeout)).toBe(false);
    expect(isStalled(1n, undefined, now, timeout)).toBe(false);
  });
});
