import { describe, expect, test } from "vitest";
import { type Duration, durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Decision } from "../../provider/src/rules/decide.js";
import { moveOf } from "../../provider/src/rules/move.js";
import { type RunState, nextStep, timeUntilQuiet } from "../../provider/src/rules/nextStep.js";
import { type EndedShard, type RunningShard, startOf } from "../../provider/src/rules/run.js";
import { type ShardStatus } from "../../provider/src/rules/status.js";
import { fresh, seenAt } from "./acts.js";
import { beforeNoon, cursor, noon, shard } from "./scenario.js";

type State = RunState<string>;

const move = moveOf(shard, cursor(50), noon);
const moves: Decision = { kind: "move", move, overwrites: [] };
const tooFar: Decision = {
  kind: "refused",
  refusal: { kind: "tooFar", move, span: durationOfSeconds(9), maxMove: durationOfSeconds(8) },
};

function live(committed: number): Decision {
  return {
    kind: "refused",
    refusal: {
      kind: "liveConsumers",
      move,
      consumers: [{ shard: 0, consumer: "host-a", committed: durationOfSeconds(committed) }],
      quietAfter: durationOfSeconds(75),
      waitTimeout: undefined,
    },
  };
}

const nothing: State = {
  shards: [],
  decisions: new Map(),
  bounds: {
    onActiveConsumers: "refuse",
    waitTimeout: durationOfSeconds(300),
    watchFor: durationOfSeconds(75),
  },
  mostAtOnce: 2,
  now: 1_000,
  started: 0,
  watchingSince: undefined,
  watchEnded: false,
};

function running(id: number, more: Partial<RunningShard<string>> = {}): RunningShard<string> {
  const open = { ...fresh, act: { ...fresh.act, shard: id } };
  return { ...startOf<string>(open, seenAt(80, { shard: id }), 0), ...more };
}

/** Adds a shard that goes on, and what decide says of it. */
function going(state: State, decision: Decision, more: Partial<RunningShard<string>> = {}): State {
  const id = state.shards.length;
  return {
    ...state,
    shards: [...state.shards, running(id, more)],
    decisions: new Map([...state.decisions, [id, decision]]),
  };
}

function ended(state: State, status: ShardStatus, more: Partial<EndedShard<string>> = {}): State {
  const end: EndedShard<string> = { status, outcome: "applied", written: false, ...more };
  return { ...state, shards: [...state.shards, running(state.shards.length, { ended: end, writes: 1 })] };
}

/** One thing that may be seen. Rows stand in the order in which they win. */
interface Row {
  readonly row: number;
  readonly seen: string;
  readonly step: string;
  readonly add: (state: State) => State;
  readonly excludes?: readonly string[];
}

const rows: readonly Row[] = [
  {
    row: 1,
    seen: "a shard that is settled without a write",
    step: "settle",
    add: (state) => going(state, { kind: "behind", shard, target: cursor(90) }),
  },
  {
    row: 2,
    seen: "a shard past its deadline",
    step: "expired",
    add: (state) => going(state, { kind: "expired", applyBefore: beforeNoon(1), serverTime: noon }),
  },
  { row: 3, seen: "a shard that is refused", step: "refused", add: (state) => going(state, tooFar) },
  {
    row: 4,
    seen: "consumers that are waited for",
    step: "wait for consumers",
    add: (state) => ({
      ...going(state, live(70)),
      bounds: { ...state.bounds, onActiveConsumers: "wait" },
    }),
  },
  {
    row: 5,
    seen: "consumers that are not waited for",
    step: "refused",
    add: (state) => going(state, live(70)),
    excludes: ["consumers that are waited for"],
  },
  { row: 6, seen: "a shard that may be written", step: "write", add: (state) => going(state, moves) },
  {
    row: 7,
    seen: "a shard that has to be looked at again",
    step: "wait",
    add: (state) => going(state, moves, { notBefore: 5_000 }),
  },
  {
    row: 8,
    seen: "a pin that is watched",
    step: "watch",
    add: (state) => ({
      ...ended(state, "pinned", { written: true }),
      bounds: { ...state.bounds, onActiveConsumers: "overwrite" },
    }),
    excludes: ["consumers that are waited for", "consumers that are not waited for"],
  },
  {
    row: 10,
    seen: "a shard that is uncertain",
    step: "unfinished",
    add: (state) => ended(state, "uncertain", { outcome: "perhaps" }),
  },
  { row: 9, seen: "a shard that ended well", step: "finished", add: (state) => ended(state, "kept") },
];

function stepOf(state: State): string {
  const step = nextStep(state);
  return step.kind === "wait" && step.live !== undefined ? "wait for consumers" : step.kind;
}

describe("the next step of a run", () => {
  test.each(rows)("row $row: $seen is $step", ({ add, step }) => {
    expect(stepOf(add(nothing))).toBe(step);
  });

  const pairs = rows.flatMap((first, index) =>
    rows
      .slice(index + 1)
      .filter(({ seen, excludes }) => !excludes?.includes(first.seen) && !first.excludes?.includes(seen))
      .map((second) => ({ first, second })),
  );

  test("is tested with every pair of rows that can be seen at once", () => {
    expect(pairs).toHaveLength(42);
  });

  test.each(pairs)("$first.seen wins over $second.seen", ({ first, second }) => {
    const state = second.add(first.add(nothing));
    const sent = state.shards.some(({ writes }) => writes > 0);
    const stopped = first.step === "refused" && sent;
    expect(stepOf(state)).toBe(stopped ? "unfinished" : first.step);
    expect(stepOf(first.add(second.add(nothing)))).toBe(stopped ? "unfinished" : first.step);
  });

  test("of nothing at all is finished", () => {
    expect(nextStep(nothing)).toEqual({ kind: "finished" });
  });
});

