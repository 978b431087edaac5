import { harmlessName } from "./harmless.js";
import { type Instant } from "./instant.js";
import { type Position, formatPosition, parsePosition, samePosition } from "./position.js";

/** Where all shards of a group shall be moved to: a position for each that is named, and one for all others. */
export interface Positions {
  readonly others: Position;
  readonly named: ReadonlyMap<number, Position>;
}

/** One entry of declared positions that cannot be read. `path` names it from the input on. */
export interface PositionProblem {
  readonly path: string;
  readonly problem: string;
}

const keep: Position = { kind: "keep" };
const everyOther = "*";

/** Reads one position for all shards, or a map from shard id (or `"*"`: all others) to position. */
export function parsePositions(
  value: unknown,
  now: Instant,
): { readonly positions: Positions; readonly problems: readonly PositionProblem[] } {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)) {
    return parseMap(value, now);
  }
  const position = parsePosition(value, now);
  return position.ok
    ? { positions: { others: position.value, named: new Map() }, problems: [] }
    : { positions: { others: keep, named: new Map() }, problems: [{ path: "", problem: position.problem }] };
}

function parseMap(map: object, now: Instant): ReturnType<typeof parsePositions> {
  const problems: PositionProblem[] = [];
  const named = new Map<number, Position>();
  let others: Position = keep;
  const entries = Object.entries(map);
  if (entries.length === 0)
    problems.push({ path: "", problem: "is empty; name a position, or a map from shard id to position" });
  for (const [key, value] of entries) {
    const path = `["${harmlessName(key)}"]`;
    const position = parsePosition(value, now);
    if (!position.ok) problems.push({ path, problem: position.problem });
    else if (key === everyOther) others = position.value;
    else if (/^(?:0|[1-9]\d{0,9})$/.test(key)) named.set(Number(key), position.value);
    else problems.push({ path, problem: 'is not a shard id, nor "*" for all others' });
  }
  return { positions: { others, named }, problems };
}

/** The position of one shard: its own, else that of all others. */
export function positionOfShard(positions: Positions, shard: number): Position {
  return positions.named.get(shard) ?? positions.others;
}

/** Writes positions as a user could have, in the one way that two spellings of the same share. */
export function formatPositions(positions: Positions): string | Record<string, string> {
  if (positions.named.size === 0) return formatPosition(positions.others);
  const named = [...positions.named].sort(([left], [right]) => left - right);
  return Object.fromEntries([
    ...(samePosition(positions.others, keep) ? [] : [[everyOther, formatPosition(positions.others)]]),
    ...named.map(([shard, position]) => [String(shard), formatPosition(position)]),
  ]) as Record<string, string>;
}
