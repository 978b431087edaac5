import { formatCheckpoint } from "../../model/checkpoint.js";
import { type Cursor } from "../../model/cursor.js";
import { type Instant, formatOptionalInstant } from "../../model/instant.js";
import { formatPosition } from "../../model/position.js";
import { type Act, type Round, type Stand } from "../../rules/act.js";
import {
  type Entry,
  type Ledger,
  type Outcome,
  type ShardLedger,
  emptyLedger,
  movedEntry,
} from "../../rules/ledger.js";
import { type Declared } from "../declared.js";
import { cursorInput } from "../inputs.js";
import { decodeEntry, encodeEntry } from "../entryState.js";
import { StateReader, fieldsOf } from "../actState.js";
import { withoutAbsent } from "../stateFields.js";
import { digestOfTriggers, noTriggers } from "../triggers.js";
import { schemaVersion, schemaVersionOf, unreadable } from "../unreadable.js";
import { type CheckpointPin, checkpointInputs, readCheckpointDeclaration } from "./checkpointPin.js";

/** The statuses of a single pin. */
const statuses = [
  "pinned",
  "alreadyThere",
  "expired",
  "overwritten",
  "gone",
  "kept",
  "pending",
  "failed",
  "uncertain",
] as const;

type PinStatus = (typeof statuses)[number];

/** What state keeps of a pin: what was declared, and what was done. */
export interface CheckpointState {
  readonly pin: CheckpointPin;
  readonly generation: string;
  readonly ledger: Ledger;
}

/** Pins of version 0.1.0 know nothing of generations. */
const releasedGeneration = "0.1.0";

/** Plain JSON for Pulumi's state: every declared input, and what was done. No value in it moves by itself. */
export function encodeCheckpointState(declared: Declared, generation: string, ledger: ShardLedger): Declared {
  const { entries, status } = ledger;
  const newest = entries.at(-1);
  const moved = movedEntry(entries);
  const before = moved?.act.wayBack;
  return withoutAbsent({
    ...Object.fromEntries(checkpointInputs.map((name) => [name, declared[name]])),
    schemaVersion,
    generation,
    acts: entries.map((entry) =>
      encodeAct(entry, generation, entry === moved ? declaredTarget(declared) : undefined),
    ),
    historyUnknown: ledger.historyUnknown ? true : undefined,
    status,
    checkpointTime: formatOptionalInstant(newest?.act.targetTime),
    previousCheckpoint: before && formatCheckpoint(before.checkpoint),
    previousCheckpointTime: formatOptionalInstant(before?.time),
    previousSavedAt: formatOptionalInstant(before?.savedAt),
    previousConsumer: before?.consumer,
    pinnedAt: formatOptionalInstant(moved?.pinnedAt),
    requestId: moved?.requestId,
  });
}

/** The declared cursor, whichever way it is spelt. */
function declaredTarget(declared: Declared): Cursor | undefined {
  const cursor = cursorInput(declared["checkpoint"]);
  return cursor.ok ? cursor.value : undefined;
}

/**
 * One act. A stack can have many pins, so nothing is written twice: the outputs beside it tell the position, the
 * snapshot and the write of the newest move, and `declared` its target.
 */
function encodeAct(entry: Entry, generation: string, declared: Cursor | undefined): Declared {
  const { act, outcome, open } = entry;
  const { round } = act;
  const told = declared === act.target && act.wayBack === act.snapshot && act.inherited.length === 0;
  return withoutAbsent({
    id: round.id,
    outcome,
    open: open ? true : undefined,
    plannedAt: formatOptionalInstant(round.plannedAt),
    triggers: round.triggers === noTriggers ? undefined : round.triggers,
    generation: round.generation === generation ? undefined : round.generation,
    deadline: formatOptionalInstant(act.deadline),
    ...(!told &&
      withoutAbsent(omit(encodeEntry(entry), ["shard", "round", "outcome", "open", "position", "deadline"]))),
  });
}

