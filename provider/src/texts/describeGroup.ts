import { between, describeDuration } from "../model/duration.js";
import { formatInstant } from "../model/instant.js";
import { type Decision, type LiveConsumer, type Refusal } from "../rules/decide.js";
import { type DecidedShard, type Liveness, type Subject } from "../rules/events.js";
import { describeConsumer, describeOverwriting, describeWhatUpDoes } from "./describeConsumers.js";
import { describeLosses, describeMoves } from "./describeMoves.js";
import { describeRefusal } from "./describeRefusal.js";
import { describeTotals } from "./describeTotals.js";
import { lines, plural } from "./lines.js";
import { nameShards } from "./nameShards.js";
import { type Move } from "../rules/move.js";
import { moveOfDecision, totalsOf } from "../rules/planTotals.js";

/** Pulumi shows each line up to four times in one up, so more than this is summed up. */
const mostLines = 12;
/** The moves are what a plan is read for: some lines of them are shown, whatever else there is to say. */
const fewestLinesOfMoves = 3;

/**
 * Describes what a replay of a whole group would do, in twelve lines or a few more. What loses data comes first, as
 * warnings that name every such shard. `writtenAs` is the instant as the declaration has it, in a zone of its own.
 */
export function describeGroupPlan(
  subject: Subject,
  shards: readonly DecidedShard[],
  writtenAs?: string,
  liveness?: Liveness,
): string {
  const moves = shards.flatMap(({ decision }) => moveOfDecision(decision) ?? []);
  const expired = shards.find(({ decision }) => decision.kind === "expired")?.decision;
  const before = [
    `${subject.id}: ${describeTotals(totalsOf(shards))}`,
    ...describeRefused(shards),
    ...describeLosses(moves),
    ...(subject.reason === undefined ? [] : [`  reason: ${subject.reason.replaceAll(/\s*\n\s*/g, " ")}`]),
    ...describeExpired(expired),
    ...describeAsked(shards, moves, writtenAs),
    ...describeFar(shards),
  ];
  const after = [...describeLive(shards), ...describeOverwrites(shards, liveness)];
  const room = Math.max(fewestLinesOfMoves, mostLines - before.length - after.length);
  return lines(...before, ...describeMoves(moves, room), ...after);
}

/** A refused shard stops the group. What the others would do is told all the same. */
function describeRefused(shards: readonly DecidedShard[]): readonly string[] {
  const refused = shards.filter(
    ({ decision }) => decision.kind === "refused" && decision.refusal.kind !== "liveConsumers",
  );
  if (refused.length === 0) return [];
  const named = nameShards(refused.map(({ shard }) => shard));
  return [`  warning: refused: ${named}. So no shard is written; the error below says why`];
}

function describeExpired(decision: Decision | undefined): readonly string[] {
  if (decision?.kind !== "expired") return [];
  return [
    `  warning: applyBefore ${formatInstant(decision.applyBefore)} has passed (the service's clock shows ` +
      `${formatInstant(decision.serverTime)}), so nothing is written. To move it anyway, declare a later one.`,
  ];
}

/** The first log group that is read, and shards whose first one came much later than what was asked for. */
function describeAsked(
  shards: readonly DecidedShard[],
  moves: readonly Move[],
  writtenAs: string | undefined,
): readonly string[] {
  const gaps = shards.flatMap(({ shard, decision, asked }) => {
    const move = moveOfDecision(decision);
    if (asked === undefined || move?.toEnd === true || move?.toTime.kind !== "at") return [];
    const { instant } = move.toTime;
    return instant <= asked ? [] : [{ shard, gap: between(asked, instant) }];
  });
  const widest = gaps.sort((left, right) => right.gap - left.gap)[0];
  return [
    ...describeFirstRead(moves, describeZone(shards, writtenAs)),
    ...describeNothingSince(shards),
    ...(widest === undefined || widest.gap < shortestGap
      ? []
      : [
          `  shard ${String(widest.shard)} has no data for ${describeDuration(widest.gap)} after the requested time` +
            (gaps.length > 1 ? ` (${plural(gaps.length - 1, "other shard")}: a shorter gap)` : ""),
        ]),
  ];
}

/** Names a log group that will be read. At the end of a shard, none that is there will. */
function describeFirstRead(moves: readonly Move[], zone: string): readonly string[] {
  const [first] = moves
    .flatMap(({ toTime, toEnd }) => (toEnd !== true && toTime.kind === "at" ? [toTime.instant] : []))
    .sort(ascending);
  if (first !== undefined) return [`  first log group that is read: received ${formatInstant(first)}${zone}`];
  const isEnd = moves.length > 0 && moves.every(({ toEnd }) => toEnd === true);
  return isEnd ? [`  first log group that is read: the next one received${zone}`] : [];
}

