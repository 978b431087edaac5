import { describe, expect, test } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type EndedReport } from "../../provider/src/rules/events.js";
import { type Move } from "../../provider/src/rules/move.js";
import {
  describePin,
  describeUnfinishedPin,
  describeWayBackOfPin,
} from "../../provider/src/texts/describePin.js";
import { act, seenAt, standing } from "../rules/acts.js";
import { beforeNoon, cursor, day, hour, minute, noon, shard, standsAt } from "../rules/scenario.js";
import { alive, back, crowd, live, subject } from "./told.js";

const forward: Move = { ...back, to: cursor(100), direction: "forward", logGroups: 1n };
const untouched: Move = {
  ...back,
  from: { kind: "none" },
  fromTime: { kind: "outside" },
  direction: "set",
  logGroups: undefined,
};

const liveness = {
  onActiveConsumers: "wait",
  waitTimeout: durationOfSeconds(300),
  watchFor: durationOfSeconds(75),
} as const;

describe("a plan says", () => {
  test("what is read again", () => {
    const plan = describePin(subject, { kind: "move", move: back, overwrites: [] });
    expect(plan).toMatchInlineSnapshot(`
      "shop/orders/billing/0: moves back 3 h; 30 log groups will be read again
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  NTA="
    `);
  });

  test("what is never read, and why it is declared", () => {
    const because = { ...subject, reason: "INC-4711: poisoned orders" };
    expect(describePin(because, { kind: "move", move: forward, overwrites: [] })).toMatchInlineSnapshot(`
      "warning: shop/orders/billing/0: moves forward 3 h; 1 log group will never be read
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  MTAw
        reason: INC-4711: poisoned orders"
    `);
  });

  test("that nothing is known where the group has no checkpoint", () => {
    expect(describePin(subject, { kind: "move", move: untouched, overwrites: [] })).toMatchInlineSnapshot(`
      "warning: shop/orders/billing/0: gets its first position; the group has no checkpoint in this shard, so how much is read or skipped is unknown
        from  no checkpoint
        to    2026-11-22T08:00:00Z  NTA="
    `);
  });

  test("that nothing is known where the checkpoint has expired", () => {
    const expired: Move = { ...untouched, from: standsAt(5) };
    expect(describePin(subject, { kind: "move", move: expired, overwrites: [] })).toMatchInlineSnapshot(`
      "warning: shop/orders/billing/0: gets a new position; its checkpoint is outside of the data that is kept, so how much is read or skipped is unknown
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
    expect(describePin(subject, { kind: "move", move: odd, overwrites: [] })).toMatchInlineSnapshot(`
      "warning: shop/orders/billing/0: gets a new position; its checkpoint is outside of the data that is kept, so how much is read or skipped is unknown
        from  YmVnaW4= (not a cursor)
        to    no data  NTA="
    `);
  });

  test("whose next save may overwrite the pin", () => {
    expect(describePin(subject, { kind: "move", move: back, overwrites: live })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: moves back 3 h; 30 log groups will be read again
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  NTA=
        warning: consumers are alive, and onActiveConsumers is "overwrite": their next save may overwrite the pin:
          shard 0  host-a  committed 7 s ago
          shard 12  a consumer without a name  committed 1 min 1 s ago"
    `);
  });

  test("how many log groups, in a number that can be read", () => {
    const far: Move = { ...back, logGroups: 1_234_567n, span: durationOfSeconds(3 * day + 4 * hour) };
    expect(describePin(subject, { kind: "move", move: far, overwrites: [] }).split("\n")[0]).toBe(
      "shop/orders/billing/0: moves back 3 d 4 h; 1,234,567 log groups will be read again",
    );
  });

  test("that it stands there already", () => {
    expect(describePin(subject, { kind: "alreadyThere", shard })).toMatchInlineSnapshot(
      `"shop/orders/billing/0: stays; it stands at 2026-11-22T11:00:00Z  ODA= already, so nothing is written"`,
    );
  });

  test("that it is left alone", () => {
    expect(describePin(subject, { kind: "kept", shard })).toMatchInlineSnapshot(
      `"shop/orders/billing/0: kept; it is left alone"`,
    );
  });

  test("that the deadline has passed", () => {
    const expired = { kind: "expired", applyBefore: beforeNoon(minute), serverTime: noon } as const;
    expect(describePin(subject, expired)).toMatchInlineSnapshot(`
      "warning: shop/orders/billing/0: expired; nothing is written
        applyBefore 2026-11-22T11:59:00Z has passed: the service's clock shows 2026-11-22T12:00:00Z
        To move it anyway, declare a later applyBefore."
    `);
  });

  test("which consumers have to be stopped before the up", () => {
    expect(describePin(subject, { kind: "refused", refusal: alive })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: moves back 3 h; 30 log groups will be read again
        from  2026-11-22T11:00:00Z  ODA=
        to    2026-11-22T08:00:00Z  NTA=
        warning: consumers are alive, so pulumi up will refuse. Stop them and wait 1 min 15 s before you run pulumi up:
          shard 0  host-a  committed 7 s ago
          shard 12  a consumer without a name  committed 1 min 1 s ago"
    `);
  });

  test("that the shard is gone, or before the instant", () => {
    expect(describePin(subject, { kind: "gone" })).toMatchInlineSnapshot(
      `"shop/orders/billing/0: gone; the logstore no longer has the shard, so nothing is written"`,
    );
    expect(describePin(subject, { kind: "behind", shard, target: cursor(90) })).toMatchInlineSnapshot(
      `"shop/orders/billing/0: stays; it stands before the instant and will read everything since"`,
    );
  });

  test("that the up waits, where that was asked for", () => {
    const refusal = { ...alive, waitTimeout: durationOfSeconds(300) };
    expect(describePin(subject, { kind: "refused", refusal }, liveness)).toContain(
      "  warning: consumers are alive. Stop them: pulumi up waits until they are quiet, at most 5 min:",
    );
  });

  test("that the up will not wait long enough", () => {
    const refusal = { ...alive, waitTimeout: durationOfSeconds(20) };
    expect(describePin(subject, { kind: "refused", refusal }, liveness)).toContain(
      "  warning: consumers are alive, and waitTimeout PT20S is too short, so pulumi up will refuse: " +
        'at least 1 min 8 s have to pass. Stop them and wait 1 min 15 s before you run pulumi up, or set waitTimeout: "PT1M15S" or longer:',
    );
  });

  test("of very many consumers no more than a few", () => {
    const overwrites = crowd.consumers;
    for (const decision of [
      { kind: "move", move: back, overwrites },
      { kind: "refused", refusal: crowd },
    ] as const) {
      const text = describePin(subject, decision);
      expect(text.split("\n").length).toBeLessThanOrEqual(12);
      expect(text).toContain("  and 195 more");
    }
  });
});

describe("the way back is", () => {
  test.each([
    {
      from: standsAt(80),
      told: 'way back: "ODA="\n  of shop/orders/billing/0, to be pasted as checkpoint\n  it stood at 2026-11-22T11:00:00Z',
    },
    {
      from: { kind: "none" },
      told: "shop/orders/billing/0: no way back: the shard had no checkpoint, and SLS cannot delete one",
    },
    {
      from: { kind: "undecodable", text: "YmVnaW4=" },
      told: "shop/orders/billing/0: no way back: its checkpoint was YmVnaW4=, which is not a cursor",
    },
  ] as const)("$told", ({ from, told }) => {
    const stood = { ...act, snapshot: standing(80, { checkpoint: from }) };
    expect(describeWayBackOfPin(subject, stood)).toBe(told);
  });
});

describe("a pin that did not end well says", () => {
  const report: EndedReport = {
    shard: 0,
    status: "failed",
    act,
    record: seenAt(80),
    failure: undefined,
    acknowledged: false,
  };
  const failure = new Error("no answer\n  project shop");

  test("that it is not pinned, and why", () => {
    expect(describeUnfinishedPin(subject, { ...report, failure })).toMatchInlineSnapshot(`
      "shop/orders/billing/0: is not pinned; it has not moved
        no answer
          project shop
      Keep the shard's consumer stopped, and run pulumi up again."
    `);
    expect(describeUnfinishedPin(subject, report).split("\n")).toHaveLength(2);
  });

  test("that it may have been written, and could not be read back", () => {
    const unread = { ...report, status: "uncertain", record: undefined, failure } as const;
    expect(describeUnfinishedPin(subject, unread)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: may have been written, and could not be read back
        no answer
          project shop
      Run pulumi up again: it reads the shard first, and writes only if the shard still stands where it stood before."
    `);
  });

  test("that it was acknowledged and does not show", () => {
    const unseen = { ...report, status: "uncertain", acknowledged: true } as const;
    expect(describeUnfinishedPin(subject, unseen)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: was written, but could not be read back
        the service acknowledged the write, but does not show it
      Run pulumi up again: it reads the shard first, and writes only if the shard still stands where it stood before."
    `);
  });

  test("that a consumer has overwritten it", () => {
    const over = { ...report, status: "overwritten", record: seenAt(81) } as const;
    expect(describeUnfinishedPin(subject, over)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: was pinned, and a consumer has overwritten the pin
        pin         NTA=
        stands now  ODE=, committed by host-a
      It will not be written again by itself. Stop the group's consumers, change triggers, and run pulumi up."
    `);
  });

  test("that it is uncertain, with both ways out", () => {
    const elsewhere = { ...report, status: "uncertain", record: seenAt(60) } as const;
    expect(describeUnfinishedPin(subject, elsewhere)).toMatchInlineSnapshot(`
      "shop/orders/billing/0: is uncertain: it stands neither at the pin nor where it stood before, so it is left alone
        pin            NTA=
        stood before   ODA=
        stands now     NjA=, committed by host-a
      If a consumer has already read from the pin, remove this resource from the program. If not, change triggers to pin the shard again."
    `);
  });

  test("that it was saved again where it stood", () => {
    const again = { ...report, status: "uncertain", record: seenAt(80, { updateTime: noon }) } as const;
    expect(describeUnfinishedPin(subject, again)).toContain("  stood before   ODA=\n  stands now     ODA=");
  });
});
