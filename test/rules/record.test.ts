import { describe, expect, test } from "vitest";
import { type Entry, emptyLedger } from "../../provider/src/rules/ledger.js";
import {
  actAsked,
  followedByOthers,
  leavesMixture,
  recordAsked,
  recordRun,
  withDeadlines,
} from "../../provider/src/rules/record.js";
import { type EndedShard, startOf } from "../../provider/src/rules/run.js";
import { type ShardStatus } from "../../provider/src/rules/status.js";
import { act, actOfRound, entry, fresh, ledgerOf, seenAt } from "./acts.js";
import { T1, keep, positionsOf } from "./history.js";
import { noon } from "./scenario.js";

function ended(status: ShardStatus, outcome: Entry["outcome"]): EndedShard<unknown> {
  return { status, outcome, written: false };
}

function ranOn(shard: number, end: EndedShard<unknown> | undefined) {
  const open = { ...fresh, act: { ...act, shard } };
  return { ...startOf<unknown>(open, seenAt(80, { shard }), 0), ended: end };
}

describe("the record of a run", () => {
  test.each([
    { status: "pinned", outcome: "applied", open: false },
    { status: "alreadyThere", outcome: "alreadyThere", open: false },
    { status: "behind", outcome: "behind", open: false },
    { status: "expired", outcome: "expired", open: false },
    { status: "overwritten", outcome: "applied", open: false },
    { status: "failed", outcome: "certainlyNot", open: true },
    { status: "uncertain", outcome: "perhaps", open: true },
  ] as const)("of a shard that is $status is $outcome, open: $open", ({ status, outcome, open }) => {
    const record = recordRun(emptyLedger, { open: fresh, ended: ended(status, outcome) });
    expect(record).toMatchObject({ status, entries: [{ act, outcome, open }] });
  });

  test("of a shard that was not tried is pending, and keeps what was known", () => {
    const open = { ...fresh, outcome: "perhaps" as const, requestId: "id-0" };
    expect(recordRun(emptyLedger, { open, ended: undefined })).toMatchObject({
      status: "pending",
      entries: [{ outcome: "perhaps", open: true, requestId: "id-0" }],
    });
  });

  test("of a shard that is gone closes what was open of it", () => {
    const ledger = ledgerOf([entry("applied"), entry("certainlyNot", { act: actOfRound("2"), open: true })]);
    const record = recordRun(ledger, { open: fresh, ended: ended("gone", "certainlyNot") });
    expect(record).toMatchObject({ status: "gone", entries: [entry("applied")] });
  });

  test("knows the history again once an act has settled", () => {
    const ledger = ledgerOf([], { historyUnknown: true });
    const failed = recordRun(ledger, { open: fresh, ended: ended("failed", "certainlyNot") });
    expect(failed.historyUnknown).toBe(true);
    const pinned = recordRun(ledger, { open: fresh, ended: ended("pinned", "applied") });
    expect(pinned.historyUnknown).toBe(false);
  });
});

describe("the record of a shard of which nothing is asked", () => {
  const open = entry("certainlyNot", { act: actOfRound("2"), open: true });

  test("that is left alone is kept, with its open act closed", () => {
    const ledger = ledgerOf([entry("applied"), open], { status: "failed" });
    expect(recordAsked(ledger, 0, { kind: "leave", why: "kept" })).toMatchObject({
      status: "kept",
      entries: [entry("applied")],
    });
  });

  test.each([
    { outcome: "applied", earlier: "failed", status: "pinned" },
    { outcome: "applied", earlier: "overwritten", status: "overwritten" },
    { outcome: "alreadyThere", earlier: "failed", status: "alreadyThere" },
    { outcome: "behind", earlier: "failed", status: "behind" },
    { outcome: "perhaps", earlier: "kept", status: "kept" },
  ] as const)("that was $outcome and was $earlier is $status", ({ outcome, earlier, status }) => {
    const done = entry(outcome);
    const ledger = ledgerOf([done, open], { status: earlier });
    expect(recordAsked(ledger, 0, { kind: "nothing", entry: done })).toEqual({
      shard: 0,
      status,
      entries: [done],
      historyUnknown: false,
    });
  });

  test("that expired stays so", () => {
    const done = entry("expired");
    expect(recordAsked(ledgerOf([done]), 0, { kind: "expired", entry: done })?.status).toBe("expired");
  });

  test.each([
    { asked: { kind: "resume", act } },
    { asked: { kind: "act", act } },
    { asked: { kind: "nothingBefore" } },
    { asked: { kind: "unplanned" } },
  ] as const)("and that is asked to $asked.kind stays as it was", ({ asked }) => {
    const ledger = ledgerOf([open], { status: "failed" });
    expect(recordAsked(ledger, 0, asked)).toBe(ledger.shards.get(0));
    expect(actAsked(asked)).toBe(asked.kind === "resume" || asked.kind === "act" ? act : undefined);
  });
});

