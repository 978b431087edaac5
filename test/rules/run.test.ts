import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Checkpoint, sameCheckpoint } from "../../provider/src/model/checkpoint.js";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Instant } from "../../provider/src/model/instant.js";
import {
  type LastWrite,
  type OpenAct,
  type RunningShard,
  isKilledWrite,
  mostLooksForAcknowledged,
  mostWrites,
  nextLookAt,
  sighted,
  standsAtSnapshot,
  startOf,
  writableAt,
} from "../../provider/src/rules/run.js";
import { act, fresh, seenAt, standing } from "./acts.js";
import { beforeNoon, noon, standsAt } from "./scenario.js";

type Shard = RunningShard<string>;

/** A shard that was looked at when the run began, at 0 ms. */
const begun: Shard = startOf(fresh, seenAt(80), 0);

const lost: LastWrite<string> = { kind: "lost", failure: "reset", firstSeen: undefined };
const acknowledged: LastWrite<string> = { kind: "acknowledged", requestId: "id-1", looks: 0 };
const throttled: LastWrite<string> = {
  kind: "refused",
  failure: "quota",
  again: durationOfSeconds(1),
};
const denied: LastWrite<string> = { kind: "refused", failure: "denied", again: undefined };

function written(last: LastWrite<string>, more: Partial<Shard> = {}): Shard {
  return { ...begun, writes: 1, last, ...more };
}

/** What looks at 80 do to a shard, at the times in milliseconds. */
function unmoved(shard: Shard, ...times: readonly number[]): Shard {
  return times.reduce((seen, at) => sighted(seen, seenAt(80), at), shard);
}

const none: Checkpoint = { kind: "none" };
const undecodable: Checkpoint = { kind: "undecodable", text: "?" };

describe("a shard that a look shows", () => {
  test.each([
    { name: "at the target", snapshot: standsAt(80), seen: standsAt(50), status: "alreadyThere" },
    { name: "where the plan saw it", snapshot: standsAt(80), seen: standsAt(80), status: undefined },
    { name: "a log group further", snapshot: standsAt(80), seen: standsAt(81), status: "uncertain" },
    { name: "just past the target", snapshot: standsAt(80), seen: standsAt(51), status: "uncertain" },
    { name: "still without a checkpoint", snapshot: none, seen: none, status: undefined },
    { name: "at a first checkpoint", snapshot: none, seen: standsAt(80), status: "uncertain" },
    { name: "without the checkpoint it had", snapshot: standsAt(80), seen: none, status: "uncertain" },
    { name: "at the same odd text", snapshot: undecodable, seen: undecodable, status: undefined },
    {
      name: "at another odd text",
      snapshot: undecodable,
      seen: { kind: "undecodable", text: "!" },
      status: "uncertain",
    },
    {
      name: "at the target, where it was planned from",
      snapshot: standsAt(50),
      seen: standsAt(50),
      status: "alreadyThere",
    },
  ] as const)("$name is $status, undefined where it may be written", ({ snapshot, seen, status }) => {
    const open = { ...fresh, act: { ...act, snapshot: { ...standing(80), checkpoint: snapshot } } };
    const shard = startOf<string>(open, seenAt(80, { checkpoint: seen }), 0);
    expect(shard.ended?.status).toBe(status);
    expect(writableAt(shard)).toBe(status === undefined ? 0 : undefined);
  });

  const [saved, savedAgain] = [beforeNoon(60), beforeNoon(59)];

  test.each([
    { name: "as it was saved", planned: saved, seen: saved, there: true },
    { name: "saved again since", planned: saved, seen: savedAgain, there: false },
    { name: "saved before, by a clock set back", planned: savedAgain, seen: saved, there: false },
    { name: "of a plan that did not keep when", planned: undefined, seen: saved, there: true },
    { name: "of a service that does not say when", planned: saved, seen: undefined, there: true },
  ])("at the same cursor, $name, stands where it stood: $there", ({ planned, seen, there }) => {
    const planning = { ...act, snapshot: standing(80, { savedAt: planned }) };
    expect(standsAtSnapshot(planning, seenAt(80, { updateTime: seen }))).toBe(there);
    const shard = startOf<string>({ ...fresh, act: planning }, seenAt(80, { updateTime: seen }), 0);
    expect(shard.ended?.status).toBe(there ? undefined : "uncertain");
  });

  test("is judged no more once it has ended, and its newest record is kept", () => {
    const ended = sighted(written(acknowledged), seenAt(50), 1_000);
    const later = sighted(ended, seenAt(99), 2_000);
    expect(later.ended).toEqual(ended.ended);
    expect(later).toMatchObject({ record: seenAt(99), lookedAt: 2_000 });
  });

  const position = fc.bigInt({ min: 0n, max: 5n }).map(cursorAt);
  const checkpoint: fc.Arbitrary<Checkpoint> = fc.oneof(
    position.map((at) => ({ kind: "at", cursor: at }) as const),
    fc.constantFrom(none, undecodable),
  );
  const when = fc.constantFrom(saved, savedAgain, undefined);

  test("may be written only where the plan saw it, and is done nowhere but at the target", () => {
    fc.assert(
      fc.property(position, checkpoint, checkpoint, when, when, (target, snapshot, seen, then, now) => {
        const planned = {
          ...act,
          target,
          snapshot: standing(80, { checkpoint: snapshot, savedAt: then }),
        };
        const shard = startOf<string>(
          { ...fresh, act: planned },
          seenAt(80, { checkpoint: seen, updateTime: now }),
          0,
        );
        const there = sameCheckpoint(seen, { kind: "at", cursor: target });
        const again = then !== undefined && now !== undefined && then !== now;
        const same = sameCheckpoint(seen, snapshot) && !again;
        expect(shard.ended?.status).toBe(there ? "alreadyThere" : same ? undefined : "uncertain");
      }),
    );
  });
});

