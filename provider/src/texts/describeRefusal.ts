import { type Duration, describeDuration, formatDuration } from "../model/duration.js";
import { formatInstant } from "../model/instant.js";
import { formatShards } from "../model/shardRanges.js";
import { type Refusal } from "../rules/decide.js";
import { type Subject } from "../rules/events.js";
import { describeConsumers } from "./describeConsumers.js";
import { describeMove } from "./describeMove.js";
import { describePosition, describeTime } from "./describePosition.js";
import { indent, lines } from "./lines.js";

/** Describes a refusal: what was seen, what would happen, and the way out in the last line. */
export function describeRefusal(subject: Subject, refusal: Refusal): string {
  switch (refusal.kind) {
    case "unknownShard":
      return unknownShard(subject, refusal);
    case "lookFailed":
      return lookFailed(subject, refusal.failure);
    case "nothingBefore":
      return nothingBefore(subject);
    case "inTheFuture":
      return inTheFuture(subject, refusal);
    case "outsideWindow":
      return outsideWindow(subject, refusal);
    case "truncated":
      return truncated(subject, refusal);
    case "tooFar":
      return tooFar(subject, refusal);
    case "unordered":
      return unordered(subject, refusal);
    case "shardsChanged":
      return shardsChanged(subject, refusal);
    case "liveConsumers":
      return liveConsumers(subject, refusal);
  }
}

type RefusalOf<Kind extends Refusal["kind"]> = Extract<Refusal, { kind: Kind }>;

function unknownShard({ id }: Subject, { knownShards }: RefusalOf<"unknownShard">): string {
  return lines(
    `${id}: the logstore has no such shard`,
    `  its shards: ${formatShards(knownShards) || "none"}`,
    "Declare one of these. A shard that was split or merged vanishes when its data has expired.",
  );
}

/** Describes a look that failed. */
export function lookFailed({ id }: Subject, failure: Error): string {
  return lines(`${id}: could not be looked at, so nothing is written`, indent(failure.message));
}

function nothingBefore({ id }: Subject): string {
  return lines(
    `${id}: refused, because there is nothing to put it back to`,
    "  this replay never moved it, or it had no checkpoint before, which SLS has no call for",
    "Name another position for this shard, or keep.",
  );
}

function inTheFuture({ id }: Subject, { asked, serverTime }: RefusalOf<"inTheFuture">): string {
  return lines(
    `${id}: refused, because the instant is in the future`,
    `  asked for ${formatInstant(asked)}, and the service's clock shows ${formatInstant(serverTime)}`,
    'To skip everything up to now, write "end".',
  );
}

function outsideWindow({ id }: Subject, { side, begin, end }: RefusalOf<"outsideWindow">): string {
  const consequence =
    side === "before"
      ? "  its data is gone (a consumer that is sent there may jump to the end), or it is a cursor of another shard"
      : "  no log group is there yet, or it is a cursor of another shard";
  return lines(
    `${id}: refused, because the checkpoint is ${side} what the shard holds`,
    `  the shard holds ${begin} (begin) to ${end} (end)`,
    consequence,
    "Declare a cursor of this shard between the two, or a later instant; GetCursor answers the cursor of a time.",
  );
}

function truncated({ id }: Subject, { asked, keptSince, firstRead }: RefusalOf<"truncated">): string {
  return lines(
    `${id}: refused, because the logstore no longer keeps what was asked for`,
    `  asked for ${formatInstant(asked)}, and it keeps what was received since ${formatInstant(keptSince)}`,
    `  the first log group that would be read: ${describeTime(firstRead, "", "")}`,
    "Name a later instant, or accept the gap with allowTruncated: true.",
  );
}

function tooFar({ id }: Subject, { move, span, maxMove }: RefusalOf<"tooFar">): string {
  return lines(
    `${id}: refused, because it would move further than maxMove allows`,
    `  it ${describeMove(move)}`,
    `  from  ${describePosition(move.from, move.fromTime)}`,
    `  to    ${describePosition({ kind: "at", cursor: move.to }, move.toTime)}`,
    ...describeBound(span, maxMove),
  );
}

function describeBound(span: Duration, maxMove: Duration): readonly string[] {
  if (!Number.isFinite(span)) {
    return [
      `  how far that is cannot be measured, because the time of one of the two is not known; maxMove ${formatDuration(maxMove)}`,
      "Name a position whose time the service can tell, or keep this shard.",
    ];
  }
  return [
    `  span ${describeDuration(span)} (${formatDuration(span)}), maxMove ${formatDuration(maxMove)}`,
    `If it is meant, set maxMove: "${formatDuration(roundedUp(span))}". If this declaration has done its work, take it out.`,
  ];
}

/** A bound that lets the move pass even after some minutes of review. */
function roundedUp(duration: Duration): Duration {
  const hour = 3_600_000_000;
  return ((Math.floor(duration / hour) + 1) * hour) as Duration;
}

function unordered({ id }: Subject, { move }: RefusalOf<"unordered">): string {
  return lines(
    `${id}: refused, because an ordered group would read it beside its children`,
    `  it ${describeMove(move)}`,
    "  the shard was split or merged, and the group has read it to its end or has read one of its children",
    "If order does not matter for this, set allowUnordered: true.",
  );
}

function shardsChanged({ id }: Subject, { appeared }: RefusalOf<"shardsChanged">): string {
  return lines(
    `${id}: refused, because shards were split or merged since it was planned`,
    `  new: ${formatShards(appeared)}`,
    'Set this shard to "keep", or name the position that it shall have now: "cursor:<base64>".',
  );
}

function liveConsumers({ id }: Subject, { consumers, quietAfter }: RefusalOf<"liveConsumers">): string {
  return lines(
    `${id}: refused, because consumers are alive and would overwrite the pin`,
    ...describeConsumers(consumers),
    "  a running consumer keeps reading from memory and saves over the pin; idle ones cannot be seen at all",
    "  a pin that another stack wrote a moment ago looks the same: SLS keeps the name of the consumer before",
    `Stop the group's consumers, wait ${describeDuration(quietAfter)}, run pulumi up, and start them again; ` +
      'or set onActiveConsumers: "overwrite".',
  );
}
