import { type Checkpoint } from "../model/checkpoint.js";
import { type Duration, describeDuration, formatDuration } from "../model/duration.js";
import { formatInstant } from "../model/instant.js";
import { type Decision, type LiveConsumer, type Refusal } from "../rules/decide.js";
import { type Move } from "../rules/move.js";
import { type CheckpointRecord, type PositionTime } from "../rules/observation.js";
import { type Planned } from "../rules/resume.js";

/** What a text is about: the id of the shard or group, and what the declaration says of why. */
export interface Subject {
  readonly id: string;
  readonly reason: string | undefined;
}

/** Describes what an up would do, in full lines: the preview of a pin. */
export function describePlan(subject: Subject, decision: Exclude<Decision, { kind: "refused" }>): string {
  switch (decision.kind) {
    case "move":
      return lines(
        `${subject.id}: ${describeMove(decision.move)}`,
        `  from  ${describePosition(decision.move.from, decision.move.fromTime)}`,
        `  to    ${describePosition({ kind: "at", cursor: decision.move.to }, decision.move.toTime)}`,
        subject.reason === undefined ? undefined : `  reason: ${subject.reason}`,
        ...describeOverwritten(decision.overwrites),
      );
    case "kept":
      return `${subject.id}: kept; it is left alone`;
    case "alreadyThere":
      return `${subject.id}: stays; it stands at ${describePosition(decision.shard.record.checkpoint, decision.shard.currentTime)} already, so nothing is written`;
    case "expired":
      return lines(
        `warning: ${subject.id}: expired; nothing is written`,
        `  applyBefore ${formatInstant(decision.applyBefore)} has passed: the service's clock shows ${formatInstant(decision.serverTime)}`,
        "  To move it after all, declare a later applyBefore.",
      );
  }
}

/** Describes where a shard stood before a move, with what puts it back. */
export function describeWayBack(subject: Subject, move: Move): string {
  return `${subject.id}: way back: ${wayBackOf(move)}`;
}

function wayBackOf({ from, fromTime }: Move): string {
  switch (from.kind) {
    case "at":
      return `checkpoint: "${from.cursor}"${describeTime(fromTime, " (", ")")}`;
    case "none":
      return "it had no checkpoint, and SLS has no call that takes one away";
    case "undecodable":
      return `its checkpoint was ${from.text}, which is no cursor and cannot be written back`;
  }
}

/** One sentence: direction, span and log groups of a move. */
export function describeMove(move: Move): string {
  switch (move.direction) {
    case "back":
      return `moves back ${span(move)}; ${logGroups(move)} will be read again`;
    case "forward":
      return `moves forward ${span(move)}; ${logGroups(move)} will never be read`;
    case "set":
      return `is set; ${
        move.from.kind === "none"
          ? "the group has no checkpoint there, so where it would have read from is not known"
          : "its checkpoint is none of the positions that the shard still holds, so what is read again or skipped is not known"
      }`;
  }
}

