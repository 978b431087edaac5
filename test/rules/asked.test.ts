import { describe, expect, test } from "vitest";
import { type Instant } from "../../provider/src/model/instant.js";
import { formatPosition } from "../../provider/src/model/position.js";
import { askedOf, olderWaysBack } from "../../provider/src/rules/asked.js";
import { emptyLedger } from "../../provider/src/rules/ledger.js";
import { actAsked, recordAsked } from "../../provider/src/rules/record.js";
import { type Plan, type PlannedShard } from "../../provider/src/rules/plan.js";
import { act, actOfRound, entry, ledgerOf, round, standing } from "./acts.js";
import { type Declaration, History, T1, T2, cursorPosition, keep, positionsOf, previous } from "./history.js";
import { beforeNoon, cursor, hour, noon } from "./scenario.js";

type Answers = readonly (string | readonly string[])[];

interface Told {
  readonly name: string;
  readonly shards?: readonly number[];
  /** What happens, with an answer for each up. */
  readonly tell: (history: History) => Answers;
  readonly answers: Answers;
}

const denied = { 0: "deny" } as const;
const lost = { 0: "lost" } as const;

const histories: readonly Told[] = [
  {
    name: "a change that was never applied is taken back without a write",
    tell: (h) => [h.up({ from: T1 }), read(h, 5), h.up({ from: T2 }, denied), read(h, 5), h.up({ from: T1 })],
    answers: ["pinned 30->10", "failed", "nothing"],
  },
  {
    name: "previous goes back, and forth where it is triggered",
    tell: (h) => [
      h.up({ from: T1 }),
      read(h, 5),
      h.up({ from: previous }),
      read(h, 5),
      h.up({ from: previous }),
      h.up({ from: previous, triggers: "b" }),
      read(h, 1),
      h.up({ from: previous, triggers: "c" }),
    ],
    answers: ["pinned 30->10", "pinned 15->30", "nothing", "pinned 35->15", "pinned 16->35"],
  },
  {
    name: "previous after a change of which half was denied undoes what each shard had",
    shards: [0, 1],
    tell: (h) => [
      h.up({ from: T1 }),
      read(h, 5),
      h.up({ from: T2 }, { 1: "deny" }),
      read(h, 5),
      h.up({ from: previous }),
    ],
    answers: [
      ["pinned 30->10", "pinned 30->10"],
      ["pinned 15->20", "failed"],
      ["pinned 25->15", "pinned 20->30"],
    ],
  },
  {
    name: "keep in between asks for nothing again",
    tell: (h) => [h.up({ from: T1 }), read(h, 5), h.up({ from: keep }), h.up({ from: T1 })],
    answers: ["pinned 30->10", "kept", "nothing"],
  },
  {
    name: "an uncertain shard that was kept is not asked for again",
    tell: (h) => [
      h.up({ from: T1 }, lost),
      h.up({ from: T1 }),
      h.up({ from: keep }),
      read(h, 9),
      h.up({ from: T1 }),
    ],
    answers: ["uncertain", "uncertain", "kept", "nothing"],
  },
  {
    name: "a shard that certainly was not moved is, after keep",
    tell: (h) => [h.up({ from: T1 }, denied), h.up({ from: keep }), read(h, 9), h.up({ from: T1 })],
    answers: ["failed", "kept", "pinned 39->10"],
  },
  {
    name: "the cursor that was the way out of uncertain can be tidied away",
    tell: (h) => [
      h.up({ from: T1 }, lost),
      h.up({ from: cursorPosition(10) }),
      read(h, 4),
      h.up({ from: T1 }),
    ],
    answers: ["uncertain", "pinned 11->10", "nothing"],
  },
  {
    name: "triggers that were never carried out are taken back without a write",
    tell: (h) => [
      h.up({ from: T1 }),
      read(h, 5),
      h.up({ from: T1, triggers: "b" }, denied),
      h.up({ from: T1 }),
    ],
    answers: ["pinned 30->10", "failed", "nothing"],
  },
  {
    name: "triggers of which half was denied, taken back, move only the half that was moved",
    shards: [0, 1],
    tell: (h) => [
      h.up({ from: T1 }),
      read(h, 5),
      h.up({ from: T1, triggers: "b" }, { 1: "deny" }),
      read(h, 3),
      h.up({ from: T1 }),
    ],
    answers: [
      ["pinned 30->10", "pinned 30->10"],
      ["pinned 15->10", "failed"],
      ["pinned 13->10", "nothing"],
    ],
  },
  {
    name: "an entry that leaves the map and returns asks for nothing",
    tell: (h) => [h.up({ from: { 0: T1 } }), read(h, 5), h.up({ from: {} }), h.up({ from: { 0: T1 } })],
    answers: ["pinned 30->10", "kept", "nothing"],
  },
  {
    name: "a map that becomes one for all moves only what was not moved",
    shards: [0, 1],
    tell: (h) => [h.up({ from: { 0: T1 } }), read(h, 5), h.up({ from: { "*": T1 } })],
    answers: [
      ["pinned 30->10", "kept"],
      ["nothing", "pinned 35->10"],
    ],
  },
  {
    name: "a shard that appeared later is left alone, after keep too",
    tell: (h) => [h.up({ from: T1 }), split(h), h.up({ from: T1 }), h.up({ from: keep }), h.up({ from: T1 })],
    answers: ["pinned 30->10", ["nothing", "appearedLater"], ["kept", "kept"], ["nothing", "appearedLater"]],
  },
  {
    name: "a shard that appeared later is left alone once a change that never moved it is taken back",
    tell: (h) => [
      h.up({ from: T1 }),
      split(h),
      h.up({ from: T2 }, { 0: "deny", 2: "deny" }),
      h.up({ from: T1 }),
    ],
    answers: ["pinned 30->10", ["failed", "failed"], ["nothing", "appearedLater"]],
  },
  {
    name: "a deadline that is taken away leaves an expired shard expired",
    tell: (h) => [
      days(h, 6),
      h.up({ from: T1, before: 5 }),
      h.up({ from: T1, before: 9 }, denied),
      h.up({ from: T1, before: 5 }),
      h.up({ from: T1 }),
    ],
    answers: ["expired", "failed", "expired", "expired"],
  },
  {
    name: "a deadline that is taken away still bounds what it was given to",
    tell: (h) => [h.up({ from: T1, before: 5 }, denied), days(h, 6), h.up({ from: T1 })],
    answers: ["failed", "expired"],
  },
  {
    name: "keep in between does not free an expired shard of its deadline",
    tell: (h) => [days(h, 6), h.up({ from: T1, before: 5 }), h.up({ from: keep }), h.up({ from: T1 })],
    answers: ["expired", "kept", "expired"],
  },
  {
    name: "a shard that stood there already counts as moved there",
    tell: (h) => [
      stand(h, 10),
      h.up({ from: T1 }),
      read(h, 5),
      h.up({ from: T2 }, denied),
      h.up({ from: T1 }),
    ],
    answers: ["alreadyThere", "failed", "nothing"],
  },
  {
    name: "previous undoes the newest move, not one that was there already",
    tell: (h) => [h.up({ from: T1 }), stand(h, 20), h.up({ from: T2 }), read(h, 3), h.up({ from: previous })],
    answers: ["pinned 30->10", "alreadyThere", "pinned 23->30"],
  },
  {
    name: "a plan that is replaced acts again, although the ledger is kept",
    tell: (h) => [h.up({ from: T1 }), read(h, 5), replaced(h), h.up({ from: T1 })],
    answers: ["pinned 30->10", "pinned 15->10"],
  },
  {
    name: "a lost ledger never makes a plan write again",
    tell: (h) => [h.up({ from: T1 }), read(h, 5), withoutLedger(h), h.up({ from: T1 })],
    answers: ["pinned 30->10", "uncertain"],
  },
  {
    name: "a previous that is not finished keeps its target, and the next one goes forth",
    tell: (h) => [
      h.up({ from: T1 }),
      read(h, 5),
      h.up({ from: previous }, lost),
      h.up({ from: previous, triggers: "b" }),
      read(h, 1),
      h.up({ from: previous, triggers: "c" }),
    ],
    answers: ["pinned 30->10", "uncertain", "pinned 31->30", "pinned 31->15"],
  },
  {
    name: "a previous that was denied is taken back without a write",
    tell: (h) => [h.up({ from: T1 }), read(h, 5), h.up({ from: previous }, denied), h.up({ from: T1 })],
    answers: ["pinned 30->10", "failed", "nothing"],
  },
  {
    name: "a previous that may have been applied is undone by a write",
    tell: (h) => [h.up({ from: T1 }), read(h, 5), h.up({ from: previous }, lost), h.up({ from: T1 })],
    answers: ["pinned 30->10", "uncertain", "pinned 31->10"],
  },
  {
    name: "previous after the way out of uncertain leads to where the shard stood before all of it",
    tell: (h) => [
      h.up({ from: T1 }, lost),
      h.up({ from: cursorPosition(10) }),
      read(h, 4),
      h.up({ from: previous }),
    ],
    answers: ["uncertain", "pinned 11->10", "pinned 14->30"],
  },
  {
    name: "previous after a move that failed first leads to where the shard stood at the one that was applied",
    tell: (h) => [
      h.up({ from: T1 }, denied),
      read(h, 6),
      h.up({ from: T1, triggers: "b" }),
      read(h, 1),
      h.up({ from: previous, triggers: "b" }),
    ],
    answers: ["failed", "pinned 36->10", "pinned 11->36"],
  },
  {
    name: "previous without anything before it is refused",
    tell: (h) => [h.up({ from: previous })],
    answers: ["nothingBefore"],
  },
];

