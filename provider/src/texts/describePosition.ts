import { type Checkpoint } from "../model/checkpoint.js";
import { formatInstant } from "../model/instant.js";
import { type Move } from "../rules/move.js";
import { type PositionTime, type ShardObservation } from "../rules/observation.js";

/** How positions read. */

export function describePosition(checkpoint: Checkpoint, time: PositionTime): string {
  const text = describeCheckpoint(checkpoint);
  return checkpoint.kind === "at" ? `${describeTime(time, "", "  ")}${text}` : text;
}

/** Where a move leads. The end of a shard is no log group: the one before it, whose time it has, is not read. */
export function describeTarget({ to, toTime, toEnd }: Pick<Move, "to" | "toTime" | "toEnd">): string {
  return toEnd === true
    ? `${describeEnd(toTime)}  ${to}`
    : describePosition({ kind: "at", cursor: to }, toTime);
}

/** The end of a shard, with the time of the last log group before it. */
export function describeEnd(time: PositionTime): string {
  return time.kind === "at" ? `end, after ${formatInstant(time.instant)}` : "end";
}

/** Where a shard stands. */
export function describeStanding({
  record,
  currentTime,
  end,
}: Pick<ShardObservation, "record" | "currentTime" | "end">): string {
  const { checkpoint } = record;
  return checkpoint.kind === "at" && checkpoint.cursor === end
    ? `${describeEnd(currentTime)}  ${end}`
    : describePosition(checkpoint, currentTime);
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