/** Describes a refusal: what was seen, what would happen, and the way out in the last line. */
export function describeRefusal(subject: Subject, refusal: Refusal): string {
  switch (refusal.kind) {
    case "unknownShard":
      return lines(
        `${subject.id}: the logstore has no such shard`,
        `  its shards: ${refusal.knownShards.join(", ") || "none"}`,
        "Declare one of these. A shard that was split or merged vanishes when its data has expired.",
      );
    case "lookFailed":
      return lines(
        `${subject.id}: could not be looked at, so nothing is written`,
        indent(refusal.failure.message),
      );
    case "nothingBefore":
      return lines(
        `${subject.id}: refused, because there is nothing to put it back to`,
        "  this replay never moved it, or it had no checkpoint before, which SLS has no call for",
        "Name another position for this shard, or keep.",
      );
    case "inTheFuture":
      return lines(
        `${subject.id}: refused, because the instant is in the future`,
        `  asked for ${formatInstant(refusal.asked)}, and the service's clock shows ${formatInstant(refusal.serverTime)}`,
        'To skip everything up to now, write "end".',
      );
    case "outsideWindow":
      return describeOutsideWindow(subject, refusal);
    case "truncated":
      return lines(
        `${subject.id}: refused, because the logstore no longer keeps what was asked for`,
        `  asked for ${formatInstant(refusal.asked)}, and it keeps what was received since ${formatInstant(refusal.keptSince)}`,
        `  the first log group that would be read: ${describeTime(refusal.firstRead, "", "")}`,
        "Name a later instant, or accept the gap with allowTruncated: true.",
      );
    case "tooFar":
      return lines(
        `${subject.id}: refused, because it would move further than maxMove allows`,
        `  it ${describeMove(refusal.move)}`,
        `  from  ${describePosition(refusal.move.from, refusal.move.fromTime)}`,
        `  to    ${describePosition({ kind: "at", cursor: refusal.move.to }, refusal.move.toTime)}`,
        `  span ${describeDuration(refusal.span)} (${formatDuration(refusal.span)}), maxMove ${formatDuration(refusal.maxMove)}`,
        `If it is meant, set maxMove: "${formatDuration(roundedUp(refusal.span))}". If this declaration has done its work, take it out.`,
      );
    case "unordered":
      return lines(
        `${subject.id}: refused, because an ordered group would read it beside its children`,
        `  it ${describeMove(refusal.move)}`,
        "  the shard was split or merged and the group has read it to its end, so the shards after it are being read",
        "If order does not matter for this, set allowUnordered: true.",
      );
    case "deadlinePassed":
      return lines(
        `${subject.id}: its deadline has passed, so nothing more is written`,
        `  applyBefore ${formatInstant(refusal.applyBefore)}, and the service's clock shows ${formatInstant(refusal.serverTime)}`,
        "To go on after all, declare a later applyBefore.",
      );
    case "shardsChanged":
      return lines(
        `${subject.id}: refused, because shards were split or merged since the plan`,
        refusal.appeared.length === 0 ? undefined : `  new: ${refusal.appeared.join(", ")}`,
        refusal.vanished.length === 0 ? undefined : `  gone: ${refusal.vanished.join(", ")}`,
        "Change triggers to plan anew, and set shards that are done already to keep.",
      );
    case "targetGone":
      return lines(
        `${subject.id}: refused, because data that was there at the plan has expired since`,
        `  shards: ${refusal.shards.join(", ")}`,
        "Declare a later position for these shards.",
      );
    case "liveConsumers":
      return describeLiveConsumers(subject, refusal);
  }
}

/** Describes live consumers as a preview sees them: a warning, because they can still be stopped before the up. */
export function describeLiveConsumersAhead(
  subject: Subject,
  refusal: Extract<Refusal, { kind: "liveConsumers" }>,
): string {
  return lines(
    refusal.move && describePlan(subject, { kind: "move", move: refusal.move, overwrites: [] }),
    "  warning: consumers are alive, and up refuses while they are:",
    ...describeConsumers(refusal.consumers).map(indent),
    `  Stop them and wait ${describeDuration(refusal.quietAfter)} before the up.`,
  );
}

function describeLiveConsumers(
  subject: Subject,
  refusal: Extract<Refusal, { kind: "liveConsumers" }>,
): string {
  return lines(
    `${subject.id}: refused, because consumers are alive and would overwrite the pin`,
    ...describeConsumers(refusal.consumers),
    "  a running consumer keeps reading from memory and saves over the pin; idle ones cannot be seen at all",
    `Stop the group's consumers, wait ${describeDuration(refusal.quietAfter)}, run pulumi up, and start them again; ` +
      'or set onActiveConsumers: "overwrite".',
  );
}

function describeOverwritten(consumers: readonly LiveConsumer[]): readonly string[] {
  if (consumers.length === 0) return [];
  return [
    '  warning: consumers are alive, and onActiveConsumers is "overwrite": their next save may overwrite the pin',
    ...describeConsumers(consumers).map(indent),
  ];
}

const mostConsumers = 5;

function describeConsumers(consumers: readonly LiveConsumer[]): readonly string[] {
  const more = consumers.length - mostConsumers;
  return [
    ...consumers.slice(0, mostConsumers).map(describeConsumer),
    ...(more > 0 ? [`  and ${String(more)} more`] : []),
  ];
}

export function describeConsumer(consumer: LiveConsumer): string {
  const name = consumer.consumer ?? "a consumer without a name";
  return `  shard ${String(consumer.shard)}  ${name}  committed ${describeDuration(consumer.committed)} ago`;
}

function describeOutsideWindow(
  subject: Subject,
  refusal: Extract<Refusal, { kind: "outsideWindow" }>,
): string {
  const consequence =
    refusal.side === "before"
      ? "  its data is gone (a consumer that is sent there may jump to the end), or it is a cursor of another shard"
      : "  no log group is there yet, or it is a cursor of another shard";
  return lines(
    `${subject.id}: refused, because the checkpoint is ${refusal.side} what the shard holds`,
    `  the shard holds ${refusal.begin} (begin) to ${refusal.end} (end)`,
    consequence,
    "Declare a cursor of this shard between the two; GetCursor answers it for a time.",
  );
}

