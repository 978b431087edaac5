import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatShards, parseShards } from "../../provider/src/model/shardRanges.js";

describe("shard ids", () => {
  test.each([
    { shards: [], text: "" },
    { shards: [7], text: "7" },
    { shards: [0, 1], text: "0, 1" },
    { shards: [0, 1, 2], text: "0-2" },
    { shards: [0, 1, 2, 3, 7], text: "0-3, 7" },
    { shards: [9, 0, 1, 5, 6, 7], text: "0, 1, 5-7, 9" },
  ])("$shards are written as $text", ({ shards, text }) => {
    expect(formatShards(shards)).toBe(text);
  });

  test.each([",", "1,2", "a", "3-1", "-1", "1-", "0-100001", "12345678901", "1, ", " 1"])(
    'are not read from "%s"',
    (text) => {
      expect(parseShards(text)).toBeUndefined();
    },
  );

  test("are read as they were written, in order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 60 })), (shards) => {
        expect(parseShards(formatShards(shards))).toEqual(shards.toSorted((left, right) => left - right));
      }),
    );
  });
});
