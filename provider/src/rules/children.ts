import { type Instant } from "../model/instant.js";

/** What tells a shard from those that came of it: its keys, and when it was made. */
export interface ShardOrigin {
  readonly shard: number;
  readonly status: "readwrite" | "readonly";
  readonly createdAt?: Instant;
  readonly keys?: { readonly begin: string; readonly end: string };
}

/**
 * Returns the shards that a split or merge made of a shard, and theirs in turn: made later, with keys that overlap.
 * Where the service tells no keys, every later shard counts.
 */
export function childrenOf(parent: ShardOrigin, shards: readonly ShardOrigin[]): readonly number[] {
  if (parent.status !== "readonly") return [];
  return shards
    .filter((other) => other.shard > parent.shard && isNotOlder(parent, other) && overlap(parent, other))
    .map(({ shard }) => shard);
}

function isNotOlder(parent: ShardOrigin, { createdAt }: ShardOrigin): boolean {
  return parent.createdAt === undefined || createdAt === undefined || createdAt >= parent.createdAt;
}

/** Keys are hexadecimal and of one length, so that text compares as numbers do. */
function overlap({ keys: left }: ShardOrigin, { keys: right }: ShardOrigin): boolean {
  if (left === undefined || right === undefined) return true;
  return left.begin < right.end && right.begin < left.end;
}
