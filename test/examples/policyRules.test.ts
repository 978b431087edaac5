/** The rules of the policy pack that an example gives away, each with what it lets through and what it stops. */
import { describe, expect, it } from "vitest";
import { secondsOf } from "../../examples/policy/duration.ts";
import { moveOf, type Move } from "../../examples/policy/move.ts";
import {
  hasDeadline,
  isCapped,
  namesTicket,
  skipsNoGroup,
  sparesConsumers,
} from "../../examples/policy/rules.ts";

const urn = "urn:pulumi:prod-eu::shop::sls:index:ConsumerGroupReplay$sls:index:ReplayPlan::orders-plan";

function replay(inputs: Record<string, unknown>): Move {
  const move = moveOf("sls:index:ReplayPlan", urn, { from: "begin", ...inputs });
  if (move === undefined) throw new Error("no move");
  return move;
}

describe("a move", () => {
  it.each([
    "pulumi-nodejs:dynamic/sls:ReplayPlan",
    "sls:index:ReplayPlan",
    "pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint",
    "sls:index:ConsumerGroupCheckpoint",
  ])("is declared by %s", (type) => {
    expect(moveOf(type, urn, {})).toMatchObject({ stack: "prod-eu" });
  });

  it.each(["pulumi-nodejs:dynamic/sls:ReplayApply", "sls:index:ConsumerGroupReplay", "aws:s3:Bucket"])(
    "is not declared by %s",
    (type) => {
      expect(moveOf(type, urn, {})).toBeUndefined();
    },
  );

  it.each([
    ["end", true],
    ["keep", false],
    [{ "0": "end" }, false],
    [{ "0": "end", "*": "keep" }, false],
    [{ "*": "end" }, true],
  ])("from %j is of every shard: %s", (from, everyShard) => {
    expect(replay({ from }).everyShard).toBe(everyShard);
  });

  it("of one shard by a pin is not of every shard", () => {
    expect(moveOf("sls:index:ConsumerGroupCheckpoint", urn, { shard: 0 })?.everyShard).toBe(false);
  });
});

const ticket = "\\b[A-Z][A-Z0-9]+-[0-9]+\\b";

describe("a rule lets through", () => {
  it.each([
    ["a deadline", hasDeadline(replay({ applyBefore: "2026-11-20T20:00:00+08:00" }))],
    ["a ticket", namesTicket(replay({ reason: "INC-4711: wrong tax" }), ticket)],
    ["no maxMove, which is a day", isCapped(replay({}), "P1D")],
    ["a maxMove at the cap", isCapped(replay({ maxMove: "PT72H" }), "P3D")],
    ["refuse in production", sparesConsumers(replay({ onActiveConsumers: "refuse" }), "^prod")],
    ["overwrite elsewhere", sparesConsumers(replay({ onActiveConsumers: "overwrite" }), "^live")],
    ["allowSkip for named shards", skipsNoGroup(replay({ allowSkip: true, from: { "0": "end" } }), "^prod")],
    ["every shard without allowSkip", skipsNoGroup(replay({}), "^prod")],
    ["allowSkip elsewhere", skipsNoGroup(replay({ allowSkip: true }), "^live")],
  ])("%s", (_what, wrong) => {
    expect(wrong).toBeUndefined();
  });
});

describe("a rule stops", () => {
  it.each([
    ["no deadline", hasDeadline(replay({})), "applyBefore is missing"],
    ["no reason", namesTicket(replay({}), ticket), "reason is missing"],
    [
      "a reason without a ticket",
      namesTicket(replay({ reason: "because" }), ticket),
      "reason names no ticket",
    ],
    ["a maxMove beyond the cap", isCapped(replay({ maxMove: "P4D" }), "P3D"), "maxMove is P4D"],
    ["no maxMove where less than a day is allowed", isCapped(replay({}), "PT6H"), "maxMove is PT24H"],
    ["a maxMove that is no duration", isCapped(replay({ maxMove: "forever" }), "P3D"), "maxMove is forever"],
    ["a cap that is no duration", isCapped(replay({}), "three days"), "at most three days"],
    [
      "overwrite in production",
      sparesConsumers(replay({ onActiveConsumers: "overwrite" }), "^prod"),
      'onActiveConsumers is "overwrite" in the production stack prod-eu',
    ],
    [
      "a whole group that skips",
      skipsNoGroup(replay({ allowSkip: true }), "^prod"),
      "allowSkip together with",
    ],
  ])("%s", (_what, wrong, said) => {
    expect(wrong).toContain(said);
  });

  it("without repeating a reason, which may be a secret", () => {
    expect(namesTicket(replay({ reason: "hunter2" }), ticket)).not.toContain("hunter2");
  });
});

it.each([
  ["PT24H", 86_400],
  ["P3D", 259_200],
  ["P1W", 604_800],
  ["P1DT2H3M4S", 93_784],
  ["P", undefined],
  ["P1M", undefined],
  ["24h", undefined],
])("%s is %s seconds", (duration, seconds) => {
  expect(secondsOf(duration)).toBe(seconds);
});