/** Describes the wait for consumers, and how to end it. */
export function describeWait(
  subject: Subject,
  refusal: Extract<Refusal, { kind: "liveConsumers" }>,
  waitTimeout: Duration,
): string {
  return lines(
    `${subject.id}: waits until the consumers are quiet, ${describeDuration(waitTimeout)} at the most`,
    ...describeConsumers(refusal.consumers),
    "  Nothing has been written yet. To stop, press Ctrl-C twice.",
  );
}

/** Describes a shard that moved between the decision and the write: nothing was sent. */
export function describeMovedMeanwhile(subject: Subject, planned: Planned, seen: CheckpointRecord): string {
  return lines(
    `${subject.id}: moved while it was being looked at, so nothing is written`,
    `  it stood at ${describeCheckpoint(planned.snapshot)}`,
    `  it stands at ${describeRecord(seen)}`,
    "Consumers are alive: stop the group's consumers, then run pulumi up again.",
  );
}

/** Describes a write that was certainly not applied. */
export function describeNotApplied(subject: Subject, error: Error | undefined): string {
  return lines(
    `${subject.id}: is not pinned; it stands where it stood`,
    error === undefined ? undefined : indent(error.message),
    "Consumers that were stopped for this are still stopped. Run pulumi up again: it goes on from here.",
  );
}

/** Describes a write that was sent and could not be read back. */
export function describeUnverified(subject: Subject, error: Error): string {
  return lines(
    `${subject.id}: was written, but could not be read back`,
    indent(error.message),
    "Run pulumi up again: it reads the shard first, and writes only if it still stands where it stood before.",
  );
}

/** Describes a pin that a consumer saved over while it was watched. */
export function describeOverwrittenPin(subject: Subject, planned: Planned, seen: CheckpointRecord): string {
  return lines(
    `${subject.id}: was pinned, and a consumer has overwritten the pin`,
    `  pin         ${planned.target}`,
    `  stands now  ${describeRecord(seen)}`,
    "It is not written again. Stop the group's consumers, change triggers, and run pulumi up.",
  );
}

function describeRecord(record: CheckpointRecord): string {
  const consumer = record.consumer === undefined ? "" : `, committed by ${record.consumer}`;
  return `${describeCheckpoint(record.checkpoint)}${consumer}`;
}

export function describePosition(checkpoint: Checkpoint, time: PositionTime): string {
  const text = describeCheckpoint(checkpoint);
  return checkpoint.kind === "at" ? `${describeTime(time, "", "  ")}${text}` : text;
}

function describeTime(time: PositionTime, before: string, after: string): string {
  switch (time.kind) {
    case "at":
      return `${before}${formatInstant(time.instant)}${after}`;
    case "empty":
      return `${before}no data${after}`;
    case "outside":
      return `${before}time not known${after}`;
  }
}

function span(move: Move): string {
  return describeDuration(move.span);
}

function logGroups(move: Move): string {
  return move.logGroups === undefined ? "an unknown number of log groups" : describeLogGroups(move.logGroups);
}

export function describeLogGroups(count: bigint): string {
  return count === 1n ? "1 log group" : `${count.toLocaleString("en-US")} log groups`;
}

/** A bound that lets the move pass even after some minutes of review. */
function roundedUp(duration: Duration): Duration {
  const hour = 3_600_000_000;
  return ((Math.floor(duration / hour) + 1) * hour) as Duration;
}

export function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

export function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join("\n");
}

/** A checkpoint for people: the cursor, or why there is none. */
export function describeCheckpoint(checkpoint: Checkpoint): string {
  switch (checkpoint.kind) {
    case "at":
      return checkpoint.cursor;
    case "none":
      return "no checkpoint";
    case "undecodable":
      return `${checkpoint.text} (not a cursor)`;
  }
}

/** Describes a shard that stands neither at the target nor where it was planned from, with both ways out. */
export function describeUncertain(subject: Subject, planned: Planned, seen: CheckpointRecord): string {
  return lines(
    `${subject.id}: is uncertain; it stands neither at the pin nor where it stood before, so it is left alone`,
    `  pin            ${planned.target}`,
    `  stood before   ${describeCheckpoint(planned.snapshot)}`,
    `  stands now     ${describeRecord(seen)}`,
    "If a consumer has read from the pin already, take this declaration out. If it has not, change triggers to pin again.",
  );
}
