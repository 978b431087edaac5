import { describeDuration, durationOfSeconds } from "../../model/duration.js";

/** How numbers and times of the read functions' answers read on a page. What is absent is said to be not known. */

export const notKnown = "not known";

export function count(value: number | undefined): string {
  return value === undefined ? notKnown : value.toLocaleString("en-US");
}

export function time(text: string | undefined): string {
  return text ?? notKnown;
}

export function span(seconds: number | undefined): string {
  return seconds === undefined ? notKnown : describeDuration(durationOfSeconds(seconds));
}

/** Unix milliseconds of a time, for a chart. */
export function milliseconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

/** `1 shard`, `4 of 6 shards`. */
export function ofShards(part: number, all: number): string {
  return `${count(part)} of ${count(all)} ${all === 1 ? "shard" : "shards"}`;
}
