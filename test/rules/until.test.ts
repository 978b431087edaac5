import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { type Instant, formatInstant, instantOfSeconds } from "../../provider/src/model/instant.js";
import { type Position } from "../../provider/src/model/position.js";
import { type Positions } from "../../provider/src/model/positions.js";
import {
  logGroupsUntil,
  roundUpUntil,
  untilBeforeFrom,
  untilProblems,
} from "../../provider/src/rules/until.js";

const noon = instantOfSeconds(Date.parse("2026-11-22T12:00:00Z") / 1_000);
const second = 1_000_000;

function at(microsecondsFromNoon: number): Position {
  return { kind: "instant", instant: (noon + microsecondsFromNoon) as Instant };
}

function positions(others: Position, named: Readonly<Record<number, Position>> = {}): Positions {
  return {
    others,
    named: new Map(Object.entries(named).map(([shard, position]) => [Number(shard), position])),
  };
}

describe("until", () => {
  it("rounds up to the second, for all shards and for those that are named", () => {
    const rounded = roundUpUntil(positions(at(1), { 3: at(second - 1), 4: at(second), 5: { kind: "end" } }));
    expect(rounded).toEqual(positions(at(second), { 3: at(second), 4: at(second), 5: { kind: "end" } }));
  });

  it("is never rounded to an earlier instant, nor by a second or more", () => {
    fc.assert(
      fc.property(fc.integer({ min: -5 * second, max: 5 * second }), (offset) => {
        const { others } = roundUpUntil(positions(at(offset)));
        const moved = others.kind === "instant" ? others.instant - noon - offset : -1;
        expect(moved).toBeGreaterThanOrEqual(0);
        expect(moved).toBeLessThan(second);
        expect(others.kind === "instant" && formatInstant(others.instant)).toMatch(/:\d\dZ$/);
      }),
    );
  });

  it.each([
    ["the server's time itself", positions(at(0)), []],
    ["a second later", positions(at(second)), ["inTheFuture"]],
    ["one shard of many, later", positions(at(-second), { 1: at(second) }), ["inTheFuture"]],
    ["no instant", positions({ kind: "end" }, { 0: { kind: "keep" } }), []],
    ["a shard that nobody has", positions(at(0), { 7: at(0) }), ["unknownShard"]],
    ["a shard that is gone", positions(at(0), { 9: at(0) }), []],
  ] as const)("is judged by the service's clock and its shards: %s", (_, until, kinds) => {
    expect(untilProblems(until, noon, [0, 1], [9]).map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each([
    ["before from", positions(at(-second)), positions(at(0)), [undefined]],
    ["at from", positions(at(0)), positions(at(0)), []],
    ["before from of one shard", positions(at(0)), positions(at(-second), { 2: at(second) }), [2]],
    ["of one shard before from", positions(at(0), { 2: at(-second) }), positions(at(-1)), [2]],
    ["in another form than from", positions(at(-second)), positions({ kind: "end" }), []],
  ] as const)("is compared with from, shard by shard: %s", (_, until, from, shards) => {
    expect(untilBeforeFrom(until, from).map(({ shard }) => shard)).toEqual(shards);
  });

  it("counts what lies before it, and nothing where reading begins at or after it", () => {
    const end = { cursor: cursorAt(10n), time: { kind: "outside" } as const };
    const starts = [4n, 9n, 10n, 11n];
    expect(starts.map((start) => logGroupsUntil(cursorAt(start), end))).toEqual([6n, 1n, 0n, 0n]);
  });
});
