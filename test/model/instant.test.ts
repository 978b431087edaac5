import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatInstant,
  instantOfMicroseconds,
  instantOfMilliseconds,
  instantOfSeconds,
  parseInstant,
} from "../../provider/src/model/instant.js";

function inUtc(text: string): string {
  const result = parseInstant(text);
  return result.ok ? formatInstant(result.value) : result.problem;
}

describe("an instant", () => {
  test.each([
    { text: "2026-11-20T08:00:00+08:00", utc: "2026-11-20T00:00:00Z" },
    { text: "2026-11-20T00:00:00Z", utc: "2026-11-20T00:00:00Z" },
    { text: "2026-11-20T00:00:00-00:00", utc: "2026-11-20T00:00:00Z" },
    { text: "2026-11-19T18:30:00-05:30", utc: "2026-11-20T00:00:00Z" },
    { text: "2027-01-01T00:00:00+23:59", utc: "2026-12-31T00:01:00Z" },
    { text: "2026-11-20 00:00:00z", utc: "2026-11-20T00:00:00Z" },
    { text: "2026-11-20t00:00:00Z", utc: "2026-11-20T00:00:00Z" },
  ])("$text is $utc", ({ text, utc }) => {
    expect(inUtc(text)).toBe(utc);
  });

  test.each([
    { fraction: ".5", utc: ".5Z" },
    { fraction: ".250", utc: ".25Z" },
    { fraction: ".000", utc: "Z" },
    { fraction: ".000001", utc: ".000001Z" },
    { fraction: ".123456", utc: ".123456Z" },
    { fraction: ".1234569", utc: ".123456Z" },
    { fraction: ".999999999", utc: ".999999Z" },
  ])("keeps the fraction $fraction to the microsecond", ({ fraction, utc }) => {
    expect(inUtc(`2026-11-20T00:00:00${fraction}Z`)).toBe(`2026-11-20T00:00:00${utc}`);
  });

  test.each([
    { text: "2024-02-29T00:00:00Z" },
    { text: "2000-02-29T00:00:00Z" },
    { text: "2026-12-31T23:59:59Z" },
    { text: "1969-12-31T23:59:59.75Z" },
    { text: "2255-01-01T00:00:00.000001Z" },
  ])("$text is a day of the calendar", ({ text }) => {
    expect(inUtc(text)).toBe(text);
  });

  test.each([
    { text: "2026-02-29T00:00:00Z", name: "29 February of a common year" },
    { text: "2100-02-29T00:00:00Z", name: "29 February of a century" },
    { text: "2026-02-30T00:00:00Z", name: "30 February" },
    { text: "2026-04-31T00:00:00+08:00", name: "31 April" },
    { text: "2026-13-01T00:00:00Z", name: "month 13" },
    { text: "2026-00-01T00:00:00Z", name: "month 0" },
    { text: "2026-11-00T00:00:00Z", name: "day 0" },
    { text: "2026-11-20T24:00:00Z", name: "hour 24" },
    { text: "2026-11-20T23:60:00Z", name: "minute 60" },
    { text: "2026-11-20T23:59:60Z", name: "second 60" },
  ])("refuses $name", ({ text }) => {
    expect(inUtc(text)).toBe("names a day or an hour that does not exist");
  });

  test.each([
    { text: "", name: "nothing" },
    { text: "2026-11-20", name: "a day" },
    { text: "2026-11-20T08:00:00", name: "no offset" },
    { text: "2026-11-20T08:00Z", name: "no seconds" },
    { text: "2026-11-20T08:00:00+8:00", name: "an offset of one digit" },
    { text: "2026-11-20T08:00:00+0800", name: "an offset without a colon" },
    { text: "2026-11-20T08:00:00+24:00", name: "an offset of a day" },
    { text: "2026-11-20T08:00:00.Z", name: "an empty fraction" },
    { text: "2026-11-20T08:00:00,5Z", name: "a comma" },
    { text: "26-11-20T08:00:00Z", name: "a year of two digits" },
    { text: "+002026-11-20T08:00:00Z", name: "a year of six digits" },
    { text: "2026-11-20T08:00:00Z\n", name: "a line feed" },
    { text: "1795132800", name: "Unix seconds" },
    { text: "PT6H", name: "a duration" },
    { text: "20 Nov 2026 08:00:00 GMT", name: "an HTTP date" },
  ])("refuses $name", ({ text }) => {
    expect(inUtc(text)).toContain("is not an RFC 3339 instant with an offset");
  });

  test.each([
    { text: "9999-12-31T23:59:59.999999Z" },
    { text: "9999-12-31T23:59:59Z" },
    { text: "2255-12-31T00:00:00Z" },
    { text: "0001-01-01T00:00:00Z" },
  ])("refuses $text, whose microseconds a number does not hold", ({ text }) => {
    expect(inUtc(text)).toBe("is not between the years 1685 and 2255");
  });

  test("is made from the units that SLS answers", () => {
    const texts = [
      instantOfSeconds(1_554_260_243),
      instantOfMilliseconds(1_554_260_243_000),
      instantOfMilliseconds(1_554_260_243_000, 7),
      instantOfMicroseconds(1_524_224_984_800_922),
    ].map(formatInstant);
    expect(texts).toEqual([
      "2019-04-03T02:57:23Z",
      "2019-04-03T02:57:23Z",
      "2019-04-03T02:57:23.000007Z",
      "2018-04-20T11:49:44.800922Z",
    ]);
  });

  test("returns unchanged through text, with any offset", () => {
    const microseconds = fc.integer({ min: -8_000_000_000_000_000, max: 9_000_000_000_000_000 });
    const offsetMinutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    fc.assert(
      fc.property(microseconds, offsetMinutes, (value, minutes) => {
        const instant = instantOfMicroseconds(value);
        expect(parseInstant(formatInstant(instant))).toEqual({ ok: true, value: instant });
        const shifted = instantOfMicroseconds(value + minutes * 60_000_000);
        const local = formatInstant(shifted).replace("Z", offset(minutes));
        expect(parseInstant(local)).toEqual({ ok: true, value: instant });
      }),
    );
  });
});

function offset(minutes: number): string {
  const sign = minutes < 0 ? "-" : "+";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${sign}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}
