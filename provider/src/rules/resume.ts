import { type Checkpoint, sameCheckpoint } from "../model/checkpoint.js";
import { type Cursor } from "../model/cursor.js";
import { type Instant } from "../model/instant.js";

/** What was decided for one shard, and where the shard stood when it was. */
export interface Planned {
  readonly target: Cursor;
  readonly snapshot: Checkpoint;
  /** When the service had saved it; undefined where that is not known. */
  readonly snapshotUpdateTime?: Instant | undefined;
}

/**
 * `done`: it stands at the target. `write`: it stands where the plan saw it, so the write is still the one that
 * was decided. `uncertain`: anything else; somebody moved it, and it is left alone.
 */
export type Resumption = "done" | "write" | "uncertain";

/**
 * Decides whether a planned write may be sent, from where the shard stands now. Every write goes through here.
 *
 * A shard that stands where it stood, but was saved since, was moved and read up to there again: a consumer that
 * was at the end of its shard comes back to the very same cursor.
 */
export function resume(planned: Planned, seen: Checkpoint, updateTime?: Instant): Resumption {
  if (sameCheckpoint(seen, { kind: "at", cursor: planned.target })) return "done";
  if (!sameCheckpoint(seen, planned.snapshot)) return "uncertain";
  return savedSince(planned.snapshotUpdateTime, updateTime) ? "uncertain" : "write";
}

function savedSince(planned: Instant | undefined, seen: Instant | undefined): boolean {
  return planned !== undefined && seen !== undefined && planned !== seen;
}
