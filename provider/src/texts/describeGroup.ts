import { between, describeDuration } from "../model/duration.js";
import { formatInstant } from "../model/instant.js";
import { type Decision, type Refusal } from "../rules/decide.js";
import { formatShards } from "../model/shardRanges.js";
import { type DecidedShard, type Liveness, type Subject } from "../rules/events.js";
import { describeConsumer } from "./describeConsumers.js";
import { describeSpan } from "./describeMove.js";
import { describeWhatUpDoes } from "./describePin.js";
import { describeLogGroups, describePosition } from "./describePosition.js";
import { describeRefusal } from "./describeRefusal.js";
import { lines, plural } from "./lines.js";
import { type Move } from "../rules/move.js";

/** Pulumi shows each line up to four times in one up, so more than this is summed up. */
const mostLines = 12;
const mostShardLines = 10;

/**
 * Describes what a replay of a whole group would do, in at most twelve lines. `writtenAs` is the instant as the
 * declaration has it, in a zone of its own.
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
    `${subject.id}: ${describeTotals(shards, moves)}`,
    ...(subject.reason === undefined ? [] : [`  reason: ${subject.reason.replaceAll(/\s*\n\s*/g, " ")}`]),
    ...describeExpired(expired),
    ...describeAsked(shards, moves, writtenAs),
    ...describeFar(shards),
  ];
  const after = [...describeLive(shards, liveness), ...describeOverwrites(shards, liveness)];
  const room = Math.min(mostShardLines, mostLines - before.length - after.length);
  return lines(
    ...before,
    ...(moves.length <= room ? moves.map(describeShard) : describeExtremes(moves)),
    ...after,
  );
}

function moveOfDecision(decision: Decision): Move | undefined {
  if (decision.kind === "move") return decision.move;
  return decision.kind === "refused" && decision.refusal.kind === "liveConsumers"
    ? decision.refusal.move
    : undefined;
}

function describeTotals(shards: readonly DecidedShard[], moves: readonly Move[]): string {
  const counted: [number, string][] = [
    [count(moves, "back"), "back"],
    [count(moves, "forward"), "forward"],
    [count(moves, "set"), "set"],
    [shards.filter(({ decision }) => decision.kind === "alreadyThere").length, "already there"],
    [shards.filter(({ decision }) => decision.kind === "behind").length, "before the instant already"],
    [shards.filter(({ decision }) => decision.kind === "gone").length, "gone"],
    [shards.filter(({ decision }) => decision.kind === "kept").length, "kept"],
    [shards.filter(({ decision }) => decision.kind === "expired").length, "expired"],
  ];
  const parts = counted.filter(([number]) => number > 0).map(([number, what]) => `${String(number)} ${what}`);
  const groups = [
    describeSum(
      moves.filter(({ direction }) => direction === "back"),
      "will be read again",
    ),
    describeSum(
      moves.filter(({ direction }) => direction === "forward"),
      "will never be read",
    ),
  ].filter((text) => text !== undefined);
  const unknown =
    count(moves, "set") > 0 ? "; what the shards without a position read again or skip is not known" : "";
  const amount = groups.length === 0 ? "" : `; ${groups.join(", ")}`;
  return `${plural(shards.length, "shard")}: ${parts.join(", ") || "nothing to do"}${amount}${unknown}`;
}

function count(moves: readonly Move[], direction: Move["direction"]): number {
  return moves.filter((move) => move.direction === direction).length;
}

function describeSum(moves: readonly Move[], what: string): string | undefined {
  if (moves.length === 0) return undefined;
  const total = moves.reduce((sum, move) => sum + (move.logGroups ?? 0n), 0n);
  return `${describeLogGroups(total)} ${what}`;
}

function describeExpired(decision: Decision | undefined): readonly string[] {
  if (decision?.kind !== "expired") return [];
  return [
    `  warning: applyBefore ${formatInstant(decision.applyBefore)} has passed (the service's clock shows ` +
      `${formatInstant(decision.serverTime)}), so nothing is written. To move after all, declare a later one.`,
  ];
}

