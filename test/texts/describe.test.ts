import { describe, expect, test } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type LiveConsumer, type Refusal } from "../../provider/src/rules/decide.js";
import {
  type Subject,
  describeLiveConsumersAhead,
  describeMovedMeanwhile,
  describeNotApplied,
  describeOverwrittenPin,
  describePlan,
  describeRefusal,
  describeUncertain,
  describeUnverified,
  describeWait,
  describeWayBack,
} from "../../provider/src/texts/describe.js";
import { type Move, moveOf } from "../../provider/src/rules/move.js";
import {
  beforeNoon,
  cursor,
  day,
  hour,
  minute,
  noon,
  receivedBeforeNoon,
  record,
  shard,
  standsAt,
} from "../rules/scenario.js";

const subject: Subject = { id: "shop/orders/billing/0", reason: undefined };
const back = moveOf(shard, cursor(50), noon);
const forward: Move = { ...back, to: cursor(100), direction: "forward", logGroups: 1n };
const untouched: Move = {
  ...back,
  from: { kind: "none" },
  fromTime: { kind: "outside" },
  direction: "set",
  logGroups: undefined,
};
const live: readonly LiveConsumer[] = [
  { shard: 0, consumer: "host-a", committed: durationOfSeconds(7) },
  { shard: 12, consumer: undefined, committed: durationOfSeconds(61) },
];
const alive = {
  kind: "liveConsumers",
  move: back,
  consumers: live,
  quietAfter: durationOfSeconds(75),
} as const;
const planned = { target: cursor(50), snapshot: standsAt(80) };

describe("a plan says", () => {
  test("what is read again", () => {
    const plan = describePlan(subject, { kind: "move", move: back, overwrites: [] });
    expect(plan).toMatchInlineSnapshot(`
      "shop/orders/billing/0: moves back 3 h; 30 log groups will be read again
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  NTA="
    `);
  });

  test("what is never read, and why it is declared", () => {
    const because = { ...subject, reason: "INC-4711: poisoned orders" };
    expect(describePlan(because, { kind: "move", move: forward, overwrites: [] })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: moves forward 3 h; 1 log group will never be read
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  MTAw
        reason: INC-4711: poisoned orders"
    `);
  });

  test("that nothing is known where the group has no checkpoint", () => {
    expect(describePlan(subject, { kind: "move", move: untouched, overwrites: [] })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: is set; the group has no checkpoint there, so where it would have read from is not known
        from  no checkpoint
        to    2026-11-22T08:00:00Z  NTA="
    `);
  });

  test("that nothing is known where the checkpoint has expired", () => {
    const expired: Move = { ...untouched, from: standsAt(5) };
    expect(describePlan(subject, { kind: "move", move: expired, overwrites: [] })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: is set; its checkpoint is none of the positions that the shard still holds, so what is read again or skipped is not known
        from  time not known  NQ==
        to    2026-11-22T08:00:00Z  NTA="
    `);
  });

  test("that the shard is without data, and that its checkpoint is none", () => {
    const odd: Move = {
      ...untouched,
      from: { kind: "undecodable", text: "YmVnaW4=" },
      toTime: { kind: "empty" },
    };
    expect(describePlan(subject, { kind: "move", move: odd, overwrites: [] })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: is set; its checkpoint is none of the positions that the shard still holds, so what is read again or skipped is not known
        from  YmVnaW4= (not a cursor)
        to    no data  NTA="
    `);
  });

  test("whose next save may overwrite the pin", () => {
    expect(describePlan(subject, { kind: "move", move: back, overwrites: live })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: moves back 3 h; 30 log groups will be read again
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  NTA=
        warning: consumers are alive, and onActiveConsumers is "overwrite": their next save may overwrite the pin
          shard 0  host-a  committed 7 s ago
          shard 12  a consumer without a name  committed 1 min 1 s ago"
    `);
  });

  test("how many log groups, in a number that can be read", () => {
    const far: Move = { ...back, logGroups: 1_234_567n, span: durationOfSeconds(3 * day + 4 * hour) };
    expect(describePlan(subject, { kind: "move", move: far, overwrites: [] }).split("\n")[0]).toBe(
      "shop/orders/billing/0: moves back 3 d 4 h; 1,234,567 log groups will be read again",
    );
  });

  test("that it stands there already", () => {
    expect(describePlan(subject, { kind: "alreadyThere", shard })).toMatchInlineSnapshot(
      `"shop/orders/billing/0: stays; it stands at 2026-11-22T11:00:00Z  ODA= already, so nothing is written"`,
    );
  });

  test("that it is left alone", () => {
    expect(describePlan(subject, { kind: "kept", shard })).toMatchInlineSnapshot(
      `"shop/orders/billing/0: kept; it is left alone"`,
    );
  });

  test("that the deadline has passed", () => {
    const expired = { kind: "expired", applyBefore: beforeNoon(minute), serverTime: noon } as const;
    expect(describePlan(subject, expired)).toMatchInlineSnapshot(`
      "warning: shop/orders/billing/0: expired; nothing is written
        applyBefore 2026-11-22T11:59:00Z has passed: the service's clock shows 2026-11-22T12:00:00Z
        To move it after all, declare a later applyBefore."
    `);
  });

  test("which consumers have to be stopped before the up", () => {
    expect(describeLiveConsumersAhead(subject, alive)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: moves back 3 h; 30 log groups will be read again
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  NTA=
        warning: consumers are alive, and up refuses while they are:
          shard 0  host-a  committed 7 s ago
          shard 12  a consumer without a name  committed 1 min 1 s ago
        Stop them and wait 1 min 15 s before the up."
    `);
  });
});

