import { type Checkpoint, formatCheckpoint } from "../../model/checkpoint.js";
import { type Instant, formatOptionalInstant } from "../../model/instant.js";
import { type CheckpointPin, checkpointInputs, readCheckpointDeclaration } from "./checkpointPin.js";
import { type Declared } from "../declared.js";
import {
  optionalCheckpoint,
  optionalInstant,
  optionalText,
  unreadable,
  withoutAbsent,
} from "../stateFields.js";

/** The version of what this package writes into Pulumi's state. Older ones stay readable. */
const schemaVersion = 1;

/** Nothing is left to do. */
export const terminalStatuses = ["pinned", "alreadyThere", "expired", "overwritten"] as const;

/** Something is: the next up goes on from the snapshot that state keeps. */
export const unfinishedStatuses = ["failed", "uncertain"] as const;

export type TerminalStatus = (typeof terminalStatuses)[number];
export type UnfinishedStatus = (typeof unfinishedStatuses)[number];
export type CheckpointStatus = TerminalStatus | UnfinishedStatus;

/** What is remembered of one act: how it ended, and where the shard stood before it. */
export interface CheckpointRecordOfAct {
  readonly status: CheckpointStatus;
  readonly checkpointTime: Instant | undefined;
  readonly previous: Checkpoint | undefined;
  readonly previousTime: Instant | undefined;
  /** When SLS had saved the previous checkpoint: saved since, it is another stay at the same place. */
  readonly previousSavedAt: Instant | undefined;
  readonly previousConsumer: string | undefined;
  readonly pinnedAt: Instant | undefined;
  readonly requestId: string | undefined;
}

export interface CheckpointState {
  readonly pin: CheckpointPin;
  readonly act: CheckpointRecordOfAct;
}

/** Plain JSON for Pulumi's state: every declared input, and the record of the act. No value in it moves by itself. */
export function encodeCheckpointState(declared: Declared, act: CheckpointRecordOfAct): Declared {
  return withoutAbsent({
    ...Object.fromEntries(checkpointInputs.map((name) => [name, declared[name]])),
    schemaVersion,
    status: act.status,
    checkpointTime: formatOptionalInstant(act.checkpointTime),
    previousCheckpoint: act.previous && formatCheckpoint(act.previous),
    previousCheckpointTime: formatOptionalInstant(act.previousTime),
    previousSavedAt: formatOptionalInstant(act.previousSavedAt),
    previousConsumer: act.previousConsumer,
    pinnedAt: formatOptionalInstant(act.pinnedAt),
    requestId: act.requestId,
  });
}

/** Reads back what {@link encodeCheckpointState} wrote, in this version or an older one. */
export function decodeCheckpointState(outs: Declared): CheckpointState {
  const declaration = readCheckpointDeclaration(
    Object.fromEntries(checkpointInputs.map((name) => [name, outs[name]])),
  );
  if (declaration.kind !== "complete") throw unreadable("the declared inputs");
  const status = [...terminalStatuses, ...unfinishedStatuses].find((known) => known === outs["status"]);
  if (status === undefined) throw unreadable("status");
  return {
    pin: declaration.pin,
    act: {
      status,
      checkpointTime: optionalInstant(outs, "checkpointTime"),
      previous: optionalCheckpoint(outs, "previousCheckpoint"),
      previousTime: optionalInstant(outs, "previousCheckpointTime"),
      previousSavedAt: optionalInstant(outs, "previousSavedAt"),
      previousConsumer: optionalText(outs, "previousConsumer"),
      pinnedAt: optionalInstant(outs, "pinnedAt"),
      requestId: optionalText(outs, "requestId"),
    },
  };
}

export function isUnfinished(status: unknown): boolean {
  return unfinishedStatuses.some((unfinished) => unfinished === status);
}
