import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeLogGroupMessage } from "../../emulator/src/wire/logGroupEncoder.js";
import { LogGroup } from "./wire/sampleLogGroup.js";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.string({ minLength: 120, maxLength: 400 }),
);
const pairs = fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const logGroups = fc.record(
  {
    logs: fc.array(
      fc.record(
        { time: uint32, timeNanoseconds: uint32, contents: pairs },
        { requiredKeys: ["time", "contents"] },
      ),
      { maxLength: 4 },
    ),
    topic: text,
    source: text,
    tags: pairs,
  },
  { requiredKeys: ["logs"] },
);

function pairsOf(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
}

it("log groups are written byte by byte as the official schema has them", () => {
  fc.assert(
    fc.property(logGroups, ({ logs, topic, source, tags = {} }) => {
      const expected = LogGroup.encode({
        Logs: logs.map(({ time, timeNanoseconds, contents }) => ({
          Time: time,
          Contents: pairsOf(contents),
          ...(timeNanoseconds !== undefined && { Time_ns: timeNanoseconds }),
        })),
        ...(topic !== undefined && { Topic: topic }),
        ...(source !== undefined && { Source: source }),
        LogTags: pairsOf(tags),
      });
      const written = encodeLogGroupMessage({
        logs: logs.map(({ timeNanoseconds, ...log }) => ({
          ...log,
          ...(timeNanoseconds !== undefined && { timeNanoseconds }),
        })),
        ...(topic !== undefined && { topic }),
        ...(source !== undefined && { source }),
        tags,
      });
      expect(Buffer.from(written).toString("hex")).toBe(Buffer.from(expected.finish()).toString("hex"));
    }),
    { numRuns: 1_000 },
  );
});
