import { type Checkpoint } from "../model/checkpoint.js";
import { type Move } from "../rules/move.js";
import { type PositionTime } from "../rules/observation.js";
import { describeSpan } from "./describeMove.js";
import {
  describeCheckpoint,
  describeLogGroups,
  describePosition,
  describeTarget,
  describeTime,
} from "./describePosition.js";
import { plural } from "./lines.js";
import { nameShards } from "./nameShards.js";

/** How the moves of a group read: equal ones in one line, in the order of their shards. */

/** Says which shards lose log groups or have no position to move from. It names every one of them, however many. */
export function describeLosses(moves: readonly Move[]): readonly string[] {
  const skipped = moves.filter(({ direction }) => direction === "forward");
  const set = moves.filter(({ direction }) => direction === "set");
  const unread = set.filter(({ from }) => from.kind === "none");
  const outside = set.filter(({ from }) => from.kind !== "none");
  const skippedLogGroups = skipped.reduce((sum, { logGroups }) => sum + (logGroups ?? 0n), 0n);
  return [
    ...warning(
      skipped,
      (shards, one) =>
        `${shards} ${one ? "moves" : "move"} forward: ${describeLogGroups(skippedLogGroups)} will be skipped`,
    ),
    ...warning(
      unread,
      (shards, one) =>
        `${shards} ${one ? "has" : "have"} no checkpoint: how much is read again or skipped is unknown`,
    ),
    ...warning(
      outside,
      (shards, one) =>
        `${shards} ${one ? "has a checkpoint" : "have checkpoints"} outside of the data that is kept: ` +
        "how much is read again or skipped is unknown",
    ),
  ];
}

function warning(moves: readonly Move[], text: (shards: string, one: boolean) => string): readonly string[] {
  if (moves.length === 0) return [];
  return [`  warning: ${text(nameOf(moves), moves.length === 1)}`];
}

/** One line for all shards that move alike, at most `room` lines. What has to be left out is summed up by direction. */
export function describeMoves(moves: readonly Move[], room: number): readonly string[] {
  const alike = movesAlike(moves);
  if (alike.length <= room) return alike.map(describeAlike);
  const directions = new Set(moves.map(({ direction }) => direction)).size;
  // What loses data is shown before what is only read again; then each in the order of the shards.
  const ranked = alike.toSorted((left, right) => Number(isReadAgain(left)) - Number(isReadAgain(right)));
  const shown = new Set(ranked.slice(0, Math.max(0, room - directions)));
  const rest = alike.filter((each) => !shown.has(each)).flat();
  return [
    ...alike.filter((each) => shown.has(each)).map(describeAlike),
    ...(["back", "forward", "set"] as const).flatMap((direction) =>
      describeRest(rest.filter((move) => move.direction === direction)),
    ),
  ];
}

function isReadAgain([first]: readonly Move[]): boolean {
  return first?.direction === "back";
}

/** Groups moves that read the same, in the order of their first shards. */
function movesAlike(moves: readonly Move[]): readonly (readonly Move[])[] {
  const groups = new Map<string, Move[]>();
  for (const move of moves.toSorted((left, right) => left.shard - right.shard)) {
    const key = sharedText(move);
    groups.set(key, [...(groups.get(key) ?? []), move]);
  }
  return [...groups.values()];
}

function describeAlike(moves: readonly Move[]): string {
  const [first] = moves;
  if (first === undefined) return "";
  if (moves.length > 1) return `  ${nameOf(moves)}  ${sharedText(first)}`;
  const from = describePosition(first.from, first.fromTime);
  return `  ${nameOf(moves)}  ${reach(first)}${amount(first, "")}: ${from} → ${describeTarget(first)}`;
}

/** A move without what is its own alone: the cursors. */
function sharedText(move: Move): string {
  const to = move.toEnd === true ? "end" : describeStand({ kind: "at", cursor: move.to }, move.toTime);
  return `${reach(move)}${amount(move, " each")}: ${describeStand(move.from, move.fromTime)} → ${to}`;
}

function reach({ direction, span }: Move): string {
  return direction === "set" ? "set" : `${direction} ${describeSpan(span)}`;
}

function amount({ logGroups }: Move, each: string): string {
  return logGroups === undefined ? "" : `, ${describeLogGroups(logGroups)}${each}`;
}

function describeStand(checkpoint: Checkpoint, time: PositionTime): string {
  return checkpoint.kind === "at" ? describeTime(time, "", "") : describeCheckpoint(checkpoint);
}

/** Sums up moves in one direction: `shards 4-63  back 1 h to 7 h, 1 to 7 log groups each`. */
function describeRest(moves: readonly Move[]): readonly string[] {
  const [shortest] = moves.toSorted((left, right) => left.span - right.span);
  const [longest] = moves.toSorted((left, right) => right.span - left.span);
  if (shortest === undefined || longest === undefined) return [];
  const every = "; sls-checkpoint plan and getReplayPlan list every shard";
  if (longest.direction === "set") return [`  ${nameOf(moves)}  set${every}`];
  const [least, most] = [describeSpan(shortest.span), describeSpan(longest.span)];
  const range = least === most ? least : `${least} to ${most} (shard ${String(longest.shard)})`;
  const total = moves.reduce((sum, { logGroups }) => sum + (logGroups ?? 0n), 0n);
  return [
    `  ${nameOf(moves)}  ${longest.direction} ${range}, ${describeLogGroups(total)} in ${plural(moves.length, "shard")}${every}`,
  ];
}

function nameOf(moves: readonly Move[]): string {
  return nameShards(moves.map(({ shard }) => shard));
}
