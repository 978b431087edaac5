import { describe, expect, test } from "vitest";
import { type Duration, durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Refusal } from "../../provider/src/rules/decide.js";
import { moveOf } from "../../provider/src/rules/move.js";
import { describePin } from "../../provider/src/texts/describePin.js";
import { describeRefusal } from "../../provider/src/texts/describeRefusal.js";
import {
  beforeNoon,
  cursor,
  day,
  hour,
  minute,
  noon,
  receivedBeforeNoon,
  shard,
  standsAt,
} from "../rules/scenario.js";
import { alive, back, crowd, subject } from "./told.js";

describe("a refusal says what was seen, and the way out of", () => {
  test("a shard that does not exist", () => {
    const refusal: Refusal = { kind: "unknownShard", knownShards: [0, 1, 7] };
    expect(describeRefusal(subject, refusal)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: the logstore has no such shard
        its shards: 0, 1, 7
      Declare one of these. A shard that was split or merged disappears when its data has expired."
    `);
  });

  test("a logstore without shards", () => {
    expect(describeRefusal(subject, { kind: "unknownShard", knownShards: [] })).toContain("its shards: none");
  });

  test("a look that failed", () => {
    const failure = new Error("GetCheckPoint was answered 401 Unauthorized: no\n  project shop\nAsk.");
    expect(describeRefusal(subject, { kind: "lookFailed", failure })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: SLS could not be read, so nothing is written
        GetCheckPoint was answered 401 Unauthorized: no
          project shop
        Ask."
    `);
  });

  test("nothing to put back", () => {
    expect(describeRefusal(subject, { kind: "nothingBefore" })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because "previous" has no earlier position for this shard
        this replay has not moved the shard yet, or the shard had no checkpoint before (SLS cannot delete one)
      Declare another position for this shard, or "keep"."
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
      Declare a cursor of this shard between the two, or a later instant; GetCursor answers the cursor of a time."
    `);
  });

  test("a cursor after the window", () => {
    expect(describeRefusal(subject, { ...window, side: "after" })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because the checkpoint is after what the shard holds
        the shard holds MTA= (begin) to MTAw (end)
        no log group is there yet, or it is a cursor of another shard
      Declare a cursor of this shard between the two, or a later instant; GetCursor answers the cursor of a time."
    `);
  });

  test("a target at the end is the end, and not the time of the last log group, which is not read", () => {
    const move = moveOf(shard, shard.end, noon);
    const far = describeRefusal(subject, {
      kind: "tooFar",
      move,
      span: move.span,
      maxMove: durationOfSeconds(hour),
    });
    expect(far).toContain("  to    end, after 2026-11-22T08:00:00Z  MTAw");
    const gone = { kind: "truncated", asked: beforeNoon(8 * day), keptSince: beforeNoon(7 * day) } as const;
    expect(describeRefusal(subject, { ...gone, firstRead: "next" })).toContain(
      "  the first log group that would be read: the next one received",
    );
    expect(describePin(subject, { kind: "move", move, overwrites: [] })).toContain(
      "  to    end, after 2026-11-22T08:00:00Z  MTAw",
    );
    const standing = { ...shard, record: { ...shard.record, checkpoint: standsAt(100) } };
    expect(describePin(subject, { kind: "alreadyThere", shard: standing })).toContain(
      "it stands at end, after 2026-11-22T11:00:00Z  MTAw already",
    );
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
      Declare a later instant, or accept the gap with allowTruncated: true."
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
        span 1 d 2 h (PT26H1M), maxMove PT24H
      If you want this move, set maxMove: "PT27H". If this replay is already done, remove it from the program."
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
      "shop/orders/billing/0: refused, because the group reads in order, and would read this shard again after or beside its children
        it moves back 3 h; 30 log groups will be read again
        the shard was split or merged, and the group has read it to its end or has begun to read its children
      If the order does not matter for this replay, set allowUnordered: true."
    `);
  });

  test("consumers that are alive", () => {
    expect(describeRefusal(subject, alive)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because consumers are alive and would overwrite the pin
        shard 0  host-a  committed 7 s ago
        shard 12  a consumer without a name  committed 1 min 1 s ago
        a running consumer reads on from its own memory and saves over the pin; idle consumers cannot be seen
        a pin that another stack wrote a moment ago looks the same: SLS still shows the name of the consumer that saved before it
      Stop the group's consumers, wait 1 min 15 s, run pulumi up, and start them again; or set onActiveConsumers: "overwrite"."
    `);
  });

  test("shards that were split since", () => {
    expect(describeRefusal(subject, { kind: "shardsChanged", appeared: [2, 3] })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because shards were split or merged since it was planned
        new: 2, 3
      Declare "keep" for this shard, or the position that it should have now: "cursor:<base64>"."
    `);
  });

  test("a move that cannot be measured", () => {
    const refusal: Refusal = { ...tooFar, span: Number.POSITIVE_INFINITY as Duration };
    expect(describeRefusal(subject, refusal)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: refused, because it would move further than maxMove allows
        it moves back 3 h; 30 log groups will be read again
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  NTA=
        the distance cannot be measured, because the time of one of the two positions is unknown; maxMove PT24H
      Declare a position whose time the service knows, or "keep" for this shard."
    `);
  });

  test("very many consumers stays short", () => {
    const text = describeRefusal(subject, crowd);
    expect(text.split("\n").length).toBeLessThanOrEqual(12);
    expect(text).toContain("  and 195 more");
  });
});
