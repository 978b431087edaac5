import { type Duration, describeDuration } from "../model/duration.js";
import { type Move } from "../rules/move.js";
import { describeLogGroups } from "./describePosition.js";

/** One sentence: direction, span and log groups of a move. */
export function describeMove(move: Move): string {
  switch (move.direction) {
    case "back":
      return `moves back ${span(move)}; ${logGroups(move)} will be read again`;
    case "forward":
      return `moves forward ${span(move)}; ${logGroups(move)} will never be read`;
    case "set":
      return move.from.kind === "none"
        ? "gets its first position; the group has no checkpoint in this shard, so how much is read or skipped is unknown"
        : "gets a new position; its checkpoint is outside of the data that is kept, so how much is read or skipped is unknown";
  }
}

function span({ span: duration }: Move): string {
  return describeSpan(duration);
}

/** How far a move reaches; a time that cannot be read is further than any. */
export function describeSpan(duration: Duration): string {
  return Number.isFinite(duration) ? describeDuration(duration) : "an unknown time";
}

function logGroups(move: Move): string {
  return move.logGroups === undefined ? "an unknown number of log groups" : describeLogGroups(move.logGroups);
}
