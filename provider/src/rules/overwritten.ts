import { type Checkpoint } from "../model/checkpoint.js";
import { type Cursor, positionOf } from "../model/cursor.js";

/** What became of a pin while it was watched. */
export type Watched = "untouched" | "reading" | "overwritten";

/** A pin that is watched: where it was put, and from where. */
export interface WatchedPin {
  readonly target: Cursor;
  readonly snapshot: Checkpoint;
}

/**
 * Tells a consumer that reads on from the pin from one that saved what it had in memory.
 *
 * A shard that was moved back and stands between the pin and where it stood is being read. Beyond where it stood, a
 * consumer has saved over the pin; exactly there, it may have read up to there again, and that is believed: an up
 * must not fail on a false fact. Before the pin stands only a consumer that came from elsewhere.
 */
export function judgeWatched({ target, snapshot }: WatchedPin, seen: Checkpoint): Watched {
  if (seen.kind !== "at") return "overwritten";
  const [pin, stands] = [positionOf(target), positionOf(seen.cursor)];
  if (stands === pin) return "untouched";
  if (stands < pin) return "overwritten";
  if (snapshot.kind !== "at") return "reading";
  const stood = positionOf(snapshot.cursor);
  return pin < stood && stands > stood ? "overwritten" : "reading";
}
