import { describe, expect, it } from "vitest";
import { checkpointInputs } from "../../provider/src/lifecycle/checkpoint/checkpointPin.js";
import { isUnfinishedShard } from "../../provider/src/lifecycle/replay/replayApplyState.js";
import { replayInputs } from "../../provider/src/lifecycle/replay/replayDeclaration.js";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Decision, decide } from "../../provider/src/rules/decide.js";
import { type ShardIntent } from "../../provider/src/rules/intent.js";
import { beforeNoon, day, hour, intent, minute, record, seenShard, shard } from "../rules/scenario.js";
import { codesIn, readText, tableWith } from "./documents.js";

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
  it("prints the table that decide has", () => {
    const [, docstring = ""] = decideSource.split("* Decides what happens to one shard");
    const inCode = tableWith(docstring, "#", "Seen", "Result");
    expect(table.map((row) => [row["#"], row["Seen"], row["Result"]])).toEqual(
      inCode.map((row) => [row["#"], row["Seen"], row["Result"]]),
    );
  });

  it("names every refusal of the code, and no other", () => {
    const known = kindsOf(decideSource, "Refusal");
    expect(known).toContain("liveConsumers");
    const rows = table.flatMap((row) => codesIn(row["In `getReplayPlan`"] ?? ""));
    const { 1: section = "" } = semantics.split("## What is decided for a shard");
    const [text = ""] = section.split("\n## ");
    const beside = known.filter((kind) => !rows.includes(kind));
    expect(beside.sort()).toEqual(["deadlinePassed", "shardsChanged", "targetGone"]);
    for (const kind of [...beside, "wrongInput"]) expect(text).toContain(`(\`${kind}\`)`);
    expect(rows.filter((kind) => !known.includes(kind))).toEqual([]);
  });

  it("has the rows in the order in which decide judges", () => {
    const rows = table.map(
      (row) => codesIn(row["In `getReplayPlan`"] ?? "")[0] ?? codesIn(row["Result"] ?? "")[0],
    );
    const seen = decisionsWhenLifted().map(resultOf);
    expect(seen).toEqual(["expired", "truncated", "tooFar", "unordered", "liveConsumers", "move"]);
    const places = seen.slice(0, -1).map((result) => rows.indexOf(result));
    expect(places).toEqual([...places].sort((left, right) => left - right));
    expect(places).not.toContain(-1);
  });

  it("names every status, and whether it is finished", () => {
    const source = readText("provider/src/resources/consumerGroupReplay.ts");
    const [, union = ""] = /readonly status:([^;]+);/.exec(source) ?? [];
    const inCode = [...union.matchAll(/"(\w+)"/g)].map(([, status = ""]) => status);
    const rows = tableWith(semantics, "Status", "What it means, and what the next up does");
    const documented = new Map(rows.map((row) => [codesIn(row["Status"] ?? "")[0], row[""]]));
    expect([...documented.keys()].sort()).toEqual([...inCode].sort());
    for (const [status, kind] of documented) {
      const shardOfStatus = { status } as Parameters<typeof isUnfinishedShard>[0];
      expect([status, kind]).toEqual([status, isUnfinishedShard(shardOfStatus) ? "unfinished" : "finished"]);
    }
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

/** A shard for which every row from 4 on holds, and what is decided when one after the other is lifted. */
function decisionsWhenLifted(): readonly Decision[] {
  const live = {
    ...record,
    updateTime: beforeNoon(minute),
    checkpoint: { kind: "at", cursor: shard.end },
  } as const;
  const seen = seenShard(
    { ...shard, status: "readonly", record: live },
    { group: { ordered: true, timeout: durationOfSeconds(minute) }, retention: durationOfSeconds(hour) },
  );
  const lifted: Partial<ShardIntent>[] = [
    { applyBefore: beforeNoon(hour), asked: beforeNoon(4 * hour), maxMove: durationOfSeconds(minute) },
    { applyBefore: undefined },
    { allowTruncated: true },
    { maxMove: durationOfSeconds(day) },
    { allowUnordered: true },
    { onActiveConsumers: "overwrite" },
  ];
  return lifted.map((_, index) => {
    const bounds = lifted
      .slice(0, index + 1)
      .reduce((all, more) => ({ ...all, ...more }), intent) as ShardIntent;
    return decide(bounds, seen, () => false);
  });
}

function resultOf(decision: Decision): string {
  return decision.kind === "refused" ? decision.refusal.kind : decision.kind;
}
