import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Move, moveOf } from "../../provider/src/rules/move.js";
import { type ShardObservation } from "../../provider/src/rules/observation.js";
import { cursor, hour, noon, receivedBeforeNoon, record, shard, standsAt } from "./scenario.js";

const outside = { kind: "outside" } as const;

function moved(target: number, more: Partial<ShardObservation>): Move {
  return moveOf({ ...shard, ...more }, cursor(target), noon);
}

describe("a move within the shard's window", () => {
  test("tells where from and where to, with the time of each", () => {
    expect(moved(50, {})).toEqual({
      shard: 0,
      from: standsAt(80),
      fromTime: receivedBeforeNoon(hour),
      to: cursor(50),
      toTime: receivedBeforeNoon(4 * hour),
      direction: "back",
      logGroups: 30n,
      span: durationOfSeconds(3 * hour),
    });
  });

  test.each([
    { target: 79, direction: "back", logGroups: 1n },
    { target: 10, direction: "back", logGroups: 70n },
    { target: 81, direction: "forward", logGroups: 1n },
    { target: 100, direction: "forward", logGroups: 20n },
  ])("from 80 to $target is $direction over $logGroups log groups", ({ target, direction, logGroups }) => {
    expect(moved(target, {})).toMatchObject({ direction, logGroups });
  });

  test("spans the difference of receive times, in either direction", () => {
    const [near, far] = [receivedBeforeNoon(hour), receivedBeforeNoon(3 * hour)];
    const spans = [
      moved(50, { currentTime: near, targetTime: far }),
      moved(90, { currentTime: far, targetTime: near }),
    ].map(({ span }) => span);
    expect(spans).toEqual([durationOfSeconds(2 * hour), durationOfSeconds(2 * hour)]);
  });

  test("of one log group spans nothing at the end, whose time is that of the log group before", () => {
    const time = receivedBeforeNoon(5);
    const back = moved(99, {
      record: { ...record, checkpoint: standsAt(100) },
      currentTime: time,
      targetTime: time,
    });
    expect(back).toMatchObject({ direction: "back", logGroups: 1n, span: 0 });
  });

  test.each([
    { name: "of the target", times: { targetTime: outside } },
    { name: "of the target in a shard without data", times: { targetTime: { kind: "empty" } } },
    { name: "of where it stands", times: { currentTime: { kind: "empty" } } },
  ] as const)("whose time $name is not known spans more than any bound", ({ times }) => {
    expect(moved(50, times).span).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a move of a shard that stands nowhere within its window", () => {
  const stands = [
    { name: "no checkpoint", checkpoint: { kind: "none" } },
    { name: "a checkpoint that does not decode", checkpoint: { kind: "undecodable", text: "YmVnaW4=" } },
    { name: "a checkpoint before the window", checkpoint: standsAt(5) },
    { name: "a checkpoint after the window", checkpoint: standsAt(200) },
  ] as const;

  test.each(stands)("with $name is set, and spans from the target to now", ({ checkpoint }) => {
    const set = moved(50, { record: { ...record, checkpoint }, currentTime: outside });
    expect(set).toMatchObject({
      from: checkpoint,
      direction: "set",
      logGroups: undefined,
      span: durationOfSeconds(4 * hour),
    });
  });

  test.each(stands)(
    "with $name to the end spans nothing: there is nothing between it and now",
    ({ checkpoint }) => {
      const set = moved(100, { record: { ...record, checkpoint }, currentTime: outside });
      expect(set).toMatchObject({ direction: "set", span: 0 });
    },
  );

  test("in a shard without data spans nothing", () => {
    const set = moved(100, {
      begin: cursor(100),
      record: { ...record, checkpoint: standsAt(50) },
      currentTime: outside,
      targetTime: { kind: "empty" },
    });
    expect(set).toMatchObject({ direction: "set", span: 0 });
  });

  test("to a target without a time spans more than any bound", () => {
    const checkpoint = { kind: "none" } as const;
    const set = moved(50, { record: { ...record, checkpoint }, currentTime: outside, targetTime: outside });
    expect(set.span).toBe(Number.POSITIVE_INFINITY);
  });
});

test("there and back again covers the same log groups and the same span", () => {
  const place = fc.record({ position: fc.integer({ min: 10, max: 100 }), ago: fc.nat({ max: 1_000_000 }) });
  fc.assert(
    fc.property(place, place, (here, there) => {
      fc.pre(here.position !== there.position);
      const travel = (from: typeof here, to: typeof here): Move =>
        moved(to.position, {
          record: { ...record, checkpoint: standsAt(from.position) },
          currentTime: receivedBeforeNoon(from.ago),
          targetTime: receivedBeforeNoon(to.ago),
        });
      const [out, back] = [travel(here, there), travel(there, here)];
      expect([out.logGroups, out.span]).toEqual([back.logGroups, back.span]);
      expect([out.direction, back.direction].sort()).toEqual(["back", "forward"]);
    }),
  );
});
