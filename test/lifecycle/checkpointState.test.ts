import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeCheckpointState,
  encodeCheckpointState,
} from "../../provider/src/lifecycle/checkpoint/checkpointState.js";
import { type Declared } from "../../provider/src/lifecycle/declared.js";
import { type Checkpoint } from "../../provider/src/model/checkpoint.js";
import { cursorAt, parseCursor } from "../../provider/src/model/cursor.js";
import { instantOfMicroseconds } from "../../provider/src/model/instant.js";
import { type Act, type Stand } from "../../provider/src/rules/act.js";
import { type Entry, type ShardLedger } from "../../provider/src/rules/ledger.js";
import { declaredPin } from "./shop.js";

const declared: Declared = { ...declaredPin, triggers: ["release-1"], maxMove: "PT24H", reason: "tax" };

const stand: Stand = {
  checkpoint: { kind: "at", cursor: cursorAt(80n) },
  time: instantOfMicroseconds(1_795_345_200_000_000),
  savedAt: instantOfMicroseconds(1_795_348_700_000_000),
  consumer: "host-a",
};

function targetOf(checkpoint: unknown): Act["target"] {
  const parsed = parseCursor(String(checkpoint));
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

const act: Act = {
  shard: 0,
  round: {
    id: "round-1",
    plannedAt: instantOfMicroseconds(1_795_348_790_000_000),
    knownShards: [],
    triggers: "digest",
    generation: "generation-1",
    deadline: undefined,
  },
  position: `cursor:${String(declaredPin["checkpoint"])}`,
  inherited: [],
  target: targetOf(declaredPin["checkpoint"]),
  targetTime: instantOfMicroseconds(1_795_348_800_000_000),
  snapshot: stand,
  wayBack: stand,
  deadline: undefined,
};

const applied: Entry = {
  act,
  outcome: "applied",
  open: false,
  pinnedAt: instantOfMicroseconds(1_795_348_800_800_922),
  requestId: "5EF1A2B3",
};

function ledgerOf(entries: readonly Entry[], more: Partial<ShardLedger> = {}): ShardLedger {
  return { shard: 0, status: "pinned", entries, historyUnknown: false, ...more };
}

function throughState(ledger: ShardLedger): ShardLedger | undefined {
  const outs = JSON.parse(
    JSON.stringify(encodeCheckpointState(declared, "generation-1", ledger)),
  ) as Declared;
  return decodeCheckpointState(outs).ledger.shards.get(0);
}

describe("the state of a pin", () => {
  test("is plain JSON: the inputs as declared, and what was done, nothing of it twice", () => {
    expect(encodeCheckpointState(declared, "generation-1", ledgerOf([applied]))).toEqual({
      ...declared,
      schemaVersion: 2,
      generation: "generation-1",
      acts: [{ id: "round-1", outcome: "applied", plannedAt: "2026-11-22T11:59:50Z", triggers: "digest" }],
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
    const nowhere = {
      checkpoint: { kind: "none" },
      time: undefined,
      savedAt: undefined,
      consumer: undefined,
    };
    const unknown: Entry = {
      act: { ...act, targetTime: undefined, snapshot: nowhere, wayBack: nowhere } as Act,
      outcome: "expired",
      open: false,
      pinnedAt: undefined,
      requestId: undefined,
    };
    const outs = encodeCheckpointState(
      { ...declared, consumer: undefined },
      "generation-1",
      ledgerOf([unknown], { status: "expired" }),
    );
    expect(outs).toEqual(JSON.parse(JSON.stringify(outs)));
    expect(Object.values(outs)).not.toContain(undefined);
    expect(outs["status"]).toBe("expired");
  });

  test("leaves out what is no input", () => {
    const outs = encodeCheckpointState({ ...declared, __provider: "code" }, "g", ledgerOf([applied]));
    expect(outs).not.toHaveProperty("__provider");
  });

  test("tells the way back of the newest act that moved the shard, not of one that failed since", () => {
    const failed: Entry = {
      act: {
        ...act,
        round: { ...act.round, id: "round-2", triggers: "another" },
        snapshot: { ...stand, checkpoint: { kind: "at", cursor: cursorAt(99n) } },
      },
      outcome: "certainlyNot",
      open: true,
      pinnedAt: undefined,
      requestId: undefined,
    };
    const outs = encodeCheckpointState(declared, "g", ledgerOf([applied, failed], { status: "failed" }));
    expect(outs).toMatchObject({ status: "failed", previousCheckpoint: "ODA=", requestId: "5EF1A2B3" });
  });

  test("returns unchanged through Pulumi's state", () => {
    const instant = fc.integer({ min: 1, max: 4e15 }).map(instantOfMicroseconds);
    const maybe = fc.option(instant, { nil: undefined });
    const text = fc.option(fc.string(), { nil: undefined });
    const cursor = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(cursorAt);
    const target = fc.oneof(cursor, fc.constant(act.target));
    const checkpoint: fc.Arbitrary<Checkpoint> = fc.oneof(
      cursor.map((each) => ({ kind: "at", cursor: each }) as const),
      fc.constantFrom({ kind: "none" } as const, { kind: "undecodable", text: "?" } as const),
    );
    const anyStand: fc.Arbitrary<Stand> = fc.record({
      checkpoint,
      time: maybe,
      savedAt: maybe,
      consumer: text,
    });
    const generation = fc.constantFrom("generation-1", "generation-0");
    const anyRound = fc.record({
      id: fc.string({ minLength: 1 }),
      plannedAt: instant,
      knownShards: fc.constant([]),
      triggers: fc.constantFrom("none", "digest"),
      generation,
      deadline: maybe,
    });
    const intention = fc.record({ position: fc.string(), triggers: fc.string(), generation });
    const anyAct: fc.Arbitrary<Act> = fc
      .record({
        round: anyRound,
        target,
        targetTime: fc.constant(act.targetTime),
        snapshot: anyStand,
        // Whoever takes over intentions takes over the way back with them.
        taken: fc.option(fc.record({ inherited: fc.array(intention, { maxLength: 2 }), wayBack: anyStand }), {
          nil: undefined,
        }),
      })
      .map(({ taken, ...rest }) => ({
        ...rest,
        shard: 0,
        position: `cursor:${rest.target}`,
        inherited: taken?.inherited ?? [],
        wayBack: taken?.wayBack ?? rest.snapshot,
        deadline: rest.round.deadline,
      }));
    const anyEntry: fc.Arbitrary<Entry> = fc.record({
      act: anyAct,
      outcome: fc.constantFrom("applied", "alreadyThere", "perhaps", "certainlyNot", "expired"),
      open: fc.boolean(),
      pinnedAt: maybe,
      requestId: text,
    });
    const anyLedger = fc.record({
      shard: fc.constant(0),
      status: fc.constantFrom("pinned", "failed", "uncertain", "expired", "overwritten", "pending"),
      entries: fc.array(anyEntry, { minLength: 1, maxLength: 4 }),
      historyUnknown: fc.boolean(),
    });
    fc.assert(
      fc.property(anyLedger, (ledger) => {
        expect(throughState(ledger)).toEqual(ledger);
      }),
    );
  });

  test.each([
    { name: "no status", broken: { status: undefined }, what: "state.status" },
    { name: "an unknown status", broken: { status: "flying" }, what: "state.status" },
    { name: "an input that is gone", broken: { shard: undefined }, what: "the declared inputs" },
    { name: "an input of another type", broken: { checkpoint: 7 }, what: "the declared inputs" },
    { name: "a time that is none", broken: { pinnedAt: "yesterday" }, what: "acts[0].pinnedAt" },
    { name: "a number for a text", broken: { requestId: 7 }, what: "acts[0].requestId" },
    { name: "no list of acts", broken: { acts: {} }, what: "acts" },
    { name: "an act of another form", broken: { acts: ["applied"] }, what: "acts[0]" },
    { name: "an act without a name", broken: { acts: [{ outcome: "applied" }] }, what: "acts[0].id" },
    { name: "no version", broken: { schemaVersion: undefined }, what: "state.schemaVersion" },
    {
      name: "a newer version",
      broken: { schemaVersion: 3 },
      what: "state.schemaVersion 3, of which this version knows 2,",
    },
  ])("that it did not write so is refused by name: $name", ({ broken, what }) => {
    const outs = { ...encodeCheckpointState(declared, "generation-1", ledgerOf([applied])), ...broken };
    expect(() => decodeCheckpointState(outs)).toThrow(
      `Pulumi's state of this resource cannot be read: ${what} is missing or of another form\n` +
        "Was it written by a newer version of pulumi-sls-checkpoint? Install that one. Nothing was written.",
    );
  });
});
