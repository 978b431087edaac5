import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { positionOf } from "../../provider/src/model/cursor.js";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Instant } from "../../provider/src/model/instant.js";
import { type Decision, decide, liveConsumers, quietAfter } from "../../provider/src/rules/decide.js";
import { type ShardIntent } from "../../provider/src/rules/intent.js";
import { moveOf } from "../../provider/src/rules/move.js";
import { type CheckpointRecord } from "../../provider/src/model/checkpoint.js";
import { type Observation, type ShardObservation } from "../../provider/src/rules/observation.js";
import { startOf } from "../../provider/src/rules/run.js";
import { act, fresh, standing } from "./acts.js";
import {
  beforeNoon,
  cursor,
  day,
  hour,
  intent,
  minute,
  noon,
  receivedBeforeNoon,
  record,
  seenShard,
  shard,
  standsAt,
} from "./scenario.js";

/** What decide is asked, in parts that a row of its table changes. */
interface Scenario {
  readonly intent: ShardIntent;
  readonly shard: ShardObservation;
  readonly others: readonly CheckpointRecord[];
  readonly ordered: boolean;
  readonly exists: boolean;
  readonly looked: boolean;
}

const harmless: Scenario = { intent, shard, others: [], ordered: false, exists: true, looked: true };
const retention = durationOfSeconds(7 * day);

function observationOf({ shard, others, ordered, exists, looked }: Scenario): Observation {
  if (!looked) return { kind: "unseen", serverTime: noon, failure: new Error("reset") };
  return seenShard(shard, {
    group: { ordered, timeout: durationOfSeconds(minute) },
    retention,
    records: [shard.record, ...others],
    ...(!exists && { shard: undefined }),
  });
}

function decided(scenario: Scenario, isOurs: (record: CheckpointRecord) => boolean = () => false): Decision {
  return judged(scenario.intent, observationOf(scenario), isOurs);
}

/** What `decide` says by the consumers that the same look shows alive. */
function judged(
  asked: ShardIntent,
  seen: Observation,
  isOurs: (record: CheckpointRecord) => boolean = () => false,
): Decision {
  return decide(asked, seen, seen.kind === "seen" ? liveConsumers(seen, isOurs) : []);
}

function nameOf(decision: Decision): string {
  return decision.kind === "refused" ? decision.refusal.kind : decision.kind;
}

function asking(scenario: Scenario, more: Partial<ShardIntent>): Scenario {
  return { ...scenario, intent: { ...scenario.intent, ...more } };
}

function seeing(scenario: Scenario, more: Partial<ShardObservation>): Scenario {
  return { ...scenario, shard: { ...scenario.shard, ...more } };
}

function recorded(scenario: Scenario, more: Partial<CheckpointRecord>): Scenario {
  return seeing(scenario, { record: { ...scenario.shard.record, ...more } });
}

/** One thing that may be seen, which alone leads to `result`. Rows stand in the order in which they win. */
interface Row {
  readonly row: number;
  readonly result: string;
  readonly seen: string;
  readonly change: (scenario: Scenario) => Scenario;
  /** What cannot be seen at the same time. */
  readonly excludes?: readonly string[];
}

const unseen = ["gone from the logstore", "keep", "no such shard"];
const noTarget = ["keep", "nothing to put back"];

