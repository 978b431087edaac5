import { describe, expect, test } from "vitest";
import { type EndedReport, type Report } from "../../provider/src/rules/events.js";
import { describeReport } from "../../provider/src/texts/describeReport.js";
import { act, seenAt } from "../rules/acts.js";
import { alive, group, subject } from "./told.js";

const failure = new Error("no answer");
const failed: EndedReport = {
  shard: 0,
  status: "failed",
  act,
  record: seenAt(80),
  failure: undefined,
  acknowledged: false,
};
const refusals = [{ shard: 0, refusal: alive }];

const reports: readonly Report[] = [
  { kind: "lookFailed", subject, failure },
  { kind: "refused", subject, of: "shard", refusals },
  { kind: "refused", subject: group, of: "group", refusals },
  { kind: "unfinished", subject, of: "shard", shards: [failed], refusals: [], failure },
  { kind: "unfinished", subject: group, of: "group", shards: [failed], refusals: [], failure },
  { kind: "duplicate", declarations: ["the first", "the second"] },
  { kind: "notKnown", resource: "ConsumerGroupCheckpoint" },
  { kind: "arguments", name: "getReplayPlan", problems: ["from is missing", "project is missing"] },
];

describe("every report", () => {
  test("has its words", () => {
    expect(reports.map((report) => describeReport(report)).join("\n\n")).toMatchInlineSnapshot(`
      "shop/orders/billing/0: SLS could not be read, so nothing is written
        no answer

      shop/orders/billing/0: refused, because consumers are alive and would overwrite the pin
        shard 0  host-a  committed 7 s ago
        shard 12  a consumer without a name  committed 1 min 1 s ago
        a running consumer reads on from its own memory and saves over the pin; idle consumers cannot be seen
        a pin that another stack wrote a moment ago looks the same: SLS still shows the name of the consumer that saved before it
      Stop the group's consumers, wait 1 min 15 s, run pulumi up, and start them again; or set onActiveConsumers: "overwrite".

      shop/orders/billing: refused, because consumers are alive and would overwrite the pin
        shard 0  host-a  committed 7 s ago
        shard 12  a consumer without a name  committed 1 min 1 s ago
        a running consumer reads on from its own memory and saves over the pin; idle consumers cannot be seen
        a pin that another stack wrote a moment ago looks the same: SLS still shows the name of the consumer that saved before it
      Stop the group's consumers, wait 1 min 15 s, run pulumi up, and start them again; or set onActiveConsumers: "overwrite".

      shop/orders/billing/0: is not pinned; it has not moved
        no answer
      Keep the shard's consumer stopped, and run pulumi up again.

      shop/orders/billing: 1 of 1 shard is not pinned
        shards not pinned (they have not moved): 0
      Keep the group's consumers stopped, and run pulumi up again: it writes only the shards that are not finished.
        no answer

      two resources move the same shard; the result would depend on their order
        the first
        the second
      Remove one of them from the program.

      Some inputs of this ConsumerGroupCheckpoint are still unknown

      Some arguments of getReplayPlan are wrong
        from is missing
        project is missing"
    `);
  });

  test("of a run that was stopped after it had written says both: what is left, and why", () => {
    const stopped = describeReport({
      kind: "unfinished",
      subject: group,
      of: "group",
      shards: [failed],
      refusals,
      failure: undefined,
    });
    expect(stopped).toContain("1 of 1 shard is not pinned");
    expect(stopped).toContain("refused, because consumers are alive");
  });

  test("of a pin tells its own failure before that of the run", () => {
    const own = { ...failed, failure: new Error("denied") };
    const text = describeReport({
      kind: "unfinished",
      subject,
      of: "shard",
      shards: [own],
      refusals: [],
      failure,
    });
    expect(text).toContain("  denied");
    expect(text).not.toContain("no answer");
  });
});
