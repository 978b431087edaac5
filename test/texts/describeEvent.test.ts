import { describe, expect, test } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type RunEvent } from "../../provider/src/rules/events.js";
import { describeEvent } from "../../provider/src/texts/describeEvent.js";
import { act } from "../rules/acts.js";
import { beforeNoon, minute, noon } from "../rules/scenario.js";
import { alive, back, crowd, group, subject } from "./told.js";

const liveness = {
  onActiveConsumers: "refuse",
  waitTimeout: durationOfSeconds(300),
  watchFor: durationOfSeconds(75),
} as const;
const failure = new Error("no answer");
const shards = [
  { shard: 0, decision: { kind: "move", move: back, overwrites: [] }, asked: undefined },
] as const;

const events: readonly RunEvent[] = [
  {
    kind: "notYetKnown",
    self: "urn:pulumi:dev::shop::sls:index:ConsumerGroupReplay::back",
    resource: "ConsumerGroupReplay",
    inputs: ["from", "project"],
  },
  { kind: "notEvaluated", subject, failure },
  { kind: "replaces", subject, former: "shop/orders/audit/0" },
  { kind: "planned", subject, of: "shard", shards, liveness, writtenAs: undefined, together: undefined },
  {
    kind: "planned",
    subject: group,
    of: "group",
    shards,
    liveness,
    writtenAs: undefined,
    together: undefined,
  },
  { kind: "forgets", subject: group, takenAt: "2026-11-22T11:00:00Z" },
  { kind: "left", subject: group, shards: [{ shard: 2, why: "appearedLater" }] },
  { kind: "olderWaysBack", subject: group, shards: [1] },
  { kind: "looking", subject: group, done: 8, total: 256 },
  { kind: "writing", subject: group, done: 16, total: 256 },
  { kind: "waiting", subject, refusal: alive, waitTimeout: durationOfSeconds(300) },
  { kind: "wayBack", subject, of: "shard", acts: [act] },
  { kind: "wayBack", subject: group, of: "group", acts: [act] },
  {
    kind: "expired",
    subject,
    of: "shard",
    shards: [0],
    applyBefore: beforeNoon(minute),
    serverTime: noon,
  },
  {
    kind: "expired",
    subject: group,
    of: "group",
    shards: [0, 1, 2],
    applyBefore: beforeNoon(minute),
    serverTime: noon,
  },
  { kind: "watchLost", subject, failure },
];

describe("every event", () => {
  test("has its words", () => {
    expect(events.map((event) => describeEvent(event)).join("\n\n")).toMatchInlineSnapshot(`
      "warning: ConsumerGroupReplay back: not evaluated, because from, project will be known only when another resource has been applied

      warning: shop/orders/billing/0: not evaluated, so this preview does not show what pulumi up would do
        no answer

      warning: shop/orders/billing/0: replaces shop/orders/audit/0; what was done there stays as it is

      shop/orders/billing/0: moves back 3 h; 30 log groups will be read again
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  NTA=

      shop/orders/billing: 1 shard: 1 back; 30 log groups will be read again
        first log group that is read: received 2026-11-22T08:00:00Z
        shard 0  back 3 h, 30 log groups: 2026-11-22T11:00:00Z  ODA= → 2026-11-22T08:00:00Z  NTA=

      warning: shop/orders/billing: the savepoint is taken anew, and the positions of 2026-11-22T11:00:00Z are lost
        To keep them, declare another savepoint under a name of its own.

      warning: shop/orders/billing: left alone: shard 2: appeared after the replay, and no other position has been declared since

      warning: shop/orders/billing: the newest move did not include shard 1, so previous undoes an older move there

      shop/orders/billing: read 8 of 256 shards

      shop/orders/billing: wrote 16 of 256 shards

      shop/orders/billing/0: waiting until the consumers are quiet, at most 5 min
        shard 0  host-a  committed 7 s ago
        shard 12  a consumer without a name  committed 1 min 1 s ago
        Nothing has been written yet. To stop waiting, press Ctrl-C twice.

      way back: "ODA="
        of shop/orders/billing/0, to be pasted as checkpoint
        it stood at 2026-11-22T11:00:00Z

      way back: {"0":"cursor:ODA="}
        of shop/orders/billing, to be pasted as from
        shard 0 stood at 2026-11-22T11:00:00Z

      warning: shop/orders/billing/0: expired; nothing is written
        applyBefore 2026-11-22T11:59:00Z has passed: the service's clock shows 2026-11-22T12:00:00Z
        To move it anyway, declare a later applyBefore.

      warning: shop/orders/billing, shards 0-2: expired; nothing is written
        applyBefore 2026-11-22T11:59:00Z has passed: the service's clock shows 2026-11-22T12:00:00Z
        To move it anyway, declare a later applyBefore.

      warning: shop/orders/billing/0: the pins are written, but can no longer be watched: no answer"
    `);
  });

  test("that warns begins with it", () => {
    const warned = events.filter((event) => describeEvent(event).startsWith("warning: "));
    expect([...new Set(warned.map(({ kind }) => kind))]).toEqual([
      "notYetKnown",
      "notEvaluated",
      "replaces",
      "forgets",
      "left",
      "olderWaysBack",
      "expired",
      "watchLost",
    ]);
  });

  test("of very many consumers stays short", () => {
    const waiting: RunEvent = {
      kind: "waiting",
      subject,
      refusal: crowd,
      waitTimeout: durationOfSeconds(300),
    };
    expect(describeEvent(waiting).split("\n").length).toBeLessThanOrEqual(12);
    expect(describeEvent(waiting)).toContain("  and 195 more");
  });
});
