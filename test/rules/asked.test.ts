import { describe, expect, test } from "vitest";
import { positionOf } from "../../provider/src/model/cursor.js";
import { wayBackOf } from "../../provider/src/rules/ledger.js";
import { History, T1, T2, cursorPosition, keep, previous } from "./history.js";

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

  test.each(histories)("repeated at its end writes nothing: $name", ({ shards, tell }) => {
    const history = new History(shards);
    tell(history);
    const entries = [...history.ledger.shards.values()].map((shard) => shard.entries.length);
    expect(Math.max(0, ...entries)).toBeLessThanOrEqual(4);
    const back = [...history.ledger.shards.values()].map((shard) => wayBackOf(shard.entries)?.checkpoint);
    for (const stood of back) {
      if (stood?.kind === "at") expect(positionOf(stood.cursor)).toBeGreaterThan(0n);
    }
  });
});
