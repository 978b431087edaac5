import { type Parsed, parsed, unparsed } from "./parsed.js";

declare const instantBrand: unique symbol;

/** A moment in Unix microseconds, the finest unit SLS answers (`updateTime`); exact until the year 2255. */
export type Instant = number & { readonly [instantBrand]: true };

const rfc3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** What Pulumi makes of a time in a stack file that YAML took for one: Go's way to write it. */
const unquotedYaml = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)? [+-]\d{4} \S+$/;

/** Reads an RFC 3339 instant with its offset, to the microsecond. */
export function parseInstant(text: string): Parsed<Instant> {
  if (unquotedYaml.test(text)) {
    return unparsed(
      'is a time without quotes, which YAML changed; put it in quotes, such as "2026-11-20T08:00:00+08:00"',
    );
  }
  const match = rfc3339.exec(text);
  if (match === null) {
    return unparsed("is not an RFC 3339 instant with an offset, such as 2026-11-20T08:00:00+08:00");
  }
  const [, date = "", hour = "", minute = "", second = "", fraction = "", offset = ""] = match;
  const clockText = `${date}T${hour}:${minute}:${second}`;
  const milliseconds = Date.parse(`${clockText}${offset.toUpperCase()}`);
  if (Number.isNaN(milliseconds) || !existsInCalendar(clockText)) {
    return unparsed("names a day or an hour that does not exist");
  }
  const instant = instantOfMilliseconds(milliseconds, Number(fraction.padEnd(6, "0").slice(0, 6)));
  if (!Number.isSafeInteger(instant)) return unparsed("is not between the years 1685 and 2255");
  return parsed(instant);
}

/** Date.parse rolls 30 February over into March; the text that comes back shows it. */
function existsInCalendar(clockText: string): boolean {
  const milliseconds = Date.parse(`${clockText}Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(clockText);
}

/** Writes an instant in UTC; the fraction only where there is one. */
export function formatInstant(instant: Instant): string {
  const seconds = new Date(Math.floor(instant / 1_000_000) * 1_000).toISOString().slice(0, 19);
  const fraction = instant - Math.floor(instant / 1_000_000) * 1_000_000;
  if (fraction === 0) return `${seconds}Z`;
  return `${seconds}.${String(fraction).padStart(6, "0").replace(/0+$/, "")}Z`;
}

/** Returns the Unix seconds of an instant, rounded down. */
export function unixSecondsOf(instant: Instant): number {
  return Math.floor(instant / 1_000_000);
}

/** Returns the first full second that is not before an instant. */
export function roundUpToSecond(instant: Instant): Instant {
  return (Math.ceil(instant / 1_000_000) * 1_000_000) as Instant;
}

/** Writes an instant where there is one. */
export function formatOptionalInstant(instant: Instant | undefined): string | undefined {
  return instant === undefined ? undefined : formatInstant(instant);
}

export function instantOfSeconds(seconds: number): Instant {
  return (seconds * 1_000_000) as Instant;
}

export function instantOfMilliseconds(milliseconds: number, microseconds = 0): Instant {
  return (milliseconds * 1_000 + microseconds) as Instant;
}

export function instantOfMicroseconds(microseconds: number): Instant {
  return microseconds as Instant;
}
