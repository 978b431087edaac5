import { type CheckpointRecord } from "../model/checkpoint.js";
import { formatInstant } from "../model/instant.js";
import { type Act } from "../rules/act.js";
import { type Decision, type LiveConsumer } from "../rules/decide.js";
import { type EndedReport, type Liveness, type Subject } from "../rules/events.js";
import { describeConsumers, describeOverwriting, describeWhatUpDoes } from "./describeConsumers.js";
import { describeMove } from "./describeMove.js";
import {
  describeCheckpoint,
  describePosition,
  describeStanding,
  describeTarget,
} from "./describePosition.js";
import { indent, lines } from "./lines.js";

/** Describes what an up would do with one shard, in full lines. */
export function describePin(subject: Subject, decision: Decision, liveness?: Liveness): string {
  switch (decision.kind) {
    case "move":
      return lines(
        `${decision.move.direction === "back" ? "" : "warning: "}${subject.id}: ${describeMove(decision.move)}`,
        `  from  ${describePosition(decision.move.from, decision.move.fromTime)}`,
        `  to    ${describeTarget(decision.move)}`,
        subject.reason === undefined ? undefined : `  reason: ${subject.reason}`,
        ...describeOverwritten(decision.overwrites, liveness),
      );
    case "kept":
      return `${subject.id}: kept; it is left alone`;
    case "gone":
      return `${subject.id}: gone; the logstore no longer has the shard, so nothing is written`;
    case "alreadyThere":
      return `${subject.id}: stays; it stands at ${describeStanding(decision.shard)} already, so nothing is written`;
    case "behind":
      return `${subject.id}: stays; it stands before the instant and will read everything since`;
    case "expired":
      return lines(
        `warning: ${subject.id}: expired; nothing is written`,
        `  applyBefore ${formatInstant(decision.applyBefore)} has passed: the service's clock shows ${formatInstant(decision.serverTime)}`,
        "  To move it anyway, declare a later applyBefore.",
      );
    case "refused":
      return decision.refusal.kind === "liveConsumers"
        ? lines(
            decision.refusal.move &&
              describePin(subject, { kind: "move", move: decision.refusal.move, overwrites: [] }),
            `  warning: ${describeWhatUpDoes(decision.refusal)}:`,
            ...describeConsumers(decision.refusal.consumers).map(indent),
          )
        : "";
  }
}

function describeOverwritten(
  consumers: readonly LiveConsumer[],
  liveness: Liveness | undefined,
): readonly string[] {
  if (consumers.length === 0) return [];
  return [`  warning: ${describeOverwriting("pin", liveness)}:`, ...describeConsumers(consumers).map(indent)];
}

/** Describes where a shard stood before a move, with what puts it back. */
export function describeWayBackOfPin(subject: Subject, { snapshot }: Act): string {
  const { checkpoint, time } = snapshot;
  switch (checkpoint.kind) {
    case "at":
      return lines(
        `way back: ${JSON.stringify(checkpoint.cursor)}`,
        `  of ${subject.id}, to be pasted as checkpoint`,
        time && `  it stood at ${formatInstant(time)}`,
      );
    case "none":
      return `${subject.id}: no way back: the shard had no checkpoint, and SLS cannot delete one`;
    case "undecodable":
      return `${subject.id}: no way back: its checkpoint was ${checkpoint.text}, which is not a cursor`;
  }
}

/** Describes a pin that did not end well: what is known of it, and what to do. */
export function describeUnfinishedPin(subject: Subject, shard: EndedReport): string {
  switch (shard.status) {
    case "overwritten":
      return overwritten(subject, shard);
    case "uncertain":
      return shard.record !== undefined && isElsewhere(shard)
        ? elsewhere(subject, shard)
        : unverified(subject, shard);
    default:
      return notApplied(subject, shard.failure);
  }
}

function isElsewhere({ act, record }: EndedReport): boolean {
  if (act === undefined || record === undefined) return false;
  return (
    describeCheckpoint(record.checkpoint) !== describeCheckpoint(act.snapshot.checkpoint) ||
    (record.updateTime !== act.snapshot.savedAt && act.snapshot.savedAt !== undefined)
  );
}

/** Describes a write that was certainly not applied. */
function notApplied(subject: Subject, failure: Error | undefined): string {
  return lines(
    `${subject.id}: is not pinned; it has not moved`,
    failure === undefined ? undefined : indent(failure.message),
    "Keep the shard's consumer stopped, and run pulumi up again.",
  );
}

/** Describes a write that was sent and could not be read back. */
function unverified(subject: Subject, { failure, acknowledged }: EndedReport): string {
  return lines(
    acknowledged
      ? `${subject.id}: was written, but could not be read back`
      : `${subject.id}: may have been written, and could not be read back`,
    failure === undefined
      ? "  the service acknowledged the write, but does not show it"
      : indent(failure.message),
    "Run pulumi up again: it reads the shard first, and writes only if the shard still stands where it stood before.",
  );
}

function elsewhere(subject: Subject, { act, record }: EndedReport): string {
  return lines(
    `${subject.id}: is uncertain: it stands neither at the pin nor where it stood before, so it is left alone`,
    act && `  pin            ${act.target}`,
    act && `  stood before   ${describeCheckpoint(act.snapshot.checkpoint)}`,
    record && `  stands now     ${describeRecord(record)}`,
    "If a consumer has already read from the pin, remove this resource from the program. If not, change triggers to pin the shard again.",
  );
}

/** Describes a pin that a consumer saved over while it was watched. */
function overwritten(subject: Subject, { act, record }: EndedReport): string {
  return lines(
    `${subject.id}: was pinned, and a consumer has overwritten the pin`,
    act && `  pin         ${act.target}`,
    record && `  stands now  ${describeRecord(record)}`,
    "It will not be written again by itself. Stop the group's consumers, change triggers, and run pulumi up.",
  );
}

function describeRecord(record: CheckpointRecord): string {
  const consumer = record.consumer === undefined ? "" : `, committed by ${record.consumer}`;
  return `${describeCheckpoint(record.checkpoint)}${consumer}`;
}
