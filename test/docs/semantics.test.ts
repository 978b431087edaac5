import { describe, expect, it } from "vitest";
import { checkpointInputs } from "../../provider/src/lifecycle/checkpoint/checkpointPin.js";
import { replayInputs } from "../../provider/src/lifecycle/replay/replayDeclaration.js";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Decision, decide, liveConsumers } from "../../provider/src/rules/decide.js";
import { type ShardIntent } from "../../provider/src/rules/intent.js";
import { shardStatuses, isUnfinished } from "../../provider/src/rules/status.js";
import {
  beforeNoon,
  cursor,
  day,
  hour,
  intent,
  minute,
  record,
  seenShard,
  shard,
} from "../rules/scenario.js";
import { type Row, codesIn, readText, tableWith } from "./documents.js";

const semantics = readText("docs/semantics.md");
const decideSource = readText("provider/src/rules/decide.ts");
const table = tableWith(semantics, "Seen", "Result", "In `getReplayPlan`");

/** The kinds of a union of the source, in order. */
function kindsOf(source: string, type: string): readonly string[] {
  const [, after = ""] = source.split(`export type ${type} =`);
  const [union = ""] = after.split(/;\n\n/);
  return [...union.matchAll(/readonly kind: "(\w+)"/g)].map(([, kind = ""]) => kind);
}

describe("docs/semantics.md", () => {
  it.each([
    { file: "decide", columns: ["#", "Seen", "Result"] },
    { file: "asked", columns: ["#", "Ledger and declaration", "Result"] },
    { file: "nextStep", columns: ["#", "Seen", "Step"] },
  ])("prints the table of $file", ({ file, columns }) => {
    const inCode = tableWith(readText(`provider/src/rules/${file}.ts`), ...columns);
    const printed = tableWith(semantics, ...columns);
    const cells = (row: Row) => columns.map((column) => row[column]);
    expect(printed.map(cells)).toEqual(inCode.map(cells));
    expect(inCode.map((row) => row["#"])).toEqual(inCode.map((_, index) => String(index + 1)));
  });

  it("names every refusal of the code in its row, and no other", () => {
    const known = kindsOf(decideSource, "Refusal");
    expect(known).toContain("liveConsumers");
    const rows = table.flatMap((row) => codesIn(row["In `getReplayPlan`"] ?? ""));
    expect([...rows].sort()).toEqual([...known, "wrongInput"].sort());
  });

  it("has the rows in the order in which decide judges", () => {
    const rows = table.map(
      (row) => codesIn(row["In `getReplayPlan`"] ?? "")[0] ?? codesIn(row["Result"] ?? "")[0],
    );
    const seen = decisionsWhenLifted().map(resultOf);
    expect(seen).toEqual([
      "behind",
      "expired",
      "truncated",
      "tooFar",
      "unordered",
      "shardsChanged",
      "liveConsumers",
      "move",
    ]);
    const places = seen.slice(0, -1).map((result) => rows.indexOf(result));
    expect(places).toEqual([...places].sort((left, right) => left - right));
    expect(places).not.toContain(-1);
  });

  it("names every status, and whether it is finished", () => {
    const source = readText("provider/src/resources/consumerGroupReplay.ts");
    const [, union = ""] = /readonly status:([^;]+);/.exec(source) ?? [];
    const declared = [...union.matchAll(/"(\w+)"/g)].map(([, status = ""]) => status);
    expect([...declared].sort()).toEqual([...shardStatuses].sort());
    const rows = tableWith(semantics, "Status", "What it means, and what the next up does");
    const documented = rows.map((row) => [codesIn(row["Status"] ?? "")[0], row[""]]);
    const inCode = shardStatuses.map((status) => [status, isUnfinished(status) ? "unfinished" : "finished"]);
    expect([...documented].sort()).toEqual([...inCode].sort());
  });

  it("names every input either as one that acts or as one that does not", () => {
    const acting = tableWith(semantics, "What happens", "What is written").flatMap((row) =>
      codesIn(row["What happens"] ?? ""),
    );
    const never = tableWith(semantics, "What happens", "Why").flatMap((row) =>
      codesIn(row["What happens"] ?? ""),
    );
    const inputs = new Set<string>([...checkpointInputs, ...replayInputs]);
    for (const input of inputs)
      expect([input, acting.includes(input) !== never.includes(input)]).toEqual([
        input,
        input !== "triggers",
      ]);
  });
});

/** A shard for which row after row holds, and what is decided when one after the other is lifted. */
function decisionsWhenLifted(): readonly Decision[] {
  const live = {
    ...record,
    updateTime: beforeNoon(minute),
    checkpoint: { kind: "at", cursor: shard.end },
  } as const;
  const ahead = seenShard(shard, { retention: durationOfSeconds(hour) });
  const seen = seenShard(
    { ...shard, status: "readonly", record: live },
    { group: { ordered: true, timeout: durationOfSeconds(minute) }, retention: durationOfSeconds(hour) },
  );
  const lifted: Partial<ShardIntent>[] = [
    {
      applyBefore: beforeNoon(hour),
      asked: beforeNoon(4 * hour),
      maxMove: durationOfSeconds(minute),
      plannedShards: [0],
    },
    { applyBefore: undefined },
    { allowTruncated: true },
    { maxMove: durationOfSeconds(day) },
    { allowUnordered: true },
    { plannedShards: [0, 1] },
    { onActiveConsumers: "overwrite" },
  ];
  const bounds = lifted.map((_, index) =>
    lifted.slice(0, index + 1).reduce<ShardIntent>((all, more) => ({ ...all, ...more }), intent),
  );
  const [first = intent] = bounds;
  return [
    decide({ ...first, target: cursor(90) }, ahead, []),
    ...bounds.map((each) =>
      decide(
        each,
        seen,
        liveConsumers(seen, () => false),
      ),
    ),
  ];
}

function resultOf(decision: Decision): string {
  return decision.kind === "refused" ? decision.refusal.kind : decision.kind;
}
