import fc from "fast-check";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { type PlanAnswer } from "../../provider/src/texts/pages/planPage.js";
import { type ProgressAnswer } from "../../provider/src/texts/pages/progressPage.js";
import { type StatusAnswer } from "../../provider/src/texts/pages/statusPage.js";

/** Answers as the read functions give them, with texts from outside that try to be markup. */

/** What names, reasons and messages may hold. */
export const hostile = fc.constantFrom(
  "<script>alert(1)</script>",
  "</script><img src=x onerror=alert(1)>",
  "</title><b>",
  "<!--<script>",
  "]]>&lt;&amp;",
  `"' onload='alert(1)`,
  "</pre>\n  <svg onload=alert(1)>",
  "\u0000\u001b[31m\u2028",
  "plain",
);

const count = fc.nat(2_000_000);
const time = fc
  .integer({ min: 1_700_000_000, max: 1_800_000_000 })
  .map((at) => new Date(at * 1_000).toISOString());
const cursor = fc.nat(1_000_000_000).map((position) => cursorAt(BigInt(position)));

function shardsOf<Shard extends object>(shard: fc.Arbitrary<Shard>, most: number) {
  return fc
    .array(shard, { minLength: 1, maxLength: most })
    .map((shards) => shards.map((each, index) => ({ ...each, shard: index * 3 })));
}

const optional = { requiredKeys: [] as never[] };

export function plans(most = 20): fc.Arbitrary<PlanAnswer> {
  const shard = fc
    .record({
      position: hostile,
      action: fc.constantFrom("back", "forward", "set", "alreadyThere", "kept", "refused"),
      checkpoint: fc.oneof(cursor, fc.constant("none"), hostile),
    })
    .chain((known) =>
      fc
        .record(
          { checkpointTime: time, target: cursor, targetTime: time, logGroups: count, spanSeconds: count },
          optional,
        )
        .map((more) => ({ ...known, ...more })),
    );
  return fc.record({
    id: hostile,
    verdict: fc.constantFrom("moves", "nothing", "liveConsumers", "refused"),
    readAt: time,
    reason: hostile,
    maxMoveSeconds: count,
    applyBefore: time,
    retentionSeconds: count,
    shards: shardsOf(shard, most),
    totals: fc.constant({}),
    readAgainLogGroups: count,
    neverReadLogGroups: count,
    text: hostile,
    refusals: fc.array(
      fc.record({
        kind: fc.constant("liveConsumers"),
        shards: fc.array(count, { maxLength: 3 }),
        message: hostile,
        consumers: fc.array(fc.record({ shard: count, consumer: hostile, committedSecondsAgo: count }), {
          maxLength: 2,
        }),
        quietAfterSeconds: count,
      }),
      { maxLength: 2 },
    ),
  });
}

export function progresses(most = 20): fc.Arbitrary<ProgressAnswer> {
  const shard = fc
    .record({ state: fc.constantFrom("atPin", "reading", "caughtUp", "overwritten", "notPinned", "gone") })
    .chain((known) =>
      fc
        .record(
          {
            pinTime: time,
            previousCheckpointTime: time,
            checkpoint: hostile,
            checkpointTime: time,
            consumer: hostile,
            committedAt: time,
            doneLogGroups: count,
            remainingLogGroups: count,
            etaSeconds: count,
            lagSeconds: count,
            stalled: fc.boolean(),
          },
          optional,
        )
        .map((more) => ({ ...known, ...more })),
    );
  return fc.record({
    id: hostile,
    readAt: time,
    shards: shardsOf(shard, most),
    totals: fc.constant({}),
    remainingLogGroups: count,
    stalled: fc.array(count, { maxLength: 3 }),
    rewound: fc.array(count, { maxLength: 3 }),
    notCovered: fc.constant([]),
    text: hostile,
  });
}

