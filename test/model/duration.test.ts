import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Duration,
  between,
  describeDuration,
  durationOfMilliseconds,
  durationOfSeconds,
  formatDuration,
  millisecondsOf,
  parseDuration,
} from "../../provider/src/model/duration.js";
import { instantOfSeconds } from "../../provider/src/model/instant.js";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

describe("a duration", () => {
  test.each([
    { text: "P1W", seconds: 7 * day, formatted: "P7D" },
    { text: "P2D", seconds: 2 * day, formatted: "P2D" },
    { text: "PT24H", seconds: day, formatted: "PT24H" },
    { text: "PT36H", seconds: 36 * hour, formatted: "PT36H" },
    { text: "PT90M", seconds: 90 * minute, formatted: "PT1H30M" },
    { text: "PT30S", seconds: 30, formatted: "PT30S" },
    { text: "PT1H30S", seconds: hour + 30, formatted: "PT1H30S" },
    { text: "P1DT1S", seconds: day + 1, formatted: "PT24H1S" },
    { text: "P2W3DT4H5M6S", seconds: 17 * day + 4 * hour + 5 * minute + 6, formatted: "P17DT4H5M6S" },
    { text: "PT0S", seconds: 0, formatted: "PT0S" },
    { text: "P0D", seconds: 0, formatted: "PT0S" },
  ])("$text is $seconds seconds, written $formatted", ({ text, seconds, formatted }) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: durationOfSeconds(seconds) });
    expect(formatDuration(durationOfSeconds(seconds))).toBe(formatted);
  });

  test.each([
    { text: "P1M", name: "a month" },
    { text: "P1Y", name: "a year" },
    { text: "P1Y2M3D", name: "years, months and days" },
    { text: "P", name: "nothing after P" },
    { text: "PT", name: "nothing after T" },
    { text: "P1DT", name: "nothing after a later T" },
    { text: "1D", name: "no P" },
    { text: "P1H", name: "hours before T" },
    { text: "PT1D", name: "days after T" },
    { text: "PT1S1H", name: "units in the wrong order" },
    { text: "PT1.5H", name: "a fraction" },
    { text: "PT-1H", name: "a negative part" },
    { text: "-PT1H", name: "a negative duration" },
    { text: "pt1h", name: "lower case" },
    { text: " PT1H", name: "a blank" },
    { text: "PT1H\n", name: "a line feed" },
    { text: "24h", name: "another notation" },
    { text: "86400", name: "a bare number" },
    { text: "", name: "nothing" },
  ])("refuses $name", ({ text }) => {
    expect(parseDuration(text)).toEqual({
      ok: false,
      problem:
        "is not an ISO-8601 duration of weeks to seconds (no months or years), such as PT24H or P2DT6H",
    });
  });

  test.each([{ text: "P15000W" }, { text: `P${"9".repeat(400)}D` }])(
    "refuses $text as too long",
    ({ text }) => {
      const result = parseDuration(text);
      expect(result).toEqual({ ok: false, problem: "is longer than two centuries; name a shorter duration" });
    },
  );

  test.each([
    { seconds: 0, described: "0 s" },
    { seconds: 59, described: "59 s" },
    { seconds: 60, described: "1 min" },
    { seconds: hour + 59, described: "1 h" },
    { seconds: hour + 61, described: "1 h 1 min" },
    { seconds: day + 59 * minute, described: "1 d" },
    { seconds: 3 * day + 4 * hour + 5 * minute + 6, described: "3 d 4 h" },
  ])("of $seconds seconds is $described for people, in its two largest units", ({ seconds, described }) => {
    expect(describeDuration(durationOfSeconds(seconds))).toBe(described);
  });

  test("drops a rest below a second when it is written", () => {
    expect(formatDuration(durationOfMilliseconds(1_999))).toBe("PT1S");
    expect(describeDuration(durationOfMilliseconds(999))).toBe("0 s");
  });

  test("converts to and from milliseconds", () => {
    expect(durationOfMilliseconds(1_500)).toBe(durationOfSeconds(1.5));
    expect(millisecondsOf(durationOfSeconds(2))).toBe(2_000);
  });

  test("between two instants does not depend on their order", () => {
    const [earlier, later] = [instantOfSeconds(100), instantOfSeconds(160)];
    expect(between(earlier, later)).toBe(durationOfSeconds(60));
    expect(between(later, earlier)).toBe(durationOfSeconds(60));
  });

  test("returns unchanged through text", () => {
    fc.assert(
      fc.property(fc.nat({ max: 9_007_199_254 }), (seconds) => {
        const duration: Duration = durationOfSeconds(seconds);
        expect(parseDuration(formatDuration(duration))).toEqual({ ok: true, value: duration });
      }),
    );
  });
});