const rows: readonly Row[] = [
  {
    row: 2,
    result: "gone",
    seen: "gone from the logstore",
    change: (before) => ({ ...asking(before, { known: true }), exists: false }),
  },
  {
    row: 2,
    result: "kept",
    seen: "keep",
    change: (before) => asking(before, { target: { kind: "keep" } }),
    excludes: ["gone from the logstore", "no such shard"],
  },
  {
    row: 3,
    result: "unknownShard",
    seen: "no such shard",
    change: (before) => ({ ...before, exists: false }),
    excludes: ["gone from the logstore"],
  },
  {
    row: 4,
    result: "inTheFuture",
    seen: "an instant in the future",
    change: (before) => asking(before, { asked: (noon + 1) as Instant }),
  },
  {
    row: 5,
    result: "alreadyThere",
    seen: "stands at the target",
    change: (before) => {
      const { target } = before.intent;
      return typeof target === "string"
        ? recorded(before, { checkpoint: { kind: "at", cursor: target } })
        : before;
    },
  },
  {
    row: 6,
    result: "behind",
    seen: "an instant ahead of where it stands",
    change: (before) => {
      const { target, asked = beforeNoon(2 * hour) } = before.intent;
      const ahead = typeof target === "string" && positionOf(target) > 80n ? target : cursor(90);
      return asking(before, { asked, target: ahead });
    },
    excludes: ["stands at the target", "keep"],
  },
  {
    row: 7,
    result: "expired",
    seen: "past the deadline",
    change: (before) => asking(before, { applyBefore: (noon - 1) as Instant }),
  },
  {
    row: 8,
    result: "lookFailed",
    seen: "a look that failed",
    change: (before) => ({ ...before, looked: false }),
    excludes: [
      ...unseen,
      "an instant in the future",
      "stands at the target",
      "an instant ahead of where it stands",
    ],
  },
  {
    row: 9,
    result: "nothingBefore",
    seen: "nothing to put back",
    change: (before) => asking(before, { target: { kind: "nothingBefore" } }),
    excludes: [
      "keep",
      "stands at the target",
      "an instant in the future",
      "an instant ahead of where it stands",
    ],
  },
  {
    row: 9,
    result: "outsideWindow",
    seen: "a cursor before the window",
    change: (before) => seeing(asking(before, { target: cursor(9) }), { targetTime: { kind: "outside" } }),
    excludes: [...noTarget, "an instant ahead of where it stands"],
  },
  {
    row: 9,
    result: "outsideWindow",
    seen: "a cursor after the window",
    change: (before) => seeing(asking(before, { target: cursor(101) }), { targetTime: { kind: "outside" } }),
    excludes: [...noTarget, "a cursor before the window"],
  },
  {
    row: 10,
    result: "truncated",
    seen: "an instant older than the retention",
    change: (before) => asking(before, { asked: beforeNoon(7 * day + 1) }),
    excludes: [...noTarget, "an instant in the future", "a cursor after the window"],
  },
  {
    row: 11,
    result: "tooFar",
    seen: "further than maxMove",
    change: (before) => asking(before, { maxMove: durationOfSeconds(3 * hour - 1) }),
    excludes: noTarget,
  },
  {
    row: 12,
    result: "unordered",
    seen: "a finished shard of an ordered group that was split",
    change: (before) =>
      recorded(seeing({ ...before, ordered: true }, { status: "readonly" }), { checkpoint: standsAt(100) }),
    excludes: [...noTarget, "stands at the target", "an instant ahead of where it stands"],
  },
  {
    row: 12,
    result: "unordered",
    seen: "a shard of an ordered group whose child has been read",
    change: (before) => ({
      ...seeing({ ...before, ordered: true }, { status: "readonly", children: [1] }),
      others: [{ ...record, shard: 1 }],
    }),
    excludes: [...noTarget, "stands at the target", "an instant ahead of where it stands"],
  },
  {
    row: 13,
    result: "shardsChanged",
    seen: "shards that were split since the plan",
    change: (before) => asking(before, { plannedShards: [0] }),
    excludes: noTarget,
  },
  {
    row: 14,
    result: "liveConsumers",
    seen: "a consumer that is alive",
    change: (before) => recorded(before, { updateTime: beforeNoon(minute) }),
    excludes: noTarget,
  },
];

function compatible(...chosen: readonly Row[]): boolean {
  return chosen.every((left) => chosen.every((right) => left.excludes?.includes(right.seen) !== true));
}

/** All that is chosen is seen at once. Later rows are put in first, because the earlier ones look at what is there. */
function together(chosen: readonly Row[]): Scenario {
  return [...chosen].reverse().reduce((scenario, { change }) => change(scenario), harmless);
}

