import { type Checkpoint } from "../model/checkpoint.js";
import { formatInstant } from "../model/instant.js";
import { type PositionTime } from "../rules/observation.js";

/** How positions read. */

export function describePosition(checkpoint: Checkpoint, time: PositionTime): string {
  const text = describeCheckpoint(checkpoint);
  return checkpoint.kind === "at" ? `${describeTime(time, "", "  ")}${text}` : text;
}

export function describeTime(time: PositionTime, before: string, after: string): string {
  switch (time.kind) {
    case "at":
      return `${before}${formatInstant(time.instant)}${after}`;
    case "empty":
      return `${before}no data${after}`;
    case "outside":
      return `${before}time not known${after}`;
  }
}

/** A checkpoint for people: the cursor, or why there is none. */
export function describeCheckpoint(checkpoint: Checkpoint): string {
  switch (checkpoint.kind) {
    case "at":
      return checkpoint.cursor;
    case "none":
      return "no checkpoint";
    case "undecodable":
      return `${checkpoint.text} (not a cursor)`;
  }
}

export function describeLogGroups(count: bigint): string {
  return count === 1n ? "1 log group" : `${count.toLocaleString("en-US")} log groups`;
}