export function statuses(most = 20): fc.Arbitrary<StatusAnswer> {
  const shard = fc
    .record({ status: fc.constantFrom("readwrite", "readonly"), checkpoint: fc.oneof(cursor, hostile) })
    .chain((known) =>
      fc
        .record(
          {
            checkpointTime: time,
            lagLogGroups: count,
            lagSeconds: count,
            lostLogGroups: count,
            consumer: hostile,
            committedAt: time,
          },
          optional,
        )
        .map((more) => ({ ...known, ...more })),
    );
  return fc.record({
    id: hostile,
    readAt: time,
    shards: shardsOf(shard, most),
    lagLogGroups: count,
    lagSeconds: count,
    text: hostile,
  });
}

/** A plan of so many shards that all move, such as a real one. */
export function planOf(shards: number): PlanAnswer {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const at = (hours: number): string => new Date(now - hours * 3_600_000).toISOString().replace(".000", "");
  return {
    id: "shop/orders/billing",
    verdict: "liveConsumers",
    readAt: at(0),
    reason: "INC-4711: tax rate was wrong until 08:00",
    maxMoveSeconds: 24 * 3_600,
    applyBefore: at(-2),
    retentionSeconds: 3 * 24 * 3_600,
    totals: { back: shards },
    readAgainLogGroups: shards * 1_234,
    text: "",
    refusals: [
      {
        kind: "liveConsumers",
        shards: Array.from({ length: shards }, (_, shard) => shard),
        message: "consumers are alive\nStop the group's consumers, wait 75 s, run pulumi up.",
        consumers: [{ shard: 0, consumer: "billing-host-a", committedSecondsAgo: 12 }],
        quietAfterSeconds: 75,
      },
    ],
    shards: Array.from({ length: shards }, (_, shard) => ({
      shard,
      position: at(9),
      action: "back",
      refusal: "liveConsumers",
      checkpoint: cursorAt(1_524_155_379_373_908_496n + BigInt(shard)),
      checkpointTime: at((shard % 7) / 3),
      target: cursorAt(1_524_155_379_373_900_000n + BigInt(shard)),
      targetTime: at(9),
      logGroups: 1_234,
      spanSeconds: 9 * 3_600 - (shard % 7) * 1_200,
    })),
  };
}

export function progressFor(shards: number): ProgressAnswer {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const at = (hours: number): string => new Date(now - hours * 3_600_000).toISOString().replace(".000", "");
  return {
    id: "shop/orders/billing",
    readAt: at(0),
    totals: { reading: shards },
    remainingLogGroups: shards * 500,
    logGroupsPerSecond: 12.5,
    etaSeconds: 720,
    doneAt: at(-0.2),
    slowestShard: 0,
    lagSeconds: 7 * 3_600,
    stalled: [0],
    rewound: [],
    notCovered: [],
    text: "",
    shards: Array.from({ length: shards }, (_, shard) => ({
      shard,
      state: "reading",
      status: "pinned",
      pin: cursorAt(1_524_155_379_373_901_000n + BigInt(shard)),
      pinTime: at(9),
      pinnedAt: at(0.1),
      rateSince: at(0.1),
      doneAt: at(-0.2),
      trend: "shrinking",
      lagLogGroups: 700,
      previousCheckpoint: cursorAt(1_524_155_379_373_902_000n + BigInt(shard)),
      previousCheckpointTime: at(1),
      checkpoint: cursorAt(1_524_155_379_373_903_000n + BigInt(shard)),
      checkpointTime: at(7 - (shard % 5)),
      consumer: "billing-host-a",
      committedAt: at(0.01),
      doneLogGroups: 734,
      remainingLogGroups: 500,
      logGroupsPerSecond: 1.2,
      etaSeconds: 720,
      lagSeconds: 7 * 3_600,
    })),
  };
}

export function statusOf(shards: number): StatusAnswer {
  const { id, readAt, shards: followed } = progressFor(shards);
  return {
    id,
    readAt,
    lagLogGroups: shards * 700,
    lagSeconds: 7 * 3_600,
    text: "",
    shards: followed.map(({ shard, checkpointTime = "", consumer = "" }) => ({
      shard,
      status: "readwrite",
      checkpoint: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==",
      checkpointTime,
      lagLogGroups: 700,
      lagSeconds: 7 * 3_600,
      consumer,
      committedAt: readAt,
    })),
  };
}
