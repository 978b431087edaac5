import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cursorAt, parseCursor, positionOf } from "../../provider/src/model/cursor.js";

const largest = 2n ** 64n - 1n;

function base64(text: string): string {
  return Buffer.from(text, "latin1").toString("base64");
}

describe("a cursor", () => {
  /** Sample cursors of SLS's documentation and clients; each number is beyond 2^53. */
  test.each([
    { text: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==", position: 1_524_155_379_373_908_496n },
    { text: "MTQ0NzI5OTYwNjg5NjYzMjM1Ng==", position: 1_447_299_606_896_632_356n },
    { text: "MTczNzY2OTAzNjAxNzIxODQ1NA==", position: 1_737_669_036_017_218_454n },
  ])("$text is position $position, and the other way round", ({ text, position }) => {
    expect(parseCursor(text)).toEqual({ ok: true, value: text });
    expect(positionOf(cursorAt(position))).toBe(position);
    expect(cursorAt(position)).toBe(text);
  });

  test("keeps neighbours apart that a floating-point number would merge", () => {
    const position = 1_524_155_379_373_908_496n;
    expect(Number(position)).toBe(Number(position + 1n));
    expect(positionOf(cursorAt(position + 1n)) - positionOf(cursorAt(position))).toBe(1n);
  });

  test("reaches from 0 to the largest 64-bit number", () => {
    expect(parseCursor(base64("0"))).toEqual({ ok: true, value: "MA==" });
    expect(parseCursor(base64(String(largest)))).toEqual({ ok: true, value: cursorAt(largest) });
  });

  test.each([
    { name: "without padding", text: "MTQ0NzMyOTQwMTEwMjEzMDkwNA", spelled: "MTQ0NzMyOTQwMTEwMjEzMDkwNA==" },
    { name: "a line feed inside the base64", text: base64("42\n"), spelled: base64("42") },
    { name: "a line feed behind the base64", text: `${base64("42")}\n`, spelled: base64("42") },
    { name: "blanks around it", text: `  ${base64("42")} `, spelled: base64("42") },
    { name: "leading zeros", text: base64("0042"), spelled: base64("42") },
  ])("is read liberally and spelled strictly: $name", ({ text, spelled }) => {
    expect(parseCursor(text)).toEqual({ ok: true, value: spelled });
  });

  test.each([
    { name: "nothing", text: "", problem: "is empty" },
    { name: "blanks", text: " \n", problem: "is empty" },
    { name: "base64 of an impossible length", text: "MTUyN", problem: "is not base64" },
    { name: "URL-safe base64", text: "MTUy-_==", problem: "is not base64" },
    { name: "padding only", text: "==", problem: "is not base64" },
    { name: "padding inside", text: "MT==MTUy", problem: "is not base64" },
    { name: "a letter outside ASCII", text: "MTUyNDé=", problem: "is not base64" },
    { name: "a text", text: base64("begin"), problem: "not of a decimal integer" },
    { name: "a bare number", text: "1524155379373908496", problem: "is the number itself" },
    { name: "a negative number", text: base64("-1"), problem: "not of a decimal integer" },
    { name: "a fraction", text: base64("1.5"), problem: "not of a decimal integer" },
    { name: "a hexadecimal number", text: base64("0xff"), problem: "not of a decimal integer" },
    { name: "an exponent", text: base64("1e18"), problem: "not of a decimal integer" },
    { name: "two numbers", text: base64("1\n2"), problem: "not of a decimal integer" },
    { name: "21 digits", text: base64("1".repeat(21)), problem: "not of a decimal integer" },
    { name: "2^64", text: base64(String(largest + 1n)), problem: "beyond 64 bits" },
  ])("is not $name", ({ text, problem }) => {
    expect(parseCursor(text)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });

  test("returns unchanged through text for any position", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: largest }), (position) => {
        const cursor = cursorAt(position);
        expect(positionOf(cursor)).toBe(position);
        expect(parseCursor(cursor)).toEqual({ ok: true, value: cursor });
        expect(parseCursor(cursor.replace(/=+$/, ""))).toEqual({ ok: true, value: cursor });
      }),
    );
  });

  test("is never read from anything else: what is read is spelled as cursorAt spells it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string().map(base64)), (text) => {
        const result = parseCursor(text);
        if (result.ok) expect(cursorAt(positionOf(result.value))).toBe(result.value);
        else expect(result.problem).toMatch(/^is /);
      }),
    );
  });
});