/** SLS leads an instant after all data of a shard to the end, and says nothing of it. */
function describeNothingSince(shards: readonly DecidedShard[]): readonly string[] {
  const empty = shards.filter(({ asked, decision }) => asked !== undefined && endsUpAtEnd(decision));
  if (empty.length === 0) return [];
  const [have, go] = empty.length === 1 ? ["has", "it goes"] : ["have", "they go"];
  const named = nameShards(empty.map(({ shard }) => shard));
  return [`  ${named} ${have} no data at or after the requested time: ${go} to the end`];
}

function endsUpAtEnd(decision: Decision): boolean {
  if (decision.kind !== "alreadyThere") return moveOfDecision(decision)?.toEnd === true;
  const { record, end } = decision.shard;
  return record.checkpoint.kind === "at" && record.checkpoint.cursor === end;
}

/** The instant in the zone in which it was written, beside the same in UTC. */
function describeZone(shards: readonly DecidedShard[], writtenAs: string | undefined): string {
  const asked = shards.find((shard) => shard.asked !== undefined)?.asked;
  if (writtenAs === undefined || asked === undefined) return "";
  const utc = formatInstant(asked);
  return writtenAs === utc ? "" : `; asked for ${writtenAs} (${utc})`;
}

/** Positions that are no times can lead shards to very different ones; for times, a gap tells as much. */
function describeFar(shards: readonly DecidedShard[]): readonly string[] {
  const ends = shards.flatMap(({ shard, decision, asked }) => {
    const move = moveOfDecision(decision);
    if (asked !== undefined || move?.toEnd === true || move?.toTime.kind !== "at") return [];
    return [{ shard, instant: move.toTime.instant }];
  });
  const sorted = ends.map(({ instant }) => instant).sort(ascending);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined || ends.length < 3) return [];
  const far = ends.filter(({ instant }) => between(instant, middle) >= shortestGap);
  const [farthest] = far.toSorted(
    (left, right) => between(right.instant, middle) - between(left.instant, middle),
  );
  if (farthest === undefined) return [];
  const others = far.length > 1 ? `, and ${plural(far.length - 1, "shard")} more` : "";
  return [
    `  far from the others: shard ${String(farthest.shard)} ends up at ${formatInstant(farthest.instant)}, ` +
      `${describeDuration(between(farthest.instant, middle))} from the median${others}`,
  ];
}

/** A gap that is worth a line: an hour, in microseconds. */
const shortestGap = 3_600_000_000;

function describeLive(shards: readonly DecidedShard[]): readonly string[] {
  const [live] = shards.flatMap(({ decision }) =>
    decision.kind === "refused" && decision.refusal.kind === "liveConsumers" ? [decision.refusal] : [],
  );
  if (live === undefined) return [];
  return [`  warning: ${describeWhatUpDoes(live)}:`, ...describeFirst(live.consumers)];
}

/** Pins over live consumers are written and watched, which nobody should find out afterwards. */
function describeOverwrites(
  shards: readonly DecidedShard[],
  liveness: Liveness | undefined,
): readonly string[] {
  const consumers = shards.flatMap(({ decision }) => (decision.kind === "move" ? decision.overwrites : []));
  if (consumers.length === 0) return [];
  return [`  warning: ${describeOverwriting("pins", liveness)}:`, ...describeFirst(consumers)];
}

/** Every shard of a group names the same consumers. */
function describeFirst(consumers: readonly LiveConsumer[]): readonly string[] {
  const [first] = consumers;
  if (first === undefined) return [];
  const others = new Set(consumers.map(({ shard }) => shard)).size - 1;
  return [`${describeConsumer(first)}${others > 0 ? `, and ${plural(others, "shard")} more` : ""}`];
}

/** Describes why a whole group is left alone: each reason once, with the shards it holds for. */
export function describeGroupRefusal(
  subject: Subject,
  refusals: readonly { readonly shard: number; readonly refusal: Refusal }[],
): string {
  const kinds = [...new Set(refusals.map(({ refusal }) => refusal.kind))];
  return kinds
    .map((kind) => {
      const same = refusals.filter(({ refusal }) => refusal.kind === kind);
      const worst = furthest(same);
      const shards = nameShards(same.map(({ shard }) => shard));
      const name = kind === "liveConsumers" ? subject.id : `${subject.id}, ${shards}`;
      return describeRefusal({ ...subject, id: name }, worst);
    })
    .join("\n");
}

/** The refusal to show of several of one kind: the one whose escape lets all of them pass. */
function furthest(same: readonly { readonly refusal: Refusal }[]): Refusal {
  const sorted = same
    .map(({ refusal }) => refusal)
    .toSorted((left, right) =>
      left.kind === "tooFar" && right.kind === "tooFar" ? right.span - left.span : 0,
    );
  const [worst] = sorted;
  if (worst === undefined) throw new RangeError("there is nothing to describe");
  return worst;
}

function ascending(left: number, right: number): number {
  return left - right;
}