describe("the way back is", () => {
  test("the checkpoint it had, as it is declared", () => {
    expect(describeWayBack(subject, back)).toMatchInlineSnapshot(
      `"shop/orders/billing/0: way back: checkpoint: "ODA=" (2026-11-22T11:00:00Z)"`,
    );
  });

  test("none where it had no checkpoint", () => {
    expect(describeWayBack(subject, untouched)).toMatchInlineSnapshot(
      `"shop/orders/billing/0: way back: it had no checkpoint, and SLS has no call that takes one away"`,
    );
  });

  test("a text that is no cursor, where the group had one", () => {
    const odd: Move = { ...untouched, from: { kind: "undecodable", text: "YmVnaW4=" } };
    expect(describeWayBack(subject, odd)).toMatchInlineSnapshot(
      `"shop/orders/billing/0: way back: its checkpoint was YmVnaW4=, which is no cursor and cannot be written back"`,
    );
  });
});

describe("a refusal says what was seen, and the way out of", () => {
  test("a shard that does not exist", () => {
    const refusal: Refusal = { kind: "unknownShard", knownShards: [0, 1, 7] };
    expect(describeRefusal(subject, refusal)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: the logstore has no such shard
        its shards: 0, 1, 7
      Declare one of these. A shard that was split or merged vanishes when its data has expired."
    `);
  });

  test("a logstore without shards", () => {
    expect(describeRefusal(subject, { kind: "unknownShard", knownShards: [] })).toContain("its shards: none");
  });

  test("a look that failed", () => {
    const failure = new Error("GetCheckPoint was answered 401 Unauthorized: no\n  project shop\nAsk.");
    expect(describeRefusal(subject, { kind: "lookFailed", failure })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: could not be looked at, so nothing is written
        GetCheckPoint was answered 401 Unauthorized: no
          project shop
        Ask."
    `);
  });

  test("nothing to put back", () => {
    expect(describeRefusal(subject, { kind: "nothingBefore" })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because there is nothing to put it back to
        this replay never moved it, or it had no checkpoint before, which SLS has no call for
      Name another position for this shard, or keep."
    `);
  });

  test("an instant in the future", () => {
    const refusal: Refusal = { kind: "inTheFuture", asked: beforeNoon(-60), serverTime: noon };
    expect(describeRefusal(subject, refusal)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because the instant is in the future
        asked for 2026-11-22T12:01:00Z, and the service's clock shows 2026-11-22T12:00:00Z
      To skip everything up to now, write "end"."
    `);
  });

  const window = { kind: "outsideWindow", begin: cursor(10), end: cursor(100) } as const;

  test("a cursor before the window", () => {
    expect(describeRefusal(subject, { ...window, side: "before" })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because the checkpoint is before what the shard holds
        the shard holds MTA= (begin) to MTAw (end)
        its data is gone (a consumer that is sent there may jump to the end), or it is a cursor of another shard
      Declare a cursor of this shard between the two; GetCursor answers it for a time."
    `);
  });

  test("a cursor after the window", () => {
    expect(describeRefusal(subject, { ...window, side: "after" })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because the checkpoint is after what the shard holds
        the shard holds MTA= (begin) to MTAw (end)
        no log group is there yet, or it is a cursor of another shard
      Declare a cursor of this shard between the two; GetCursor answers it for a time."
    `);
  });

  test("an instant that is gone", () => {
    const refusal: Refusal = {
      kind: "truncated",
      asked: beforeNoon(8 * day),
      keptSince: beforeNoon(7 * day),
      firstRead: receivedBeforeNoon(6 * day),
    };
    expect(describeRefusal(subject, refusal)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because the logstore no longer keeps what was asked for
        asked for 2026-11-14T12:00:00Z, and it keeps what was received since 2026-11-15T12:00:00Z
        the first log group that would be read: 2026-11-16T12:00:00Z
      Name a later instant, or accept the gap with allowTruncated: true."
    `);
  });

  const tooFar = { kind: "tooFar", move: back, maxMove: durationOfSeconds(day) } as const;

  test("a move that is too far", () => {
    const refusal: Refusal = { ...tooFar, span: durationOfSeconds(26 * hour + minute) };
    expect(describeRefusal(subject, refusal)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because it would move further than maxMove allows
        it moves back 3 h; 30 log groups will be read again
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  NTA=
        span 1 d 2 h (P1DT2H1M), maxMove P1D
      If it is meant, set maxMove: "P1DT3H". If this declaration has done its work, take it out."
    `);
  });

  test.each([
    { span: 3 * hour - 1, bound: "PT3H" },
    { span: 3 * hour, bound: "PT4H" },
    { span: 2 * day + 5, bound: "P2DT1H" },
  ])("a span of $span seconds with a bound that leaves time for review: $bound", ({ span, bound }) => {
    const text = describeRefusal(subject, { ...tooFar, span: durationOfSeconds(span) });
    expect(text).toContain(`set maxMove: "${bound}".`);
  });

  test("a rewind past a split", () => {
    expect(describeRefusal(subject, { kind: "unordered", move: back })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because an ordered group would read it beside its children
        it moves back 3 h; 30 log groups will be read again
        the shard was split or merged and the group has read it to its end, so the shards after it are being read
      If order does not matter for this, set allowUnordered: true."
    `);
  });

  test("consumers that are alive", () => {
    expect(describeRefusal(subject, alive)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because consumers are alive and would overwrite the pin
        shard 0  host-a  committed 7 s ago
        shard 12  a consumer without a name  committed 1 min 1 s ago
        a running consumer keeps reading from memory and saves over the pin; idle ones cannot be seen at all
      Stop the group's consumers, wait 1 min 15 s, run pulumi up, and start them again; or set onActiveConsumers: "overwrite"."
    `);
  });
});

