import { type Checkpoint, sameCheckpoint } from "../model/checkpoint.js";
import { type Cursor } from "../model/cursor.js";

/** What was decided for one shard, and where the shard stood when it was. */
export interface Planned {
  readonly target: Cursor;
  readonly snapshot: Checkpoint;
}

/**
 * `done`: it stands at the target. `write`: it stands where the plan saw it, so the write is still the one that
 * was decided. `uncertain`: anything else; somebody moved it, and it is left alone.
 */
export type Resumption = "done" | "write" | "uncertain";

/** Decides whether a planned write may be sent, from where the shard stands now. Every write goes through here. */
export function resume(planned: Planned, seen: Checkpoint): Resumption {
  if (sameCheckpoint(seen, { kind: "at", cursor: planned.target })) return "done";
  if (sameCheckpoint(seen, planned.snapshot)) return "write";
  return "uncertain";
}
