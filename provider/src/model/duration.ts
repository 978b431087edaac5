import { type Instant } from "./instant.js";
import { type Parsed, parsed, unparsed } from "./parsed.js";

declare const durationBrand: unique symbol;

/** A length of time in microseconds, the unit of {@link Instant}. */
export type Duration = number & { readonly [durationBrand]: true };

const second = 1_000_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;

const iso8601 = /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Reads an ISO-8601 duration of weeks to seconds. Months and years have no fixed length and are refused. */
export function parseDuration(text: string): Parsed<Duration> {
  const match = iso8601.exec(text);
  if (match === null) {
    return unparsed(
      "is not an ISO-8601 duration of weeks to seconds (no months or years), such as PT24H or P2DT6H",
    );
  }
  const [, ...parts] = match as (string | undefined)[];
  const [weeks, days, hours, minutes, seconds] = parts.map((part) => Number(part ?? 0));
  const total =
    (weeks ?? 0) * week +
    (days ?? 0) * day +
    (hours ?? 0) * hour +
    (minutes ?? 0) * minute +
    (seconds ?? 0) * second;
  if (!Number.isSafeInteger(total)) return unparsed("is longer than two centuries; name a shorter duration");
  return parsed(total as Duration);
}

/** Writes a duration as ISO-8601. Up to two days it has hours only: `PT24H` is how people write a day here. */
export function formatDuration(duration: Duration): string {
  const { days, hours, ...rest } = split(duration);
  const parts = days === 1 ? { ...rest, days: 0, hours: hours + 24 } : { ...rest, days, hours };
  const date = parts.days > 0 ? `${String(parts.days)}D` : "";
  const time = [
    parts.hours > 0 ? `${String(parts.hours)}H` : "",
    parts.minutes > 0 ? `${String(parts.minutes)}M` : "",
    parts.seconds > 0 ? `${String(parts.seconds)}S` : "",
  ].join("");
  if (date === "" && time === "") return "PT0S";
  return `P${date}${time === "" ? "" : `T${time}`}`;
}

/** Writes a duration for people, in its two largest units: `3 d 4 h`, `59 min`, `0 s`. */
export function describeDuration(duration: Duration): string {
  const parts = split(duration);
  const named: [number, string][] = [
    [parts.days, "d"],
    [parts.hours, "h"],
    [parts.minutes, "min"],
    [parts.seconds, "s"],
  ];
  const first = named.findIndex(([count]) => count > 0);
  if (first === -1) return "0 s";
  return named
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${String(count)} ${unit}`)
    .join(" ");
}

function split(duration: Duration): { days: number; hours: number; minutes: number; seconds: number } {
  return {
    days: Math.floor(duration / day),
    hours: Math.floor((duration % day) / hour),
    minutes: Math.floor((duration % hour) / minute),
    seconds: Math.floor((duration % minute) / second),
  };
}

export function durationOfSeconds(seconds: number): Duration {
  return (seconds * second) as Duration;
}

export function durationOfMilliseconds(milliseconds: number): Duration {
  return (milliseconds * 1_000) as Duration;
}

export function millisecondsOf(duration: Duration): number {
  return duration / 1_000;
}

/** The whole seconds in a duration. */
export function secondsOf(duration: Duration): number {
  return Math.floor(duration / second);
}

/** The length of time between two instants, whichever comes first. */
export function between(left: Instant, right: Instant): Duration {
  return Math.abs(left - right) as Duration;
}