/** The first log group that is read, and shards whose first one came much later than what was asked for. */
function describeAsked(
  shards: readonly DecidedShard[],
  moves: readonly Move[],
  writtenAs: string | undefined,
): readonly string[] {
  const first = moves
    .flatMap(({ toTime }) => (toTime.kind === "at" ? [toTime.instant] : []))
    .sort(ascending)[0];
  const gaps = shards.flatMap(({ shard, decision, asked }) => {
    const toTime = moveOfDecision(decision)?.toTime;
    if (asked === undefined || toTime?.kind !== "at" || toTime.instant <= asked) return [];
    return [{ shard, gap: between(asked, toTime.instant) }];
  });
  const widest = gaps.sort((left, right) => right.gap - left.gap)[0];
  return [
    ...(first === undefined
      ? []
      : [
          `  first log group that is read: received ${formatInstant(first)}${describeZone(shards, writtenAs)}`,
        ]),
    ...(widest === undefined || widest.gap < shortestGap
      ? []
      : [
          `  no data for ${describeDuration(widest.gap)} after the instant in shard ${String(widest.shard)}` +
            (gaps.length > 1 ? `, for less in ${plural(gaps.length - 1, "other")}` : ""),
        ]),
  ];
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
    const toTime = moveOfDecision(decision)?.toTime;
    return asked === undefined && toTime?.kind === "at" ? [{ shard, instant: toTime.instant }] : [];
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

function describeShard(move: Move): string {
  const to = describePosition({ kind: "at", cursor: move.to }, move.toTime);
  const from = describePosition(move.from, move.fromTime);
  const what = move.direction === "set" ? "set" : `${move.direction} ${describeSpan(move.span)}`;
  const amount = move.logGroups === undefined ? "" : `, ${describeLogGroups(move.logGroups)}`;
  return `  shard ${String(move.shard)}  ${what}${amount}: ${from} → ${to}`;
}

function describeExtremes(moves: readonly Move[]): readonly string[] {
  const known = moves.filter(({ direction }) => direction !== "set");
  const furthest = known.toSorted((left, right) => right.span - left.span)[0];
  const nearest = known.toSorted((left, right) => left.span - right.span)[0];
  return [
    ...(furthest === undefined ? [] : ["  the furthest:", `  ${describeShard(furthest)}`]),
    ...(nearest === undefined ? [] : ["  the nearest:", `  ${describeShard(nearest)}`]),
    `  all ${String(moves.length)}: sls.getReplayPlan`,
  ];
}

function describeLive(shards: readonly DecidedShard[], liveness: Liveness | undefined): readonly string[] {
  const live = shards.flatMap(({ decision }) =>
    decision.kind === "refused" && decision.refusal.kind === "liveConsumers" ? [decision.refusal] : [],
  )[0];
  if (live === undefined) return [];
  const [first] = live.consumers;
  const others = live.consumers.length - 1;
  return [
    `  warning: consumers are alive, and ${describeWhatUpDoes(liveness)}; stop them and wait ${describeDuration(live.quietAfter)} before the up:`,
    ...(first === undefined
      ? []
      : [`${describeConsumer(first)}${others > 0 ? `, and ${plural(others, "shard")} more` : ""}`]),
  ];
}

/** Pins over live consumers are written and watched, which nobody should find out afterwards. */
function describeOverwrites(
  shards: readonly DecidedShard[],
  liveness: Liveness | undefined,
): readonly string[] {
  const consumers = shards.flatMap(({ decision }) => (decision.kind === "move" ? decision.overwrites : []));
  const [first] = consumers;
  if (first === undefined) return [];
  const distinct = new Set(consumers.map(({ shard }) => shard)).size - 1;
  const watched =
    liveness === undefined ? "" : `; the pins are watched for ${describeDuration(liveness.watchFor)}`;
  return [
    `  warning: consumers are alive, and onActiveConsumers is "overwrite": their next save may overwrite the pins${watched}`,
    `${describeConsumer(first)}${distinct > 0 ? `, and ${plural(distinct, "shard")} more` : ""}`,
  ];
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
      const shards = formatShards(same.map(({ shard }) => shard));
      const name = kind === "liveConsumers" ? subject.id : `${subject.id}, shard ${shards}`;
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
