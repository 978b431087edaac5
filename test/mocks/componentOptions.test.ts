import { describe, expect, it } from "vitest";
import { sortOptions } from "../../provider/src/resources/componentOptions.js";

describe("ignoreChanges of a replay", () => {
  it.each([
    { paths: ["from"], plan: ["from"], apply: [] },
    {
      paths: ['from["0"]', '["from"]["1"]', "from.*"],
      plan: ['from["0"]', '["from"]["1"]', "from.*"],
      apply: [],
    },
    { paths: ["maxMove", "triggers[0]"], plan: ["maxMove", "triggers[0]"], apply: ["maxMove"] },
    { paths: ["plan", "fromage", "toString"], plan: [], apply: [] },
  ])("$paths reaches the children that have the input", ({ paths, plan, apply }) => {
    const sorted = sortOptions("replay", { ignoreChanges: paths });
    expect([sorted.plan.ignoreChanges, sorted.apply.ignoreChanges]).toEqual([plan, apply]);
  });

  it('"*" stands for every declared input, and never for what the plan hands to apply', () => {
    const { plan, apply } = sortOptions("replay", { ignoreChanges: ["*"] });
    expect(plan.ignoreChanges).toEqual(
      expect.arrayContaining(["from", "triggers", "allowTruncated", "reason"]),
    );
    expect(apply.ignoreChanges).toEqual(expect.arrayContaining(["maxMove", "applyBefore", "reason"]));
    expect(apply.ignoreChanges).not.toEqual(expect.arrayContaining(["from"]));
    for (const hidden of ["plan", "self", "__provider", "*"]) {
      expect([plan.ignoreChanges, apply.ignoreChanges].flat()).not.toContain(hidden);
    }
  });
});

describe("options of a replay", () => {
  it("are absent where none is given", () => {
    expect(sortOptions("replay", { protect: undefined, ignoreChanges: undefined } as object)).toEqual({
      component: {},
      plan: {},
      apply: {},
    });
  });

  it("of deleting go the other way round", () => {
    const [beforeDelete, afterDelete] = [[], []];
    const { plan, apply } = sortOptions("replay", { hooks: { beforeDelete, afterDelete } });
    expect([plan.hooks, apply.hooks]).toEqual([{ afterDelete }, { beforeDelete }]);
  });
});
