import { describe, expect, test } from "vitest";
import { emptyLedger } from "../../provider/src/rules/ledger.js";
import { isOwnCommit } from "../../provider/src/rules/ownCommit.js";
import { type EndedShard, type OpenAct, startOf } from "../../provider/src/rules/run.js";
import { act, entry, fresh, ledgerOf, seenAt } from "./acts.js";
import { beforeNoon, noon } from "./scenario.js";

const atTarget = seenAt(50, { updateTime: noon });

describe("a commit", () => {
  test("of nobody we know is none of ours", () => {
    expect(isOwnCommit(atTarget, emptyLedger, new Map())).toBe(false);
  });

  test.each([
    { name: "applied then", outcome: "applied", pinnedAt: noon, record: atTarget, ours: true },
    {
      name: "applied at another time",
      outcome: "applied",
      pinnedAt: beforeNoon(1),
      record: atTarget,
      ours: false,
    },
    {
      name: "applied, nobody knows when",
      outcome: "applied",
      pinnedAt: undefined,
      record: atTarget,
      ours: false,
    },
    {
      name: "applied then, of another position",
      outcome: "applied",
      pinnedAt: noon,
      record: seenAt(51, { updateTime: noon }),
      ours: false,
    },
    {
      name: "perhaps applied since the plan",
      outcome: "perhaps",
      pinnedAt: undefined,
      record: atTarget,
      ours: true,
    },
    {
      name: "perhaps applied before the plan",
      outcome: "perhaps",
      pinnedAt: undefined,
      record: seenAt(50, { updateTime: beforeNoon(1) }),
      ours: false,
    },
    { name: "there already", outcome: "alreadyThere", pinnedAt: undefined, record: atTarget, ours: false },
    {
      name: "certainly not applied",
      outcome: "certainlyNot",
      pinnedAt: undefined,
      record: atTarget,
      ours: false,
    },
  ] as const)("that the ledger has as $name is ours: $ours", ({ outcome, pinnedAt, record, ours }) => {
    expect(isOwnCommit(record, ledgerOf([entry(outcome, { pinnedAt })]), new Map())).toBe(ours);
    expect(isOwnCommit({ ...record, shard: 1 }, ledgerOf([entry(outcome, { pinnedAt })]), new Map())).toBe(
      false,
    );
  });

  function running(open: OpenAct, ended: EndedShard<unknown> | undefined) {
    return new Map([[open.act.shard, { ...startOf<unknown>(open, seenAt(80), 0), ended }]]);
  }

  test("that this run wrote is ours, by when it was saved", () => {
    const ended = { status: "pinned", outcome: "applied", pinnedAt: noon, written: true } as const;
    expect(isOwnCommit(atTarget, emptyLedger, running(fresh, ended))).toBe(true);
    const later = seenAt(50, { updateTime: beforeNoon(-1) });
    expect(isOwnCommit(later, emptyLedger, running(fresh, ended))).toBe(false);
  });

  test("that a killed run can have written is ours, only where an act was left open", () => {
    const left = { ...fresh, fresh: false };
    expect(isOwnCommit(atTarget, emptyLedger, running(left, undefined))).toBe(true);
    expect(isOwnCommit(atTarget, emptyLedger, running(fresh, undefined))).toBe(false);
    const other = { ...left, act: { ...act, shard: 1 } };
    expect(isOwnCommit(atTarget, emptyLedger, running(other, undefined))).toBe(false);
  });
});