describe("the course of a pin says", () => {
  test("what it waits for, and how to stop it", () => {
    expect(describeWait(subject, alive, durationOfSeconds(300))).toMatchInlineSnapshot(`
      "shop/orders/billing/0: waits until the consumers are quiet, 5 min at the most
        shard 0  host-a  committed 7 s ago
        shard 12  a consumer without a name  committed 1 min 1 s ago
        Nothing has been written yet. To stop, press Ctrl-C twice."
    `);
  });

  test("that the shard moved meanwhile", () => {
    expect(describeMovedMeanwhile(subject, planned, { ...record, checkpoint: standsAt(81) }))
      .toMatchInlineSnapshot(`
      "shop/orders/billing/0: moved while it was being looked at, so nothing is written
        it stood at ODA=
        it stands at ODE=, committed by host-a
      Consumers are alive: stop the group's consumers, then run pulumi up again."
    `);
  });

  test("that it is not pinned, and why", () => {
    expect(describeNotApplied(subject, new Error("no answer\n  project shop"))).toMatchInlineSnapshot(`
      "shop/orders/billing/0: is not pinned; it stands where it stood
        no answer
          project shop
      Consumers that were stopped for this are still stopped. Run pulumi up again: it goes on from here."
    `);
    expect(describeNotApplied(subject, undefined).split("\n")).toHaveLength(2);
  });

  test("that it could not be read back", () => {
    expect(describeUnverified(subject, new Error("no answer\n  project shop"))).toMatchInlineSnapshot(`
      "shop/orders/billing/0: was written, but could not be read back
        no answer
          project shop
      Run pulumi up again: it reads the shard first, and writes only if it still stands where it stood before."
    `);
  });

  test("that a consumer has overwritten it", () => {
    expect(describeOverwrittenPin(subject, planned, { ...record, checkpoint: standsAt(81) }))
      .toMatchInlineSnapshot(`
      "shop/orders/billing/0: was pinned, and a consumer has overwritten the pin
        pin         NTA=
        stands now  ODE=, committed by host-a
      It is not written again. Stop the group's consumers, change triggers, and run pulumi up."
    `);
  });

  test("that it is uncertain, with both ways out", () => {
    const seen = { ...record, checkpoint: standsAt(60) };
    expect(describeUncertain(subject, planned, seen)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: is uncertain; it stands neither at the pin nor where it stood before, so it is left alone
        pin            NTA=
        stood before   ODA=
        stands now     NjA=, committed by host-a
      If a consumer has read from the pin already, take this declaration out. If it has not, change triggers to pin again."
    `);
    const nobody = { ...record, checkpoint: { kind: "none" }, consumer: undefined } as const;
    expect(describeUncertain(subject, { ...planned, snapshot: { kind: "none" } }, nobody)).toContain(
      "  stood before   no checkpoint\n  stands now     no checkpoint\n",
    );
  });
});

describe("what is said of very many consumers", () => {
  const many: readonly LiveConsumer[] = Array.from({ length: 200 }, (_, index) => ({
    shard: index,
    consumer: `host-${String(index)}`,
    committed: durationOfSeconds(7),
  }));
  const crowd = { ...alive, consumers: many };

  test.each([
    { text: "refusal", lines: describeRefusal(subject, crowd) },
    { text: "wait", lines: describeWait(subject, crowd, durationOfSeconds(300)) },
    { text: "warning ahead", lines: describeLiveConsumersAhead(subject, crowd) },
    { text: "plan", lines: describePlan(subject, { kind: "move", move: back, overwrites: many }) },
  ])("stays short: the $text", ({ lines }) => {
    expect(lines.split("\n").length).toBeLessThanOrEqual(12);
    expect(lines).toContain("  and 195 more");
  });
});
