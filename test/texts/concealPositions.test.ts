import { expect, test } from "vitest";
import { describeEvent } from "../../provider/src/texts/describeEvent.js";
import { concealPositions } from "../../provider/src/texts/concealPositions.js";
import { describeReport } from "../../provider/src/texts/describeReport.js";
import { cursor } from "../rules/scenario.js";
import { back, subject } from "./told.js";

test.each([
  ["from 2026-11-22T05:00:00Z to", "from [secret] to"],
  ["from 2026-11-22 13:00:00.25+08:00,", "from [secret],"],
  [`{"1":"cursor:${cursor(123_456)}"}`, '{"1":"cursor:[secret]"}'],
  [`→ ${cursor(50)}`, "→ [secret]"],
  ["shop/orders/billing/12: shards 3-63, request id 5D6A2C3E4F5061728394A5B6", undefined],
])("a secret position is told by no time and no cursor: %s", (text, expected = text) => {
  expect(concealPositions(text)).toBe(expected);
});

const liveness = { onActiveConsumers: "refuse", waitTimeout: 0, watchFor: 0 } as never;

test("a plan to a secret position still says which way, how far and how many", () => {
  const decision = { kind: "move", move: back, overwrites: [] } as const;
  const planned = {
    kind: "planned",
    subject,
    of: "shard",
    liveness,
    writtenAs: undefined,
    together: undefined,
    shards: [{ shard: 0, decision, asked: undefined }],
  } as const;
  expect(describeEvent(planned, "secret")).toMatchInlineSnapshot(`
    "shop/orders/billing/0: moves back 3 h; 30 log groups will be read again
      from  [secret]  [secret]
      to    [secret]  [secret]"
  `);
  expect(describeEvent(planned)).toContain(cursor(50));
});

test("a refusal of a secret position does not repeat it", () => {
  const refusal = {
    kind: "outsideWindow",
    side: "after",
    begin: cursor(10_000),
    end: cursor(10_100),
  } as const;
  const report = { kind: "refused", subject, of: "shard", refusals: [{ shard: 0, refusal }] } as const;
  expect(describeReport(report, "secret")).not.toContain(cursor(10_100));
});