test("a deadline is remembered with what is open, and with nothing else", () => {
  const ledger = ledgerOf([entry("applied"), entry("certainlyNot", { act: actOfRound("2"), open: true })]);
  const deadlines = withDeadlines(ledger, noon)
    .shards.get(0)
    ?.entries.map((each) => each.act.deadline);
  expect(deadlines).toEqual([undefined, noon]);
  expect(withDeadlines(withDeadlines(ledger, noon), undefined)).toEqual(withDeadlines(ledger, noon));
});

describe('what "*" last followed', () => {
  const wish = { positions: positionsOf(T1), triggers: "a", generation: "first" };
  const before = {
    ...emptyLedger,
    others: { intention: { position: "begin", triggers: "a", generation: "first" }, knownShards: [0] },
  };

  function shards(...statuses: readonly ShardStatus[]) {
    return new Map(
      statuses.map((status, shard) => [shard, { shard, status, entries: [], historyUnknown: false }]),
    );
  }

  test.each([
    { statuses: ["pinned", "failed"], follows: true },
    { statuses: ["alreadyThere", "pending"], follows: true },
    { statuses: ["failed", "pending"], follows: false },
    { statuses: ["uncertain"], follows: true },
    { statuses: [], follows: true },
  ] as const)("after $statuses is the wish: $follows", ({ statuses, follows }) => {
    const followed = followedByOthers(before, shards(...statuses), wish, [0, 1]);
    if (follows) expect(followed).toMatchObject({ intention: { triggers: "a" }, knownShards: [0, 1] });
    else expect(followed).toBe(before.others);
    expect(followed?.intention.position === "begin").toBe(!follows);
  });

  test("stays under a wish that keeps all others", () => {
    const keeping = { ...wish, positions: positionsOf(keep) };
    expect(followedByOthers(before, shards("kept"), keeping, [0, 1])).toBe(before.others);
  });

  test("stays with the shards that there were, where the same is asked once more", () => {
    const first = followedByOthers(emptyLedger, shards("pinned"), wish, [0]);
    const again = followedByOthers({ ...emptyLedger, others: first }, shards("pinned", "kept"), wish, [0, 1]);
    expect(again?.knownShards).toEqual([0]);
  });

  test("does not ask shards that are named", () => {
    const named = { ...wish, positions: positionsOf({ "*": T1, 0: T1 }) };
    expect(followedByOthers(before, shards("pinned", "failed"), named, [0, 1])).toBe(before.others);
  });
});

describe("a deadline that stops a run", () => {
  const expired = ranOn(1, ended("expired", "expired"));

  test("in the middle of a round leaves a mixture", () => {
    expect(leavesMixture(ledgerOf([entry("applied")]), [expired])).toBe(true);
  });

  test.each([
    { name: "before anything of the round was applied", ledger: emptyLedger, ran: [expired] },
    {
      name: "after another round was applied",
      ledger: ledgerOf([entry("applied", { act: actOfRound("older") })]),
      ran: [expired],
    },
    {
      name: "and nothing expires",
      ledger: ledgerOf([entry("applied")]),
      ran: [ranOn(1, ended("pinned", "applied"))],
    },
  ])("$name leaves none", ({ ledger, ran }) => {
    expect(leavesMixture(ledger, ran)).toBe(false);
  });
});