function omit(row: Declared, names: readonly string[]): Declared {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

function decodeAct(value: unknown, index: number, outs: Declared, shard: number): Entry {
  const path = `acts[${String(index)}]`;
  const kept = fieldsOf(value, path);
  const told = kept["target"] === undefined;
  const fields: Declared = told ? { ...kept, ...toldByOutputs(outs) } : kept;
  const reader = new StateReader(fields, path);
  const round: Round = {
    id: reader.text("id"),
    plannedAt: reader.instant("plannedAt"),
    knownShards: [],
    triggers: reader.optionalText("triggers") ?? noTriggers,
    generation: reader.optionalText("generation") ?? new StateReader(outs, "state").text("generation"),
    deadline: reader.optionalInstant("deadline"),
  };
  const position = `cursor:${reader.cursor("target")}`;
  return decodeEntry({ ...fields, shard, position, round: round.id }, () => round, path);
}

/** What the outputs tell of the newest move. */
function toldByOutputs(outs: Declared): Declared {
  return {
    target: outs["checkpoint"],
    targetTime: outs["checkpointTime"],
    snapshot: outs["previousCheckpoint"],
    snapshotTime: outs["previousCheckpointTime"],
    snapshotSavedAt: outs["previousSavedAt"],
    snapshotConsumer: outs["previousConsumer"],
    pinnedAt: outs["pinnedAt"],
    requestId: outs["requestId"],
  };
}

/** Reads back what {@link encodeCheckpointState} wrote, in this version or an older one. */
export function decodeCheckpointState(outs: Declared): CheckpointState {
  const declaration = readCheckpointDeclaration(
    Object.fromEntries(checkpointInputs.map((name) => [name, outs[name]])),
  );
  if (declaration.kind !== "complete") throw unreadable("the declared inputs");
  const { pin } = declaration;
  if (schemaVersionOf(outs["schemaVersion"], "state") === 1) return releasedState(outs, pin);
  const { acts } = outs;
  if (!Array.isArray(acts)) throw unreadable("acts");
  const reader = new StateReader(outs, "state");
  return {
    pin,
    generation: reader.text("generation"),
    ledger: ledgerOf({
      shard: pin.identity.shard,
      status: reader.oneOf("status", statuses),
      entries: acts.map((act, index) => decodeAct(act, index, outs, pin.identity.shard)),
      historyUnknown: reader.flag("historyUnknown"),
    }),
  };
}

function ledgerOf(shard: ShardLedger): Ledger {
  return { ...emptyLedger, shards: new Map([[shard.shard, shard]]) };
}

const outcomes: Readonly<Record<PinStatus, Outcome>> = {
  pinned: "applied",
  overwritten: "applied",
  alreadyThere: "alreadyThere",
  expired: "expired",
  gone: "certainlyNot",
  kept: "certainlyNot",
  pending: "certainlyNot",
  failed: "certainlyNot",
  uncertain: "perhaps",
};

/**
 * The state of version 0.1.0, which kept one act and no record of those before. What a failed or expired one had
 * replaced is forgotten: a changed checkpoint that can be a revert is left alone then.
 */
function releasedState(outs: Declared, pin: CheckpointPin): CheckpointState {
  const reader = new StateReader(outs, "state");
  const status = reader.oneOf("status", statuses);
  const outcome = outcomes[status];
  const unfinished = outcome === "certainlyNot" || outcome === "perhaps";
  const snapshot = releasedStand(reader);
  const act: Act = {
    shard: pin.identity.shard,
    round: {
      id: releasedGeneration,
      plannedAt: 0 as Instant,
      knownShards: [],
      triggers: digestOfTriggers(pin.triggers),
      generation: releasedGeneration,
      deadline: undefined,
    },
    position: formatPosition({ kind: "cursor", cursor: pin.target }),
    inherited: [],
    target: pin.target,
    targetTime: reader.optionalInstant("checkpointTime"),
    snapshot,
    wayBack: snapshot,
    deadline: pin.bounds.applyBefore,
  };
  const entry: Entry = {
    act,
    outcome,
    open: unfinished,
    pinnedAt: reader.optionalInstant("pinnedAt"),
    requestId: reader.optionalText("requestId"),
  };
  return {
    pin,
    generation: releasedGeneration,
    ledger: ledgerOf({
      shard: pin.identity.shard,
      status,
      entries: [entry],
      historyUnknown: unfinished || status === "expired",
    }),
  };
}

function releasedStand(reader: StateReader): Stand {
  const known = reader.optionalText("previousCheckpoint") !== undefined;
  return {
    checkpoint: known ? reader.checkpoint("previousCheckpoint") : { kind: "none" },
    time: reader.optionalInstant("previousCheckpointTime"),
    savedAt: reader.optionalInstant("previousSavedAt"),
    consumer: reader.optionalText("previousConsumer"),
  };
}
