import { expect, test } from "vitest";
import { type Duration, durationOfSeconds } from "../../provider/src/model/duration.js";
import { describeMove, describeSpan } from "../../provider/src/texts/describeMove.js";
import { standsAt } from "../rules/scenario.js";
import { back } from "./told.js";

const unknown = { direction: "set", logGroups: undefined } as const;

test.each([
  { more: {}, told: "moves back 3 h; 30 log groups will be read again" },
  { more: { logGroups: 1n }, told: "moves back 3 h; 1 log group will be read again" },
  { more: { logGroups: 1_234_567n }, told: "moves back 3 h; 1,234,567 log groups will be read again" },
  {
    more: { logGroups: undefined },
    told: "moves back 3 h; an unknown number of log groups will be read again",
  },
  { more: { direction: "forward" }, told: "moves forward 3 h; 30 log groups will never be read" },
  {
    more: { ...unknown, from: { kind: "none" } },
    told: "gets its first position; the group has no checkpoint in this shard, so how much is read or skipped is unknown",
  },
  {
    more: { ...unknown, from: standsAt(5) },
    told: "gets a new position; its checkpoint is outside of the data that is kept, so how much is read or skipped is unknown",
  },
] as const)("a move $told", ({ more, told }) => {
  expect(describeMove({ ...back, ...more })).toBe(told);
});

test("a span that cannot be measured is never told as a number", () => {
  expect(describeSpan(Number.POSITIVE_INFINITY as Duration)).toBe("an unknown time");
  expect(describeSpan(durationOfSeconds(90))).toBe("1 min 30 s");
});