function read(history: History, logGroups: number): readonly string[] {
  history.read(logGroups);
  return [];
}

function split(history: History): readonly string[] {
  history.appear(2, 40);
  return [];
}

function days(history: History, day: number): readonly string[] {
  history.day = day;
  return [];
}

function stand(history: History, position: number): readonly string[] {
  history.stands.set(0, position);
  return [];
}

function replaced(history: History): readonly string[] {
  history.generation = "second";
  return [];
}

function withoutLedger(history: History): readonly string[] {
  history.loseLedger();
  return [];
}

describe("a history", () => {
  test.each(histories)("$name", ({ shards, tell, answers }) => {
    const told = tell(new History(shards)).filter(({ length }) => length > 0);
    expect(told).toEqual(answers.map((answer) => (typeof answer === "string" ? [answer] : answer)));
  });

  test.each(histories)("leaves no more than four acts of a shard in state: $name", ({ shards, tell }) => {
    const history = new History(shards);
    tell(history);
    for (const { entries } of history.ledger.shards.values()) expect(entries.length).toBeLessThanOrEqual(4);
  });
});

const nobody = { deadline: undefined, allowSkip: false };

/** A plan of shard 0 for T1, from the round `planned`. */
function planFor(more: Partial<PlannedShard> = {}, from: Declaration["from"] = T1): Plan {
  const planned = {
    shard: 0,
    round: { ...round, id: "planned" },
    position: formatPosition(T1),
    target: cursor(50),
    targetTime: undefined,
    snapshot: standing(80),
    ...more,
  };
  const wish = { positions: positionsOf(from), triggers: "a", generation: "first" };
  return { wish, plannedAt: noon, shards: new Map([[0, planned]]), earlier: [] };
}