describe("a shard at its target", () => {
  test.each([
    {
      name: "after an acknowledged write",
      shard: written(acknowledged),
      status: "pinned",
      requestId: "id-1",
    },
    {
      name: "after a write whose answer was lost",
      shard: written(lost),
      status: "pinned",
      requestId: undefined,
    },
    {
      name: "after a refused write",
      shard: written(throttled),
      status: "alreadyThere",
      requestId: undefined,
    },
    { name: "without a write", shard: begun, status: "alreadyThere", requestId: undefined },
  ])("$name is $status", ({ shard, status, requestId }) => {
    const { ended } = sighted(shard, seenAt(50, { updateTime: noon }), 1_000);
    expect(ended?.status).toBe(status);
    expect(ended?.requestId).toBe(requestId);
    expect(ended?.written).toBe(status === "pinned");
    expect(ended?.pinnedAt).toBe(status === "pinned" ? noon : undefined);
  });

  const left: OpenAct = { ...fresh, fresh: false, requestId: "id-0" };

  test.each([
    { name: "saved after the plan", open: left, savedAt: (noon + 1) as Instant, killed: true },
    { name: "saved in the second of the plan", open: left, savedAt: noon, killed: true },
    { name: "saved before the plan", open: left, savedAt: beforeNoon(1), killed: false },
    { name: "that was never saved", open: left, savedAt: undefined, killed: false },
    { name: "of an act of this process", open: fresh, savedAt: (noon + 1) as Instant, killed: false },
  ])("$name can be the write of a run that was killed: $killed", ({ open, savedAt, killed }) => {
    const record = seenAt(50, { updateTime: savedAt });
    expect(isKilledWrite(open, record)).toBe(killed);
    const { ended } = startOf<string>(open, record, 0);
    expect(ended).toMatchObject(
      killed
        ? { status: "pinned", outcome: "applied", pinnedAt: savedAt, requestId: "id-0", written: false }
        : { status: "alreadyThere", outcome: "alreadyThere" },
    );
  });

  test("is compared by whole seconds, which is all that the date of the plan says", () => {
    const planned = {
      ...left,
      act: { ...act, round: { ...act.round, plannedAt: (noon + 900_000) as Instant } },
    };
    expect(isKilledWrite(planned, seenAt(50, { updateTime: (noon + 100_000) as Instant }))).toBe(true);
  });

  test("elsewhere is no killed write, whenever it was saved", () => {
    expect(isKilledWrite(left, seenAt(51, { updateTime: noon }))).toBe(false);
  });
});

