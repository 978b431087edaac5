import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeAxis } from "../../provider/src/texts/pages/timeAxis.js";

const year = 365 * 86_400_000;

describe("a time axis", () => {
  it("has 3 to 8 ticks in order within it, at round UTC times, for every span", () => {
    const first = fc.integer({ min: 0, max: 80 * year });
    // Spans from nothing to a century, as many short ones as long ones.
    const span = fc
      .tuple(fc.integer({ min: 0, max: 41 }), fc.double({ min: 1, max: 2, noNaN: true }))
      .map(([power, factor]) => Math.floor(2 ** power * factor) - 1);
    fc.assert(
      fc.property(first, span, (from, length) => {
        const axis = timeAxis(from, from + length);
        expect(axis.from).toBeLessThanOrEqual(from);
        expect(axis.to).toBeGreaterThanOrEqual(from + length);
        expect(axis.ticks.length).toBeGreaterThanOrEqual(3);
        expect(axis.ticks.length).toBeLessThanOrEqual(8);
        expect(axis.ticks).toEqual([...new Set(axis.ticks)].sort((left, right) => left - right));
        for (const tick of axis.ticks) {
          expect(tick).toBeGreaterThanOrEqual(axis.from);
          expect(tick).toBeLessThanOrEqual(axis.to);
          expect(tick % 1_000 === 0).toBe(true);
        }
        expect(new Set(axis.ticks.map(axis.label)).size).toBe(axis.ticks.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["2026-11-22T08:00:00Z", "2026-11-22T12:00:00Z", ["08:00", "09:00", "10:00", "11:00", "12:00"]],
    [
      "2026-11-22T22:30:00Z",
      "2026-11-23T01:10:00Z",
      ["22:30", "23:00", "23:30", "11-23 00:00", "00:30", "01:00"],
    ],
    [
      "2026-01-15T00:00:00Z",
      "2026-05-15T00:00:00Z",
      ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"],
    ],
    [
      "2026-01-02T00:00:00Z",
      "2026-03-31T00:00:00Z",
      ["2026-01-07", "2026-01-27", "2026-02-16", "2026-03-08", "2026-03-28"],
    ],
    ["2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z", ["11:59:59", "12:00:00", "12:00:01"]],
  ])("from %s to %s has the ticks %j", (from, to, labels) => {
    const axis = timeAxis(Date.parse(from), Date.parse(to));
    expect(axis.ticks.map(axis.label)).toEqual(labels);
  });
});
