import { expect, test } from "vitest";
import { judgeWatched } from "../../provider/src/rules/overwritten.js";
import { cursor, standsAt } from "./scenario.js";

test.each([
  { name: "at the pin", seen: standsAt(50), judged: "untouched" },
  { name: "between the pin and where it stood", seen: standsAt(51), judged: "reading" },
  { name: "where it stood: it can have been read up to there", seen: standsAt(80), judged: "reading" },
  { name: "beyond where it stood", seen: standsAt(81), judged: "overwritten" },
  { name: "before the pin", seen: standsAt(49), judged: "overwritten" },
  { name: "without a checkpoint", seen: { kind: "none" }, judged: "overwritten" },
  { name: "at a text that is no cursor", seen: { kind: "undecodable", text: "?" }, judged: "overwritten" },
] as const)("a shard moved back from 80 to 50 that stands $name is $judged", ({ seen, judged }) => {
  expect(judgeWatched({ target: cursor(50), snapshot: standsAt(80) }, seen)).toBe(judged);
});

test.each([
  { name: "moved forward from 20", snapshot: standsAt(20), seen: standsAt(90), judged: "reading" },
  {
    name: "moved forward from 20, and there again",
    snapshot: standsAt(20),
    seen: standsAt(20),
    judged: "overwritten",
  },
  { name: "that had no checkpoint", snapshot: { kind: "none" }, seen: standsAt(90), judged: "reading" },
] as const)("a shard $name that stands further is $judged", ({ snapshot, seen, judged }) => {
  expect(judgeWatched({ target: cursor(50), snapshot }, seen)).toBe(judged);
});