describe("decide", () => {
  test("moves a shard where nothing stands against it", () => {
    expect(decided(harmless)).toEqual({
      kind: "move",
      move: moveOf(shard, cursor(50), noon),
      overwrites: [],
    });
  });

  test("has a row for each of its seventeen sights, in order", () => {
    expect(rows.map(({ row }) => row)).toEqual([2, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 10, 11, 12, 12, 13, 14]);
  });

  test.each(rows)("row $row: $seen is $result", ({ change, result }) => {
    expect(nameOf(decided(change(harmless)))).toBe(result);
  });

  const pairs = rows.flatMap((first, index) =>
    rows
      .slice(index + 1)
      .filter((second) => compatible(first, second))
      .map((second) => ({ first, second })),
  );

  test("is tested with every pair of rows that can be seen at once", () => {
    expect(pairs).toHaveLength(97);
  });

  test.each(pairs)("$first.seen wins over $second.seen", ({ first, second }) => {
    expect(nameOf(decided(together([first, second])))).toBe(first.result);
  });

  test("answers the first row of however many are seen at once", () => {
    fc.assert(
      fc.property(fc.subarray([...rows], { minLength: 1 }), (chosen) => {
        fc.pre(compatible(...chosen));
        expect(nameOf(decided(together(chosen)))).toBe(chosen[0]?.result);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the deadline", () => {
  test.each([
    { applyBefore: noon - 1, kind: "expired" },
    { applyBefore: noon, kind: "move" },
    { applyBefore: noon + 1, kind: "move" },
  ])("$applyBefore against the service's clock is $kind", ({ applyBefore, kind }) => {
    expect(decided(asking(harmless, { applyBefore: applyBefore as Instant })).kind).toBe(kind);
  });

  test("counts where the look failed, by the failing answer's date, and not without one", () => {
    const late = { ...intent, applyBefore: beforeNoon(1) };
    const failure = new Error("reset");
    const dated = judged(late, { kind: "unseen", serverTime: noon, failure });
    expect(dated).toEqual({ kind: "expired", applyBefore: late.applyBefore, serverTime: noon });
    const undated = judged(late, { kind: "unseen", serverTime: undefined, failure });
    expect(undated).toEqual({ kind: "refused", refusal: { kind: "lookFailed", failure } });
  });
});

describe("the window", () => {
  test.each([
    { target: 9, result: "outsideWindow", side: "before" },
    { target: 10, result: "move", side: undefined },
    { target: 100, result: "move", side: undefined },
    { target: 101, result: "outsideWindow", side: "after" },
  ])("from 10 to 100: $target is $result", ({ target, result, side }) => {
    const decision = decided(asking(harmless, { target: cursor(target) }));
    expect(nameOf(decision)).toBe(result);
    if (decision.kind !== "refused") return;
    expect(decision.refusal).toEqual({
      kind: "outsideWindow",
      side,
      begin: cursor(10),
      end: cursor(100),
    });
  });

  test("of an empty shard holds its end, and moves there", () => {
    const empty = seeing(asking(harmless, { target: cursor(100) }), {
      begin: cursor(100),
      currentTime: { kind: "outside" },
      targetTime: { kind: "empty" },
    });
    expect(decided(empty).kind).toBe("move");
    expect(nameOf(decided(asking(empty, { target: cursor(99) })))).toBe("outsideWindow");
  });

  test("does not matter for a shard that stands there already, or for one without a checkpoint", () => {
    const there = recorded(asking(harmless, { target: cursor(5) }), { checkpoint: standsAt(5) });
    expect(decided(there).kind).toBe("alreadyThere");
    const untouched = recorded(harmless, { checkpoint: { kind: "none" }, updateTime: undefined });
    expect(decided(seeing(untouched, { currentTime: { kind: "outside" } })).kind).toBe("move");
  });
});

describe("an instant that was asked for", () => {
  const asked = beforeNoon(7 * day + 1);

  test("may be exactly as old as the retention, and exactly now", () => {
    expect(decided(asking(harmless, { asked: beforeNoon(7 * day) })).kind).toBe("move");
    expect(decided(asking(harmless, { asked: noon })).kind).toBe("move");
  });

  test("may be gone where that is allowed", () => {
    expect(decided(asking(harmless, { asked, allowTruncated: true })).kind).toBe("move");
    expect(nameOf(decided(asking(harmless, { asked, allowTruncated: false })))).toBe("truncated");
  });

  test("is not gone from a shard whose whole life is inside the retention", () => {
    const keptSince = beforeNoon(7 * day);
    const bornWithin = asking(seeing(harmless, { createdAt: keptSince }), { asked });
    expect(decided(bornWithin).kind).toBe("move");
    const bornBefore = asking(seeing(harmless, { createdAt: (keptSince - 1) as Instant }), { asked });
    expect(nameOf(decided(bornBefore))).toBe("truncated");
  });

  test("is gone from a shard that was born later than it, and lost log groups since", () => {
    const old = beforeNoon(30 * day);
    const bornLater = asking(seeing(harmless, { createdAt: beforeNoon(20 * day) }), { asked: old });
    expect(nameOf(decided(bornLater))).toBe("truncated");
  });

  test("says since when log groups are kept, and which is the first that would be read", () => {
    expect(decided(asking(harmless, { asked }))).toEqual({
      kind: "refused",
      refusal: {
        kind: "truncated",
        asked,
        keptSince: beforeNoon(7 * day),
        firstRead: receivedBeforeNoon(4 * hour),
      },
    });
  });
});

describe("maxMove", () => {
  test.each([
    { maxMove: 3 * hour, kind: "move" },
    { maxMove: 3 * hour - 1, kind: "refused" },
  ])("of $maxMove seconds against a span of three hours: $kind", ({ maxMove, kind }) => {
    expect(decided(asking(harmless, { maxMove: durationOfSeconds(maxMove) })).kind).toBe(kind);
  });

  test("bounds moves forward like those back", () => {
    const ahead = seeing(asking(harmless, { target: cursor(90), maxMove: durationOfSeconds(minute) }), {
      targetTime: receivedBeforeNoon(0),
    });
    expect(decided(ahead)).toMatchObject({
      refusal: { kind: "tooFar", span: durationOfSeconds(hour), move: { direction: "forward" } },
    });
  });

  test("refuses what cannot be measured, however wide it is", () => {
    const unmeasured = seeing(harmless, { targetTime: { kind: "outside" } });
    const wide = { maxMove: durationOfSeconds(200 * 365 * day) };
    expect(nameOf(decided(asking(unmeasured, wide)))).toBe("tooFar");
  });
});

describe("an instant ahead of where a shard stands", () => {
  const ahead = rows.find(({ result }) => result === "behind")?.change(harmless) ?? harmless;

  test("moves nothing: everything since is read anyway", () => {
    expect(decided(ahead)).toEqual({ kind: "behind", shard: ahead.shard, target: cursor(90) });
  });

  test.each([
    { name: "where skipping is allowed", scenario: asking(ahead, { allowSkip: true }) },
    { name: "for a cursor, which asks for it by name", scenario: asking(harmless, { target: cursor(90) }) },
    {
      name: "from outside of the window, where nothing is left to read",
      scenario: seeing(ahead, { currentTime: { kind: "outside" } }),
    },
    {
      name: "where the group has no position",
      scenario: recorded(ahead, { checkpoint: { kind: "none" }, updateTime: undefined }),
    },
  ])("is moved to $name", ({ scenario }) => {
    expect(decided(scenario).kind).toBe("move");
  });
});

describe("shards that were split or merged since an act was planned", () => {
  test.each([
    { plannedShards: undefined, result: "move" },
    { plannedShards: [0, 1], result: "move" },
    { plannedShards: [0, 1, 2], result: "move" },
    { plannedShards: [0], result: "shardsChanged" },
  ])("planned of $plannedShards, seen 0 and 1: $result", ({ plannedShards, result }) => {
    const scenario = asking(harmless, plannedShards === undefined ? {} : { plannedShards });
    expect(nameOf(decided(scenario))).toBe(result);
  });

  test("are named", () => {
    expect(decided(asking(harmless, { plannedShards: [0] }))).toEqual({
      kind: "refused",
      refusal: { kind: "shardsChanged", appeared: [1] },
    });
  });
});

describe("a shard that the logstore does not have", () => {
  const missing = { ...harmless, exists: false };

  test("is gone where state knows it, and else unknown, with those that there are", () => {
    expect(decided(asking(missing, { known: true }))).toEqual({ kind: "gone" });
    expect(decided(missing)).toEqual({
      kind: "refused",
      refusal: { kind: "unknownShard", knownShards: [0, 1] },
    });
  });
});

describe("an ordered group", () => {
  const [finished = harmless, childRead = harmless] = rows
    .filter(({ result }) => result === "unordered")
    .map(({ change }) => change(harmless));

  test.each([
    { name: "where that is allowed", scenario: asking(finished, { allowUnordered: true }) },
    { name: "that is not ordered", scenario: { ...finished, ordered: false } },
    { name: "whose shard was never split", scenario: seeing(finished, { status: "readwrite" }) },
    {
      name: "that has not read the shard to its end",
      scenario: recorded(finished, { checkpoint: standsAt(99) }),
    },
    { name: "that never read the shard", scenario: recorded(finished, { checkpoint: { kind: "none" } }) },
    { name: "past a child that nobody has read", scenario: { ...childRead, others: [] } },
    {
      name: "past a child that only has a record",
      scenario: { ...childRead, others: [{ ...record, shard: 1, checkpoint: { kind: "none" } }] },
    },
    {
      name: "past a shard that is no child of it",
      scenario: { ...childRead, others: [{ ...record, shard: 2 }] },
    },
    {
      name: "whose child was read, where that is allowed",
      scenario: asking(childRead, { allowUnordered: true }),
    },
    {
      name: "forward past a child that was read",
      scenario: asking(childRead, { target: cursor(90) }),
    },
  ] as const)("is moved $name", ({ scenario }) => {
    expect(decided(scenario).kind).toBe("move");
  });
});

describe("live consumers", () => {
  test.each([
    { timeout: 60, ago: 74, kind: "refused" },
    { timeout: 60, ago: 75, kind: "move" },
    { timeout: 10, ago: 74, kind: "refused" },
    { timeout: 10, ago: 75, kind: "move" },
    { timeout: 300, ago: 314, kind: "refused" },
    { timeout: 300, ago: 315, kind: "move" },
    { timeout: 60, ago: -5, kind: "refused" },
  ])("a commit $ago s ago in a group with a timeout of $timeout s: $kind", ({ timeout, ago, kind }) => {
    const observed = recorded(harmless, { updateTime: beforeNoon(ago) }).shard;
    const group = { ordered: false, timeout: durationOfSeconds(timeout) };
    expect(judged(intent, seenShard(observed, { group })).kind).toBe(kind);
  });

  test.each([180, 5, 0])("a commit %i s ahead of the date is one of now", (ahead) => {
    const observed = recorded(harmless, { updateTime: beforeNoon(-ahead) }).shard;
    const decision = judged(intent, seenShard(observed, {}));
    expect(decision).toMatchObject({ refusal: { consumers: [{ committed: 0 }] } });
  });

  const other: CheckpointRecord = { ...record, shard: 1, updateTime: beforeNoon(7) };

  test.each([
    { name: "of the same consumer", records: [record, other], judges: undefined, alive: [1] },
    {
      name: "of another consumer",
      records: [record, { ...other, consumer: "host-b" }],
      judges: undefined,
      alive: [],
    },
    {
      name: "of another consumer, where the whole group is judged",
      records: [record, { ...other, consumer: "host-b" }],
      judges: "group",
      alive: [1],
    },
    {
      name: "of anyone, where the shard was saved in nobody's name and its consumer is not known",
      records: [
        { ...record, consumer: undefined },
        { ...other, consumer: "host-b" },
      ],
      judges: undefined,
      alive: [1],
    },
    {
      name: "of anyone, where nobody ever saved the shard",
      records: [{ ...record, consumer: undefined, updateTime: undefined }, other],
      judges: undefined,
      alive: [],
    },
    {
      name: "that was never written",
      records: [record, { ...other, updateTime: undefined }],
      judges: "group",
      alive: [],
    },
  ] as const)("a commit of another shard $name: $alive", ({ records, judges, alive }) => {
    const observed = { ...shard, record: records[0] };
    const asked: ShardIntent = { ...intent, ...(judges !== undefined && { judges }) };
    const decision = judged(asked, seenShard(observed, { records }));
    const consumers =
      decision.kind === "refused" && decision.refusal.kind === "liveConsumers"
        ? decision.refusal.consumers
        : [];
    expect(consumers.map((consumer) => consumer.shard)).toEqual(alive);
  });

  const alive = recorded(harmless, { updateTime: beforeNoon(7) });

  test("are named with their last commit, and when they count as gone", () => {
    expect(decided(alive)).toMatchObject({
      refusal: {
        kind: "liveConsumers",
        consumers: [{ shard: 0, consumer: "host-a", committed: durationOfSeconds(7) }],
        quietAfter: durationOfSeconds(75),
      },
    });
  });

  test("are not seen in our own commits", () => {
    expect(decided(alive, () => true).kind).toBe("move");
    expect(decided(alive, ({ shard }) => shard === 1).kind).toBe("refused");
  });

  test("are waited for, or overwritten and named, where that is asked for", () => {
    expect(decided(asking(alive, { onActiveConsumers: "wait" })).kind).toBe("refused");
    expect(decided(asking(alive, { onActiveConsumers: "overwrite" }))).toMatchObject({
      kind: "move",
      overwrites: [{ shard: 0, consumer: "host-a", committed: durationOfSeconds(7) }],
    });
  });
});

describe("whatever is seen", () => {
  const position = fc.integer({ min: 0, max: 12 });
  const instant = fc.integer({ min: -20, max: 5 }).map((days) => beforeNoon(-days * day));
  const time = fc.oneof(
    instant.map((value) => ({ kind: "at", instant: value }) as const),
    fc.constantFrom({ kind: "empty" } as const, { kind: "outside" } as const),
  );
  const anyRecord = fc.record({
    shard: fc.constantFrom(0, 1),
    checkpoint: fc.oneof(position.map(standsAt), fc.constant({ kind: "none" } as const)),
    updateTime: fc.option(fc.integer({ min: -10, max: 200 }).map(beforeNoon), { nil: undefined }),
    consumer: fc.constantFrom("host-a", "host-b", undefined),
  });
  const anyShard = fc.record({
    shard: fc.constant(0),
    status: fc.constantFrom("readwrite" as const, "readonly" as const),
    begin: fc.constant(cursor(3)),
    end: fc.constant(cursor(9)),
    record: anyRecord.map((value) => ({ ...value, shard: 0 })),
    currentTime: time,
    targetTime: time,
    createdAt: instant,
    children: fc.constantFrom<readonly number[]>([], [1]),
  });
  const anyIntent: fc.Arbitrary<ShardIntent> = fc.record(
    {
      target: position.map(cursor),
      applyBefore: fc.option(instant, { nil: undefined }),
      maxMove: fc.integer({ min: 0, max: 30 }).map((days) => durationOfSeconds(days * day)),
      onActiveConsumers: fc.constantFrom("refuse" as const, "wait" as const, "overwrite" as const),
      waitTimeout: fc.constant(durationOfSeconds(0)),
      watchFor: fc.constant(durationOfSeconds(0)),
      allowUnordered: fc.boolean(),
      asked: instant,
      allowTruncated: fc.boolean(),
      allowSkip: fc.boolean(),
      plannedShards: fc.constantFrom<readonly number[]>([0], [0, 1], [0, 1, 2]),
      judges: fc.constantFrom("shard" as const, "group" as const),
    },
    {
      requiredKeys: [
        "target",
        "applyBefore",
        "maxMove",
        "onActiveConsumers",
        "waitTimeout",
        "watchFor",
        "allowUnordered",
      ],
    },
  );
  const anySeen = fc
    .record({ observed: anyShard, others: fc.array(anyRecord, { maxLength: 3 }), ordered: fc.boolean() })
    .map(({ observed, others, ordered }) =>
      seenShard(observed, {
        group: { ordered, timeout: durationOfSeconds(minute) },
        retention,
        records: [observed.record, ...others.map((value) => ({ ...value, shard: 1 }))],
      }),
    );

  /** Everything that stands against a move, worked out from what each guard promises. */
  function guards(asked: ShardIntent, seen: ReturnType<typeof seenShard>): readonly string[] {
    const { shard: observed } = seen;
    const { target, applyBefore } = asked;
    if (observed === undefined || typeof target !== "string") return ["nothing to move"];
    const { checkpoint } = observed.record;
    const stands = checkpoint.kind === "at" ? Number(positionOf(checkpoint.cursor)) : undefined;
    const to = Number(positionOf(target));
    const within = stands !== undefined && observed.currentTime.kind !== "outside";
    const { consumer: owner, updateTime: saved } = observed.record;
    const ofAnyone = asked.judges === "group" || (owner === undefined && saved !== undefined);
    const alive = seen.records.filter(
      ({ updateTime, shard: of, consumer }) =>
        updateTime !== undefined &&
        noon - updateTime < quietAfter(seen) &&
        (ofAnyone || of === 0 || (owner !== undefined && owner === consumer)),
    );
    return [
      stands === to ? "there" : "",
      applyBefore !== undefined && noon > applyBefore ? "deadline" : "",
      asked.asked !== undefined && asked.asked > noon ? "future" : "",
      to < 3 || to > 9 ? "window" : "",
      asked.asked !== undefined && asked.allowSkip !== true && within && stands < to ? "behind" : "",
      asked.asked !== undefined &&
      asked.asked < noon - retention &&
      (observed.createdAt ?? 0) < noon - retention &&
      asked.allowTruncated !== true
        ? "gone"
        : "",
      moveOf(observed, target, noon).span > asked.maxMove ? "span" : "",
      seen.group.ordered &&
      observed.status === "readonly" &&
      within &&
      (stands >= 9 || childRead(seen)) &&
      to < stands
        ? asked.allowUnordered
          ? ""
          : "order"
        : "",
      asked.plannedShards?.length === 1 ? "split" : "",
      alive.length > 0 && asked.onActiveConsumers !== "overwrite" ? "alive" : "",
    ].filter((guard) => guard !== "");
  }

  function childRead({ shard: observed, records }: ReturnType<typeof seenShard>): boolean {
    return records.some(
      (each) => observed?.children?.includes(each.shard) === true && each.checkpoint.kind === "at",
    );
  }

  test("a shard is moved if and only if no guard stands against it", () => {
    fc.assert(
      fc.property(anyIntent, anySeen, (asked, seen) => {
        const decision = judged(asked, seen);
        expect([decision.kind === "move", guards(asked, seen)]).toEqual([
          guards(asked, seen).length === 0,
          guards(asked, seen),
        ]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a look that failed or a shard that is unknown never moves one", () => {
    fc.assert(
      fc.property(anyIntent, anySeen, fc.option(instant, { nil: undefined }), (asked, seen, serverTime) => {
        const unseen = { kind: "unseen", serverTime, failure: new Error("reset") } as const;
        expect(["expired", "refused"]).toContain(judged(asked, unseen).kind);
        const unknown = judged(asked, { ...seen, shard: undefined });
        expect(nameOf(unknown)).toBe("unknownShard");
      }),
    );
  });

  test("a move that was carried out is not asked for again", () => {
    fc.assert(
      fc.property(anyIntent, anySeen, (asked, seen) => {
        const decision = judged(asked, seen);
        if (decision.kind !== "move" || seen.shard === undefined) return;
        const checkpoint = { kind: "at", cursor: decision.move.to } as const;
        const moved = { ...seen.shard, record: { ...seen.shard.record, checkpoint } };
        expect(judged(asked, { ...seen, shard: moved }).kind).toBe("alreadyThere");
        const planned = {
          ...act,
          target: decision.move.to,
          snapshot: standing(0, {
            checkpoint: decision.move.from,
            savedAt: seen.shard.record.updateTime,
          }),
        };
        const open = { ...fresh, act: planned };
        expect(startOf<string>(open, seen.shard.record, 0).ended).toBeUndefined();
        expect(startOf<string>(open, moved.record, 0).ended?.status).toBe("alreadyThere");
      }),
    );
  });
});