describe("a shard that stands elsewhere", () => {
  const left: OpenAct = { ...fresh, fresh: false };

  test.each([
    { name: "of an act of this process, never sent", shard: begun, outcome: "certainlyNot" },
    { name: "of an act of this process, refused", shard: written(throttled), outcome: "certainlyNot" },
    { name: "after a write whose answer was lost", shard: written(lost), outcome: "perhaps" },
    { name: "after an acknowledged write", shard: written(acknowledged), outcome: "perhaps" },
    {
      name: "of an earlier run that can have been killed",
      shard: { ...begun, open: left },
      outcome: "perhaps",
    },
    {
      name: "of an earlier run that saw it there",
      shard: { ...begun, open: { ...left, elsewhere: true } },
      outcome: "certainlyNot",
    },
    {
      name: "of an earlier run that may have applied it",
      shard: { ...begun, open: { ...left, elsewhere: true, outcome: "perhaps" as const } },
      outcome: "perhaps",
    },
  ] as const)("$name: uncertain, and applied $outcome", ({ shard, outcome }) => {
    const { ended } = sighted<string>(shard, seenAt(60), 1_000);
    expect(ended).toEqual({ status: "uncertain", outcome, written: false });
  });
});

describe("a write that was refused", () => {
  test("goes round again after its pause, where trying again can help", () => {
    const shard = unmoved(written(throttled, { notBefore: 1_500 }), 700);
    expect(shard.ended).toBeUndefined();
    expect(writableAt(shard)).toBe(1_500);
    expect(nextLookAt(shard)).toBe(1_500);
  });

  test.each([
    { name: "for good", shard: written(denied), failure: "denied" },
    { name: "as often as a run writes", shard: written(throttled, { writes: mostWrites }), failure: "quota" },
  ])("$name has failed, and is certainly not applied", ({ shard, failure }) => {
    expect(unmoved(shard, 700).ended).toEqual({
      status: "failed",
      outcome: "certainlyNot",
      failure,
      written: false,
    });
  });
});

describe("a write that was acknowledged", () => {
  test("and is not seen is looked for again, never written again, and then uncertain", () => {
    let shard = written(acknowledged);
    for (let look = 1; look < mostLooksForAcknowledged; look += 1) {
      shard = unmoved(shard, look * 1_000);
      expect(shard.ended).toBeUndefined();
      expect(writableAt(shard)).toBeUndefined();
      expect(nextLookAt(shard)).toBe((look + 1) * 1_000);
    }
    expect(unmoved(shard, mostLooksForAcknowledged * 1_000).ended).toEqual({
      status: "uncertain",
      outcome: "perhaps",
      requestId: "id-1",
      written: false,
    });
  });
});

describe("a write whose answer was lost", () => {
  test.each([
    { looks: [], writable: undefined },
    { looks: [100], writable: undefined },
    { looks: [100, 2_099], writable: undefined },
    { looks: [100, 2_100], writable: 2_100 },
    { looks: [100, 1_000, 2_500], writable: 2_500 },
  ])("may be sent again after looks at $looks ms: $writable", ({ looks, writable }) => {
    expect(writableAt(unmoved(written(lost), ...looks))).toBe(writable);
  });

  test("is looked for again two seconds after the first look that showed the snapshot", () => {
    expect(nextLookAt(unmoved(written(lost), 100))).toBe(2_100);
    expect(nextLookAt(unmoved(written(lost), 100, 900))).toBe(2_100);
  });

  test("has failed only where the last of a run is proven not applied", () => {
    const last = written(lost, { writes: mostWrites });
    expect(unmoved(last, 100, 2_099).ended).toBeUndefined();
    expect(unmoved(last, 100, 2_100).ended).toEqual({
      status: "failed",
      outcome: "certainlyNot",
      failure: "reset",
      written: false,
    });
  });

  test("that arrives between two looks is pinned, and not sent again", () => {
    const seen = sighted(unmoved(written(lost), 100), seenAt(50, { updateTime: noon }), 2_100);
    expect(seen.ended).toMatchObject({ status: "pinned", outcome: "applied", written: true });
    expect(writableAt(seen)).toBeUndefined();
  });
});
