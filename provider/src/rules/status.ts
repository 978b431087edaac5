/** Nothing is left to do for the shard. */
export const terminalStatuses = [
  "pinned",
  "alreadyThere",
  "kept",
  "behind",
  "expired",
  "gone",
  "overwritten",
] as const;

/** Something is: the next up goes on. */
export const unfinishedStatuses = ["pending", "failed", "uncertain"] as const;

export const shardStatuses = [...terminalStatuses, ...unfinishedStatuses] as const;

export type UnfinishedStatus = (typeof unfinishedStatuses)[number];

/** How far one shard is. docs/semantics.md says what each means. */
export type ShardStatus = (typeof shardStatuses)[number];

/** Whether a later up still has something to do for a shard of this status. */
export function isUnfinished(status: ShardStatus): boolean {
  return unfinishedStatuses.some((unfinished) => unfinished === status);
}
