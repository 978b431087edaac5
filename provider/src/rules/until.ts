import { type Cursor, positionOf } from "../model/cursor.js";
import { type Instant, roundUpToSecond } from "../model/instant.js";
import { type Position } from "../model/position.js";
import { type Positions, positionOfShard } from "../model/positions.js";
import { type PositionTime } from "./observation.js";

/** Where the reading of one shard ends: the first log group that is not read any more. */
export interface ShardEnd {
  readonly cursor: Cursor;
  /** The instant that was asked for; for any other position, the time of the log group there. */
  readonly time: PositionTime;
}

/** `until`, found in each shard that it names. A shard that it does not name has no end. */
export interface Until {
  readonly positions: Positions;
  readonly endOf: (shard: number) => ShardEnd | undefined;
}

/** Why consumers cannot be told to read up to `until`. */
export type UntilProblem =
  | { readonly kind: "inTheFuture"; readonly until: Instant; readonly serverTime: Instant }
  | { readonly kind: "unknownShard"; readonly shard: number; readonly knownShards: readonly number[] }
  | { readonly kind: "afterEnd"; readonly shard: number; readonly cursor: Cursor; readonly end: Cursor };

/** Rounds every instant up to the second: what was received in the second that `until` lies in is read. */
export function roundUpUntil({ others, named }: Positions): Positions {
  return {
    others: roundUp(others),
    named: new Map([...named].map(([shard, position]) => [shard, roundUp(position)])),
  };
}

function roundUp(position: Position): Position {
  return position.kind === "instant"
    ? { kind: "instant", instant: roundUpToSecond(position.instant) }
    : position;
}

/** Two instants of which the one that is read up to is before the one that is read from. */
export interface Reversed {
  /** Undefined where both are those of all shards that are not named. */
  readonly shard: number | undefined;
  readonly from: Instant;
  readonly until: Instant;
}

/** Returns where `until` is before `from`. */
export function untilBeforeFrom(until: Positions, from: Positions): readonly Reversed[] {
  const named = [...new Set([...until.named.keys(), ...from.named.keys()])];
  return [
    ...reversed(undefined, until.others, from.others),
    ...named.flatMap((shard) => reversed(shard, positionOfShard(until, shard), positionOfShard(from, shard))),
  ];
}

function reversed(shard: number | undefined, until: Position, from: Position): readonly Reversed[] {
  if (until.kind !== "instant" || from.kind !== "instant" || until.instant >= from.instant) return [];
  return [{ shard, from: from.instant, until: until.instant }];
}

/**
 * Returns what is wrong with `until` before any shard is looked at. In the future, consumers would stop at the end
 * of today, and the log groups that are received until then would never be read.
 */
export function untilProblems(
  until: Positions,
  serverTime: Instant,
  knownShards: readonly number[],
  goneShards: readonly number[],
): readonly UntilProblem[] {
  const instants = [until.others, ...until.named.values()].flatMap((position) =>
    position.kind === "instant" ? [position.instant] : [],
  );
  const latest = Math.max(...instants) as Instant;
  const unknown = [...until.named.keys()].filter(
    (shard) => !knownShards.includes(shard) && !goneShards.includes(shard),
  );
  return [
    ...(latest > serverTime ? [{ kind: "inTheFuture", until: latest, serverTime } as const] : []),
    ...unknown.map((shard) => ({ kind: "unknownShard", shard, knownShards }) as const),
  ];
}

/** Returns how many log groups lie before the end of reading; none where reading begins at or after it. */
export function logGroupsUntil(start: Cursor, end: ShardEnd): bigint {
  const left = positionOf(end.cursor) - positionOf(start);
  return left > 0n ? left : 0n;
}
