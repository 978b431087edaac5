import { type Checkpoint } from "../model/checkpoint.js";
import { positionOf } from "../model/cursor.js";
import { type Planned } from "./resume.js";

/** What became of a pin while it was watched. */
export type Watched = "untouched" | "reading" | "overwritten";

/**
 * Tells a consumer that reads on from the pin from one that saved what it had in memory.
 *
 * A shard that was moved back and now stands between the pin and where it stood is being read; at or beyond where
 * it stood, a consumer has saved over the pin. Moved forward, it is the other way round.
 */
export function judgeWatched(planned: Planned, seen: Checkpoint): Watched {
  if (seen.kind !== "at") return "overwritten";
  if (seen.cursor === planned.target) return "untouched";
  if (planned.snapshot.kind !== "at") return "overwritten";
  const [pin, stood, stands] = [planned.target, planned.snapshot.cursor, seen.cursor].map(positionOf) as [
    bigint,
    bigint,
    bigint,
  ];
  if (pin < stood) return stands > pin && stands < stood ? "reading" : "overwritten";
  return stands > pin ? "reading" : "overwritten";
}