describe("a wave", () => {
  test("is what may be written by this look, in order, and never more than may go out at once", () => {
    const waiting = going(going(nothing, moves), moves, { notBefore: 1_001 });
    const state = going(going(going(waiting, moves), moves), tooFar);
    expect(nextStep({ ...state, decisions: new Map([...state.decisions, [4, moves]]) })).toEqual({
      kind: "write",
      shards: [0, 2],
    });
  });

  test("never holds a shard that decide does not move", () => {
    const kept: Decision = { kind: "kept", shard };
    expect(nextStep(going(nothing, kept)).kind).toBe("wait");
  });

  test("never holds a write that was acknowledged, or lost and not looked for", () => {
    const acknowledged = { kind: "acknowledged", requestId: undefined, looks: 0 } as const;
    const lost = { kind: "lost", failure: "reset", firstSeen: undefined } as const;
    expect(nextStep(going(nothing, moves, { last: acknowledged, writes: 1 }))).toEqual({
      kind: "wait",
      until: 1_000,
      live: undefined,
    });
    expect(nextStep(going(nothing, moves, { last: lost, writes: 1 }))).toEqual({
      kind: "wait",
      until: 2_000,
      live: undefined,
    });
  });
});

describe("a refusal", () => {
  test("names every shard that is refused, and stops a run that has written as unfinished", () => {
    const refusals = [0, 1].map((id) => ({ shard: id, refusal: refusalOf(tooFar) }));
    const both = going(going(nothing, tooFar), tooFar);
    expect(nextStep(both)).toEqual({ kind: "refused", refusals });
    expect(nextStep(ended(both, "pinned"))).toEqual({ kind: "unfinished", refusals });
  });

  function refusalOf(decision: Decision) {
    if (decision.kind !== "refused") throw new Error("not refused");
    return decision.refusal;
  }
});

test("every shard that is settled is told with how", () => {
  const state = going(going(going(nothing, { kind: "alreadyThere", shard }), { kind: "gone" }), {
    kind: "behind",
    shard,
    target: cursor(90),
  });
  expect(nextStep(state)).toEqual({
    kind: "settle",
    shards: [
      { shard: 0, as: "alreadyThere" },
      { shard: 1, as: "gone" },
      { shard: 2, as: "behind" },
    ],
  });
});

describe("waiting for consumers", () => {
  const waits = { ...nothing.bounds, onActiveConsumers: "wait" as const };

  test.each([
    { committed: 70, waitTimeout: 6, step: "wait for consumers" },
    { committed: 70, waitTimeout: 5, step: "refused" },
    { committed: 0, waitTimeout: 76, step: "wait for consumers" },
    { committed: 0, waitTimeout: 75, step: "refused" },
  ])("committed $committed s ago, 1 s after the beginning, at most $waitTimeout s: $step", (row) => {
    const bounds = { ...waits, waitTimeout: durationOfSeconds(row.waitTimeout) };
    expect(stepOf(going({ ...nothing, bounds }, live(row.committed)))).toBe(row.step);
  });

  test("ends when the youngest commit is old enough, and takes a second at least", () => {
    const both = {
      kind: "liveConsumers",
      move,
      consumers: [70, 20].map((seconds) => ({
        shard: 0,
        consumer: "host-a",
        committed: durationOfSeconds(seconds),
      })),
      quietAfter: durationOfSeconds(75),
      waitTimeout: undefined,
    } as const;
    expect(timeUntilQuiet(both)).toBe(55_000);
    expect(timeUntilQuiet({ ...both, quietAfter: durationOfSeconds(20) })).toBe(1_000);
  });
});

describe("the watch", () => {
  const overwrites = { ...nothing.bounds, onActiveConsumers: "overwrite" as const };
  const written = ended({ ...nothing, bounds: overwrites }, "pinned", { written: true });

  test.each([
    { name: "begins after the last write", more: {}, step: "watch" },
    { name: "goes on until its time is over", more: { watchingSince: 1_000, now: 75_999 }, step: "watch" },
    { name: "ends then", more: { watchingSince: 1_000, now: 76_000 }, step: "finished" },
    { name: "ends once every pin was judged", more: { watchEnded: true }, step: "finished" },
    {
      name: "is none without a time",
      more: { bounds: { ...overwrites, watchFor: 0 as Duration } },
      step: "finished",
    },
    { name: "is none where nothing was overwritten", more: { bounds: nothing.bounds }, step: "finished" },
  ])("$name: $step", ({ more, step }) => {
    expect(nextStep({ ...written, ...more }).kind).toBe(step);
  });

  test("that saw a pin overwritten ends the run unfinished", () => {
    expect(nextStep(ended(nothing, "overwritten")).kind).toBe("unfinished");
  });
});
