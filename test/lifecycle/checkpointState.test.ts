import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CheckpointRecordOfAct,
  decodeCheckpointState,
  encodeCheckpointState,
  terminalStatuses,
  unfinishedStatuses,
} from "../../provider/src/lifecycle/checkpoint/checkpointState.js";
import { type Checkpoint } from "../../provider/src/model/checkpoint.js";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { instantOfMicroseconds } from "../../provider/src/model/instant.js";
import { declaredPin } from "./shop.js";

const declared = { ...declaredPin, triggers: ["release-1"], maxMove: "PT24H", reason: "tax" };
const act: CheckpointRecordOfAct = {
  status: "pinned",
  checkpointTime: instantOfMicroseconds(1_795_348_800_000_000),
  previous: { kind: "at", cursor: cursorAt(80n) },
  previousTime: instantOfMicroseconds(1_795_345_200_000_000),
  previousSavedAt: instantOfMicroseconds(1_795_348_700_000_000),
  previousConsumer: "host-a",
  pinnedAt: instantOfMicroseconds(1_795_348_800_800_922),
  requestId: "5EF1A2B3",
};

describe("the state of a pin", () => {
  test("is plain JSON: the inputs as declared, and the record of the act", () => {
    expect(encodeCheckpointState(declared, act)).toEqual({
      ...declared,
      schemaVersion: 1,
      status: "pinned",
      checkpointTime: "2026-11-22T12:00:00Z",
      previousCheckpoint: "ODA=",
      previousCheckpointTime: "2026-11-22T11:00:00Z",
      previousSavedAt: "2026-11-22T11:58:20Z",
      previousConsumer: "host-a",
      pinnedAt: "2026-11-22T12:00:00.800922Z",
      requestId: "5EF1A2B3",
    });
  });

  test("holds nothing undefined, which Pulumi refuses after the write has happened", () => {
    const nothingKnown = Object.fromEntries(Object.keys(act).map((name) => [name, undefined]));
    const outs = encodeCheckpointState(
      { ...declared, consumer: undefined },
      { ...(nothingKnown as unknown as CheckpointRecordOfAct), status: "expired" },
    );
    expect(Object.values(outs)).not.toContain(undefined);
    expect(outs["status"]).toBe("expired");
  });

  test("leaves out what is no input", () => {
    expect(encodeCheckpointState({ ...declared, __provider: "code" }, act)).not.toHaveProperty("__provider");
  });

  test("returns unchanged through Pulumi's state", () => {
    const instant = fc.option(fc.integer({ min: 1, max: 4e15 }).map(instantOfMicroseconds), {
      nil: undefined,
    });
    const text = fc.option(fc.string(), { nil: undefined });
    const previous: fc.Arbitrary<Checkpoint | undefined> = fc.oneof(
      fc
        .bigInt({ min: 0n, max: 2n ** 64n - 1n })
        .map((position) => ({ kind: "at", cursor: cursorAt(position) }) as const),
      fc.constantFrom({ kind: "none" } as const, { kind: "undecodable", text: "?" } as const, undefined),
    );
    const anyAct = fc.record({
      status: fc.constantFrom(...terminalStatuses, ...unfinishedStatuses),
      checkpointTime: instant,
      previous,
      previousTime: instant,
      previousSavedAt: instant,
      previousConsumer: text,
      pinnedAt: instant,
      requestId: text,
    });
    fc.assert(
      fc.property(anyAct, (any) => {
        const outs: unknown = JSON.parse(JSON.stringify(encodeCheckpointState(declared, any)));
        expect(decodeCheckpointState(outs as typeof declared).act).toEqual(any);
      }),
    );
  });

  test.each([
    { name: "no status", broken: { status: undefined }, what: "status" },
    { name: "an unknown status", broken: { status: "flying" }, what: "status" },
    { name: "an input that is gone", broken: { shard: undefined }, what: "the declared inputs" },
    { name: "an input of another type", broken: { checkpoint: 7 }, what: "the declared inputs" },
    { name: "a time that is none", broken: { pinnedAt: "yesterday" }, what: "pinnedAt" },
    { name: "a number for a text", broken: { requestId: 7 }, what: "requestId" },
  ])("that it did not write so is refused by name: $name", ({ broken, what }) => {
    const outs = { ...encodeCheckpointState(declared, act), ...broken };
    expect(() => decodeCheckpointState(outs)).toThrow(
      `Pulumi's state of this resource cannot be read: ${what} is missing or of another form\n` +
        "Was it written by a newer version of pulumi-sls-checkpoint? Install that one.",
    );
  });
});
