import { type Duration, describeDuration, formatDuration } from "../model/duration.js";
import { formatInstant } from "../model/instant.js";
import { formatShards } from "../model/shardRanges.js";
import { type Refusal } from "../rules/decide.js";
import { type Subject } from "../rules/events.js";
import { describeConsumers } from "./describeConsumers.js";
import { describeMove } from "./describeMove.js";
import { describePosition, describeTarget, describeTime } from "./describePosition.js";
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
    "Declare one of these. A shard that was split or merged disappears when its data has expired.",
  );
}

/** Describes a preview that could not look. */
export function describeNotEvaluated({ id }: Subject, failure: Error): string {
  return lines(
    `${id}: not evaluated, so this preview does not show what pulumi up would do`,
    indent(failure.message),
  );
}

/** Describes a look that failed. */
export function lookFailed({ id }: Subject, failure: Error): string {
  return lines(`${id}: SLS could not be read, so nothing is written`, indent(failure.message));
}

function nothingBefore({ id }: Subject): string {
  return lines(
    `${id}: refused, because "previous" has no earlier position for this shard`,
    "  this replay has not moved the shard yet, or the shard had no checkpoint before (SLS cannot delete one)",
    'Declare another position for this shard, or "keep".',
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
    `  the first log group that would be read: ${firstRead === "next" ? "the next one received" : describeTime(firstRead, "", "")}`,
    "Declare a later instant, or accept the gap with allowTruncated: true.",
  );
}

function tooFar({ id }: Subject, { move, span, maxMove }: RefusalOf<"tooFar">): string {
  return lines(
    `${id}: refused, because it would move further than maxMove allows`,
    `  it ${describeMove(move)}`,
    `  from  ${describePosition(move.from, move.fromTime)}`,
    `  to    ${describeTarget(move)}`,
    ...describeBound(span, maxMove),
  );
}

function describeBound(span: Duration, maxMove: Duration): readonly string[] {
  if (!Number.isFinite(span)) {
    return [
      `  the distance cannot be measured, because the time of one of the two positions is unknown; maxMove ${formatDuration(maxMove)}`,
      'Declare a position whose time the service knows, or "keep" for this shard.',
    ];
  }
  return [
    `  span ${describeDuration(span)} (${formatDuration(span)}), maxMove ${formatDuration(maxMove)}`,
    `If you want this move, set maxMove: "${formatDuration(roundedUp(span))}". If this replay is already done, remove it from the program.`,
  ];
}

/** A bound that lets the move pass even after some minutes of review. */
function roundedUp(duration: Duration): Duration {
  const hour = 3_600_000_000;
  return ((Math.floor(duration / hour) + 1) * hour) as Duration;
}

function unordered({ id }: Subject, { move }: RefusalOf<"unordered">): string {
  return lines(
    `${id}: refused, because the group reads in order, and would read this shard again after or beside its children`,
    `  it ${describeMove(move)}`,
    "  the shard was split or merged, and the group has read it to its end or has begun to read its children",
    "If the order does not matter for this replay, set allowUnordered: true.",
  );
}

function shardsChanged({ id }: Subject, { appeared }: RefusalOf<"shardsChanged">): string {
  return lines(
    `${id}: refused, because shards were split or merged since it was planned`,
    `  new: ${formatShards(appeared)}`,
    'Declare "keep" for this shard, or the position that it should have now: "cursor:<base64>".',
  );
}

function liveConsumers({ id }: Subject, refusal: RefusalOf<"liveConsumers">): string {
  const { consumers, quietAfter, waitTimeout } = refusal;
  return lines(
    `${id}: refused, because consumers are alive and would overwrite the pin`,
    ...describeConsumers(consumers),
    waitTimeout &&
      `  waitTimeout ${formatDuration(waitTimeout)} was not long enough for them to become quiet`,
    "  a running consumer reads on from its own memory and saves over the pin; idle consumers cannot be seen",
    "  a pin that another stack wrote a moment ago looks the same: SLS still shows the name of the consumer that saved before it",
    `Stop the group's consumers, wait ${describeDuration(quietAfter)}, run pulumi up, and start them again; ` +
      'or set onActiveConsumers: "overwrite".',
  );
}
