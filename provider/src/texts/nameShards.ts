import { formatShards } from "../model/shardRanges.js";

/** `shard 7`, or `shards 0-3, 7`. */
export function nameShards(shards: readonly number[]): string {
  return `${shards.length === 1 ? "shard" : "shards"} ${formatShards(shards)}`;
}