const ofT1 = { ...act, position: formatPosition(T1) };
const ofT2 = { ...actOfRound("round-2"), position: formatPosition(T2) };

describe("rule", () => {
  test("1: keep closes an open act, and so does a map that does not name the shard", () => {
    const ledger = ledgerOf([entry("certainlyNot", { act: ofT1, open: true })]);
    expect(askedOf(planFor({}, keep), ledger, 0, nobody)).toEqual({ kind: "leave", why: "kept" });
    expect(askedOf(planFor({}, { 1: T1 }), ledger, 0, nobody)).toEqual({ kind: "leave", why: "kept" });
  });

  test.each(["certainlyNot", "perhaps"] as const)("2: an open act that is %s goes on", (outcome) => {
    const ledger = ledgerOf([entry(outcome, { act: ofT1, open: true })]);
    expect(askedOf(planFor(), ledger, 0, nobody)).toEqual({ kind: "resume", act: ofT1 });
  });

  test.each(["applied", "alreadyThere", "behind", "perhaps"] as const)(
    "3: a newest act that is %s leaves nothing to ask for, and withdraws an open one",
    (outcome) => {
      const done = entry(outcome, { act: ofT1 });
      const ledger = ledgerOf([done, entry("certainlyNot", { act: ofT2, open: true })]);
      expect(askedOf(planFor(), ledger, 0, nobody)).toEqual({ kind: "nothing", entry: done });
    },
  );

  test("3: an act counts by what it took over, too", () => {
    const inherited = [{ position: formatPosition(T1), triggers: "a", generation: "first" }];
    const ledger = ledgerOf([entry("applied", { act: { ...ofT2, inherited } })]);
    expect(askedOf(planFor(), ledger, 0, nobody).kind).toBe("nothing");
  });

  const later = (noon + 1) as Instant;
  const skipping = { deadline: undefined, allowSkip: true };

  test("3: a shard that was behind acts where skipping is allowed, and no other one does", () => {
    expect(askedOf(planFor(), ledgerOf([entry("behind", { act: ofT1 })]), 0, skipping).kind).toBe("act");
    expect(askedOf(planFor(), ledgerOf([entry("applied", { act: ofT1 })]), 0, skipping).kind).toBe("nothing");
  });

  test.each([
    { name: "is left out", deadline: undefined, planned: undefined, bound: noon },
    {
      name: "is left out, and was brought forward since the plan",
      deadline: undefined,
      planned: later,
      bound: noon,
    },
    { name: "is given once more", deadline: later, planned: later, bound: later },
  ])("3: a shard that was behind is bound by its deadline where one $name", (row) => {
    const { deadline, planned, bound } = row;
    const behind = entry("behind", { act: { ...ofT1, deadline: noon } });
    const plan = planFor({ round: { ...round, id: "round-2", deadline: planned } });
    const asked = askedOf(plan, ledgerOf([behind]), 0, { ...skipping, deadline });
    expect(actAsked(asked)?.deadline).toBe(bound);
  });

  test("3: a shard that is behind remembers the deadline that it is given, and no other does", () => {
    const ask = (outcome: "behind" | "applied", deadline: Instant | undefined) => {
      const ledger = ledgerOf([entry(outcome, { act: ofT1 })]);
      const asked = askedOf(planFor(), ledger, 0, { deadline, allowSkip: false });
      const [kept] = recordAsked(ledger, 0, asked)?.entries ?? [];
      return kept?.act.deadline;
    };
    expect([ask("behind", noon), ask("behind", undefined), ask("applied", noon)]).toEqual([
      noon,
      undefined,
      undefined,
    ]);
  });

  const gaveUp = { ...ofT1, deadline: noon };
  test.each([
    { name: "no deadline", deadline: undefined, asked: "expired" },
    { name: "the same deadline", deadline: noon, asked: "expired" },
    { name: "an earlier deadline", deadline: beforeNoon(1), asked: "expired" },
    { name: "a later deadline", deadline: later, asked: "act" },
  ])("4: of an expired act, $name: $asked", ({ deadline, asked }) => {
    const ledger = ledgerOf([entry("expired", { act: gaveUp })]);
    expect(askedOf(planFor(), ledger, 0, { deadline, allowSkip: false }).kind).toBe(asked);
  });

  test("4: a later deadline never acts on the look from before the earlier one passed", () => {
    const ledger = ledgerOf([entry("expired", { act: gaveUp })]);
    const samePlan = planFor({ round: gaveUp.round });
    expect(askedOf(samePlan, ledger, 0, { deadline: later, allowSkip: false }).kind).toBe("expired");
  });

  const others = {
    intention: { position: formatPosition(T1), triggers: "a", generation: "first" },
    knownShards: [1],
  };

  test.each([
    { name: 'after "*" was last followed', others, from: T1, asked: "leave" },
    { name: "and is named", others, from: { 0: T1 }, asked: "act" },
    { name: "before", others: { ...others, knownShards: [0, 1] }, from: T1, asked: "act" },
    { name: 'and "*" was never followed', others: undefined, from: T1, asked: "act" },
    {
      name: 'after "*" followed something else',
      others: { ...others, intention: { ...others.intention, triggers: "b" } },
      from: T1,
      asked: "act",
    },
  ])("5: a shard that appeared $name: $asked", ({ others: followed, from, asked }) => {
    const ledger = { shards: new Map(), others: followed };
    expect(askedOf(planFor({}, from), ledger, 0, nobody).kind).toBe(asked);
  });

  test("6: a new act is what was planned", () => {
    const asked = askedOf(planFor(), emptyLedger, 0, nobody);
    expect(asked).toEqual({
      kind: "act",
      act: {
        ...ofT1,
        round: { ...round, id: "planned" },
        targetTime: undefined,
      },
    });
  });

  test.each([
    { name: "another position", more: { position: formatPosition(T2) } },
    { name: "other triggers", more: { round: { ...round, triggers: "b" } } },
    { name: "a plan that was replaced", more: { round: { ...round, generation: "second" } } },
  ])("6: what was planned for $name is no act", ({ more }) => {
    expect(askedOf(planFor(more), emptyLedger, 0, nobody)).toEqual({ kind: "unplanned" });
  });

  test("6: an act that takes up the target of one that may have been applied inherits its way back", () => {
    const wayBack = standing(70);
    const open = entry("perhaps", { act: { ...ofT2, wayBack }, open: true });
    const asked = askedOf(planFor(), ledgerOf([open]), 0, nobody);
    expect(asked).toMatchObject({
      kind: "act",
      act: { wayBack, inherited: [{ position: formatPosition(T2), triggers: "a", generation: "first" }] },
    });
    const elsewhere = entry("perhaps", { act: { ...ofT2, target: cursor(51), wayBack }, open: true });
    expect(askedOf(planFor(), ledgerOf([elsewhere]), 0, nobody)).toMatchObject({
      act: { wayBack: standing(80), inherited: [] },
    });
    const failed = entry("certainlyNot", { act: { ...ofT2, wayBack }, open: true });
    expect(askedOf(planFor(), ledgerOf([failed]), 0, nobody)).toMatchObject({ act: { inherited: [] } });
  });
});

