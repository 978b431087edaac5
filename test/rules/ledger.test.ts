import { describe, expect, test } from "vitest";
import { follows, intentionOf, sameAct, withDeadline } from "../../provider/src/rules/act.js";
import {
  closed,
  emptyLedger,
  endedEntry,
  entriesOf,
  movedEntry,
  openEntry,
  pruned,
  standingEntry,
  unfinishedShards,
  wayBackOf,
  withEntry,
} from "../../provider/src/rules/ledger.js";
import { shardStatuses, unfinishedStatuses } from "../../provider/src/rules/status.js";
import { act, actOfRound, entry, ledgerOf, standing } from "./acts.js";
import { beforeNoon, noon } from "./scenario.js";

const outcomes = ["applied", "alreadyThere", "behind", "perhaps", "certainlyNot", "expired"] as const;

describe("the newest act that", () => {
  test.each([
    { name: "stands", find: standingEntry, which: ["applied", "alreadyThere", "behind", "perhaps"] },
    {
      name: "ended",
      find: endedEntry,
      which: ["applied", "alreadyThere", "behind", "perhaps", "expired"],
    },
    { name: "moved the shard, or may have", find: movedEntry, which: ["applied", "perhaps"] },
  ])("$name is $which", ({ find, which }) => {
    const found = outcomes.filter((outcome) => find([entry(outcome)]) !== undefined);
    expect(found).toEqual(which);
    const older = entry("applied", { act: actOfRound("older") });
    for (const outcome of which) {
      const newest = entry(outcome as (typeof outcomes)[number]);
      expect(find([older, newest])).toBe(newest);
    }
  });

  test("moved the shard tells the way back", () => {
    const moved = entry("applied", { act: { ...act, wayBack: standing(30) } });
    expect(wayBackOf([moved, entry("alreadyThere"), entry("expired")])).toEqual(standing(30));
    expect(wayBackOf([entry("alreadyThere")])).toBeUndefined();
  });

  test("is open is the one that an up goes on with", () => {
    const open = entry("certainlyNot", { open: true });
    expect(openEntry([entry("applied"), open])).toBe(open);
    expect(openEntry([entry("applied")])).toBeUndefined();
  });
});

describe("what is kept of a shard", () => {
  test("is what a rule can still ask for, oldest first", () => {
    const [first, moved, there, expired, open] = [
      entry("applied", { act: actOfRound("1") }),
      entry("applied", { act: actOfRound("2") }),
      entry("alreadyThere", { act: actOfRound("3") }),
      entry("expired", { act: actOfRound("4") }),
      entry("certainlyNot", { act: actOfRound("5"), open: true }),
    ];
    expect(pruned([first, moved, there, expired, open])).toEqual([moved, there, expired, open]);
  });

  test("forgets an open act that is closed, unless it may have been applied", () => {
    const done = entry("applied");
    const failed = entry("certainlyNot", { act: actOfRound("2"), open: true });
    const perhaps = entry("perhaps", { act: actOfRound("3"), open: true });
    expect(closed([done, failed])).toEqual([done]);
    expect(closed([done, perhaps])).toEqual([done, { ...perhaps, open: false }]);
  });

  test("holds one entry an act, and one open act", () => {
    const failed = entry("certainlyNot", { open: true });
    const applied = entry("applied");
    expect(withEntry([failed], applied)).toEqual([applied]);
    const next = entry("certainlyNot", { act: actOfRound("2"), open: true });
    expect(withEntry([failed], next)).toEqual([next]);
  });
});

describe("a ledger", () => {
  test("knows nothing of a shard that it does not name", () => {
    expect(entriesOf(emptyLedger, 0)).toEqual([]);
  });

  test("is unfinished where a shard is", () => {
    const unfinished = shardStatuses.filter(
      (status) => unfinishedShards(ledgerOf([], { status })).length > 0,
    );
    expect(unfinished).toEqual(unfinishedStatuses);
  });
});

describe("an act", () => {
  const cursorThere = { kind: "cursor", cursor: act.target } as const;
  const own = intentionOf(cursorThere, { triggers: "a", generation: "first" });

  test("follows what it was made for, and what it took over", () => {
    expect(follows(act, own)).toBe(true);
    const other = { ...own, position: "begin" };
    expect(follows(act, other)).toBe(false);
    expect(follows({ ...act, inherited: [other] }, other)).toBe(true);
    expect(follows(act, { ...own, triggers: "b" })).toBe(false);
    expect(follows(act, { ...own, generation: "second" })).toBe(false);
  });

  test("is one of its round and its shard", () => {
    expect(sameAct(act, { ...act, position: "begin" })).toBe(true);
    expect(sameAct(act, actOfRound("2"))).toBe(false);
    expect(sameAct(act, { ...act, shard: 1 })).toBe(false);
  });

  test.each([
    { had: undefined, given: noon, has: noon },
    { had: noon, given: undefined, has: noon },
    { had: beforeNoon(1), given: noon, has: noon },
    { had: noon, given: beforeNoon(1), has: beforeNoon(1) },
  ])("of the deadline $had that is given $given has $has", ({ had, given, has }) => {
    expect(withDeadline({ ...act, deadline: had }, given).deadline).toBe(has);
  });
});
