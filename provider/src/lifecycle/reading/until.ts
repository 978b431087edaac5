import { positionOf } from "../../model/cursor.js";
import { type GroupIdentity, type ShardIdentity } from "../../model/identity.js";
import { type Instant, formatInstant } from "../../model/instant.js";
import { type Position } from "../../model/position.js";
import { type Positions, parsePositions, positionOfShard } from "../../model/positions.js";
import {
  type Reversed,
  type ShardEnd,
  type Until,
  type UntilProblem,
  roundUpUntil,
} from "../../rules/until.js";
import { type SlsClient } from "../../sls/client.js";
import { holdsUnknown } from "../declared.js";
import { type Window, inOrder, timeOfPosition } from "../observe.js";

/** Reads the argument `until` of a read function; the positions are undefined where it is not given. */
export function readUntil(
  value: unknown,
  now: Instant,
): { readonly positions: Positions | undefined; readonly problems: readonly string[] } {
  if (value === undefined || value === null) return { positions: undefined, problems: [] };
  if (holdsUnknown(value)) return { positions: undefined, problems: ["until is not known"] };
  const { positions, problems } = parsePositions(withoutNanoseconds(value), now);
  const kinds = [positions.others, ...positions.named.values()].map(({ kind }) => kind);
  return {
    positions: roundUpUntil(positions),
    problems: [
      ...problems.map(({ path, problem }) => `until${path} ${problem}`),
      ...(kinds.includes("previous")
        ? [
            "until cannot be previous: what it means, only a replay knows; write an instant or cursor:<base64>",
          ]
        : []),
      ...(problems.length === 0 && kinds.every((kind) => kind === "keep")
        ? [
            "until is keep, which is no end, so reading would never be done; write an instant or cursor:<base64>",
          ]
        : []),
    ],
  };
}

/** Instants are kept to the microsecond, and what is cut off below it would round up as well. */
function withoutNanoseconds(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/\.\d{6}\d*[1-9]\d*(?=[Zz+-])/, ".999999");
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Date)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutNanoseconds(each)]));
}

export function describeReversed({ shard, from, until }: Reversed): string {
  const name = shard === undefined ? "until" : `until of shard ${String(shard)}`;
  return `${name} is ${formatInstant(until)}, before from, which is ${formatInstant(from)}; write a later one`;
}

/** The ends of shards, or why there are none. */
export type UntilLook =
  | { readonly kind: "found"; readonly until: Until }
  | { readonly kind: "refused"; readonly problems: readonly UntilProblem[] };

/** The window of each shard, looked up only where it is needed. */
export type Windows = ReadonlyMap<number, () => Promise<Window>>;

/** Finds `until` in each shard: one request for an instant, and at most three for another position. */
export async function findUntil(
  client: SlsClient,
  identity: GroupIdentity,
  positions: Positions,
  windows: Windows,
): Promise<UntilLook> {
  const found = await inOrder(
    [...windows].map(async ([shard, windowOf]) => {
      const position = positionOfShard(positions, shard);
      return { shard, found: await findEnd(client, { ...identity, shard }, position, windowOf) };
    }),
  );
  const problems = found.flatMap(({ found: end }) => (end?.kind === "afterEnd" ? [end] : []));
  if (problems.length > 0) return { kind: "refused", problems };
  const ends = new Map(
    found.flatMap(({ shard, found: end }) => (end?.kind === "found" ? [[shard, end.end] as const] : [])),
  );
  return { kind: "found", until: { positions, endOf: (shard) => ends.get(shard) } };
}

type EndLook =
  | { readonly kind: "found"; readonly end: ShardEnd }
  | Extract<UntilProblem, { kind: "afterEnd" }>
  | undefined;

async function findEnd(
  client: SlsClient,
  identity: ShardIdentity,
  position: Position,
  windowOf: () => Promise<Window>,
): Promise<EndLook> {
  if (position.kind === "keep" || position.kind === "previous") return undefined;
  if (position.kind === "instant") {
    const { instant } = position;
    const { value: cursor } = await client.getCursor(identity, instant);
    return { kind: "found", end: { cursor, time: { kind: "at", instant } } };
  }
  const window = await windowOf();
  const cursor = position.kind === "cursor" ? position.cursor : window[position.kind];
  if (positionOf(cursor) > positionOf(window.end)) {
    return { kind: "afterEnd", shard: identity.shard, cursor, end: window.end };
  }
  return { kind: "found", end: { cursor, time: await timeOfPosition(client, identity, window, cursor) } };
}