describe("previous", () => {
  const back = planFor({ position: "previous", target: undefined }, previous);

  test("leads to the way back of the newest act that moved the shard", () => {
    const entries = [
      entry("applied", { act: { ...ofT1, wayBack: standing(30) } }),
      entry("perhaps", { act: { ...ofT2, wayBack: standing(40) } }),
      entry("expired", { act: actOfRound("round-3", { wayBack: standing(60) }) }),
    ];
    expect(askedOf(back, ledgerOf(entries), 0, nobody)).toMatchObject({ act: { target: cursor(40) } });
  });

  test("is refused without a ledger, and left alone where only this shard has no way back", () => {
    expect(askedOf(back, emptyLedger, 0, nobody)).toEqual({ kind: "nothingBefore" });
    const elsewhere = ledgerOf([entry("applied")], { shard: 1 });
    expect(askedOf(back, elsewhere, 0, nobody)).toEqual({ kind: "leave", why: "noWayBack" });
    const nowhere = standing(80, { checkpoint: { kind: "none" } });
    const untouched = ledgerOf([entry("applied", { act: { ...ofT1, wayBack: nowhere } })]);
    expect(askedOf(back, untouched, 0, nobody)).toEqual({ kind: "leave", why: "noWayBack" });
  });
});

describe("a ledger that does not know its history", () => {
  const unknown = { historyUnknown: true };
  const failed = entry("certainlyNot", { act: ofT2, open: true });

  test.each([
    { name: "another position", from: T1, entries: [failed], asked: "leave" },
    { name: "a cursor in place of an instant", from: cursorPosition(50), entries: [failed], asked: "act" },
    {
      name: "a cursor in place of a cursor",
      from: cursorPosition(50),
      entries: [{ ...failed, act: { ...ofT2, position: `cursor:${cursor(7)}` } }],
      asked: "leave",
    },
    {
      name: "other triggers",
      from: T1,
      entries: [{ ...failed, act: { ...ofT2, round: { ...round, triggers: "old" } } }],
      asked: "act",
    },
  ])("is asked for $name: $asked", ({ from, entries, asked }) => {
    const plan = planFor({ position: formatPosition(from) }, from);
    expect(askedOf(plan, ledgerOf(entries, unknown), 0, nobody).kind).toBe(asked);
  });
});

test("the shards whose last move is older than the newest round are named", () => {
  const old = { ...act, round: { ...round, id: "old", plannedAt: beforeNoon(hour) } };
  const shards = [
    { shard: 0, entries: [entry("applied", { act: old })] },
    { shard: 1, entries: [entry("applied")] },
    { shard: 2, entries: [entry("perhaps")] },
    { shard: 3, entries: [entry("alreadyThere", { act: old })] },
  ].map(
    ({ shard, entries }) => [shard, { shard, status: "pinned", entries, historyUnknown: false }] as const,
  );
  expect(olderWaysBack({ shards: new Map(shards), others: undefined })).toEqual([0]);
  expect(olderWaysBack(emptyLedger)).toEqual([]);
});
