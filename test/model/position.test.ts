import { describe, expect, test } from "vitest";
import { parseInstant } from "../../provider/src/model/instant.js";
import { formatPosition, parsePosition, samePosition } from "../../provider/src/model/position.js";
import { formatPositions, parsePositions, positionOfShard } from "../../provider/src/model/positions.js";

const read = parseInstant("2026-11-22T08:14:00.5Z");
if (!read.ok) throw new Error(read.problem);
const now = read.value;

const cursor = "MTUyNDE1NTM3OTM3MzkwODQ5Ng==";

function spelled(value: unknown): string {
  const position = parsePosition(value, now);
  return position.ok ? formatPosition(position.value) : position.problem;
}

describe("a position", () => {
  test.each([
    ["2026-11-20T08:00:00+08:00", "2026-11-20T00:00:00Z"],
    ["begin", "begin"],
    ["end", "end"],
    ["previous", "previous"],
    ["keep", "keep"],
    [`cursor:${cursor}`, `cursor:${cursor}`],
    [`cursor:${cursor.replace(/=+$/, "")}`, `cursor:${cursor}`],
  ])("%s is %s", (text, position) => {
    expect(spelled(text)).toBe(position);
  });

  test.each([
    [
      "PT6H",
      "is a duration, and a duration means a different time on every run; write an instant (the time now is 2026-11-22T08:14:00Z)",
    ],
    [
      "none",
      "stands for a shard without a checkpoint, and SLS cannot delete a checkpoint; declare another position for this shard",
    ],
    [cursor, "is a cursor; write it as cursor:<base64>"],
    ["2026-11-20", "is not an RFC 3339 instant with an offset, such as 2026-11-20T08:00:00+08:00"],
    ["2026-02-30T08:00:00Z", "names a day or an hour that does not exist"],
    [
      "2026-11-20 20:00:00 +0800 +0800",
      'is a time without quotes, which YAML changed; put it in quotes, such as "2026-11-20T08:00:00+08:00"',
    ],
    [
      "yesterday",
      "is not one of: an RFC 3339 instant with an offset, begin, end, previous, keep, cursor:<base64>",
    ],
    [
      1_795_132_800,
      "is a number, which could be seconds, milliseconds or a cursor; write an RFC 3339 instant in quotes",
    ],
    [new Date(0), 'is not a string; quote it: an RFC 3339 instant, such as "2026-11-20T08:00:00+08:00"'],
    [true, 'is not a string; write a position in quotes, such as "begin"'],
  ])("refuses %s with what to write instead", (value, problem) => {
    expect(spelled(value)).toBe(problem);
  });

  test("is the same in another spelling, and no other", () => {
    const [east, utc, later] = [
      "2026-11-20T08:00:00+08:00",
      "2026-11-20T00:00:00Z",
      "2026-11-20T00:00:01Z",
    ].map((text) => parsePosition(text, now));
    if (!east?.ok || !utc?.ok || !later?.ok) throw new Error("not read");
    expect(samePosition(east.value, utc.value)).toBe(true);
    expect(samePosition(utc.value, later.value)).toBe(false);
  });
});

describe("positions", () => {
  test("of one text hold for every shard", () => {
    const { positions } = parsePositions("end", now);
    expect([0, 7].map((shard) => positionOfShard(positions, shard).kind)).toEqual(["end", "end"]);
  });

  test("of a map hold for the named shards, and for all others what * says", () => {
    const { positions } = parsePositions({ "*": "begin", "3": "keep" }, now);
    expect([0, 3].map((shard) => positionOfShard(positions, shard).kind)).toEqual(["begin", "keep"]);
  });

  test("of a map without * leave the others alone", () => {
    const { positions } = parsePositions({ "3": "end" }, now);
    expect(positionOfShard(positions, 0).kind).toBe("keep");
  });

  test("are written in one way, in order of shards", () => {
    const { positions } = parsePositions(
      { "10": "end", "2": "begin", "*": "2026-11-20T08:00:00+08:00" },
      now,
    );
    expect(Object.entries(formatPositions(positions))).toEqual([
      ["2", "begin"],
      ["10", "end"],
      ["*", "2026-11-20T00:00:00Z"],
    ]);
    expect(formatPositions(parsePositions({ "*": "end" }, now).positions)).toBe("end");
  });

  test.each([[["begin", "end"]], [[]], [[undefined, "begin"]]])(
    "that are a list, %j, are told to be a map",
    (list) => {
      expect(parsePositions(list, now).problems).toEqual([
        {
          path: "",
          problem: 'is a list; write a map from shard id to position, such as { "0": "begin", "*": "keep" }',
        },
      ]);
      expect(parsePositions({ "0": list }, now).problems).toEqual([
        { path: '["0"]', problem: "is a list; write one position" },
      ]);
    },
  );

  test("report every problem with its place", () => {
    const { problems } = parsePositions({ "0": "PT6H", x: "end", "-1": "end", "1": "end" }, now);
    expect(problems.map(({ path }) => path)).toEqual(['["0"]', '["x"]', '["-1"]']);
    expect(parsePositions({}, now).problems).toEqual([
      { path: "", problem: "is empty; name a position, or a map from shard id to position" },
    ]);
  });
});
