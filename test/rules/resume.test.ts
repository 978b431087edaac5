import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Checkpoint, sameCheckpoint } from "../../provider/src/model/checkpoint.js";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { resume } from "../../provider/src/rules/resume.js";
import { beforeNoon, cursor, standsAt } from "./scenario.js";

const none: Checkpoint = { kind: "none" };
const undecodable: Checkpoint = { kind: "undecodable", text: "?" };

describe("resume", () => {
  test.each([
    { name: "at the target", snapshot: standsAt(80), seen: standsAt(50), resumption: "done" },
    { name: "where the plan saw it", snapshot: standsAt(80), seen: standsAt(80), resumption: "write" },
    { name: "a log group further", snapshot: standsAt(80), seen: standsAt(81), resumption: "uncertain" },
    { name: "just past the target", snapshot: standsAt(80), seen: standsAt(51), resumption: "uncertain" },
    { name: "still without a checkpoint", snapshot: none, seen: none, resumption: "write" },
    { name: "at a first checkpoint", snapshot: none, seen: standsAt(80), resumption: "uncertain" },
    { name: "without the checkpoint it had", snapshot: standsAt(80), seen: none, resumption: "uncertain" },
    { name: "at the same odd text", snapshot: undecodable, seen: undecodable, resumption: "write" },
    {
      name: "at another odd text",
      snapshot: undecodable,
      seen: { kind: "undecodable", text: "!" },
      resumption: "uncertain",
    },
    {
      name: "at the target, where it was planned from",
      snapshot: standsAt(50),
      seen: standsAt(50),
      resumption: "done",
    },
  ] as const)("of a shard that stands $name: $resumption", ({ snapshot, seen, resumption }) => {
    expect(resume({ target: cursor(50), snapshot }, seen)).toBe(resumption);
  });

  const [saved, savedAgain] = [beforeNoon(60), beforeNoon(59)];

  test.each([
    { name: "as it was saved", planned: saved, seen: saved, at: 80, resumption: "write" },
    { name: "saved again since", planned: saved, seen: savedAgain, at: 80, resumption: "uncertain" },
    {
      name: "saved before, by a clock set back",
      planned: savedAgain,
      seen: saved,
      at: 80,
      resumption: "uncertain",
    },
    {
      name: "of a plan that did not keep when",
      planned: undefined,
      seen: saved,
      at: 80,
      resumption: "write",
    },
    {
      name: "of a service that does not say when",
      planned: saved,
      seen: undefined,
      at: 80,
      resumption: "write",
    },
    { name: "at the target, saved since", planned: saved, seen: savedAgain, at: 50, resumption: "done" },
  ] as const)("of a shard that stands there $name: $resumption", ({ planned, seen, at, resumption }) => {
    const plan = { target: cursor(50), snapshot: standsAt(80), snapshotUpdateTime: planned };
    expect(resume(plan, standsAt(at), seen)).toBe(resumption);
  });

  const position = fc.bigInt({ min: 0n, max: 5n }).map(cursorAt);
  const checkpoint: fc.Arbitrary<Checkpoint> = fc.oneof(
    position.map((at) => ({ kind: "at", cursor: at }) as const),
    fc.constantFrom(none, undecodable),
  );

  const when = fc.constantFrom(saved, savedAgain, undefined);

  test("never writes over a third position, and is done nowhere but at the target", () => {
    fc.assert(
      fc.property(position, checkpoint, checkpoint, when, when, (target, snapshot, seen, then, now) => {
        const there = sameCheckpoint(seen, { kind: "at", cursor: target });
        const again = then !== undefined && now !== undefined && then !== now;
        const unmoved = sameCheckpoint(seen, snapshot) && !again;
        expect(resume({ target, snapshot, snapshotUpdateTime: then }, seen, now)).toBe(
          there ? "done" : unmoved ? "write" : "uncertain",
        );
      }),
    );
  });

  test("is done for good: once at the target, no repetition writes", () => {
    fc.assert(
      fc.property(position, checkpoint, (target, snapshot) => {
        const after: Checkpoint = { kind: "at", cursor: target };
        expect(resume({ target, snapshot }, after)).toBe("done");
        expect(resume({ target, snapshot: after }, after)).toBe("done");
      }),
    );
  });
});
