import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redaction } from "../../provider/src/sls/redaction.js";

const token = "CAISrandomTOKEN/part+with&more 0123456789==";

/** How an answer may spell each character of what it repeats. */
const spellings: Readonly<Record<string, (character: string) => string>> = {
  "as it is": (character) => character,
  "escaped in JSON": (character) => `\\u${hexadecimal(character).padStart(4, "0")}`,
  "escaped in JSON, in upper case": (character) =>
    `\\u${hexadecimal(character).padStart(4, "0").toUpperCase()}`,
  "escaped in JSON within JSON": (character) => `\\\\u${hexadecimal(character).padStart(4, "0")}`,
  "with a backslash": (character) => `\\${character}`,
  "percent-encoded": (character) => `%${hexadecimal(character).toUpperCase()}`,
  "percent-encoded twice": (character) => `%25${hexadecimal(character)}`,
  "escaped in HTML": (character) => `&#${String(character.charCodeAt(0))};`,
  "escaped in HTML, hexadecimal": (character) => `&#x${hexadecimal(character)};`,
};

function hexadecimal(character: string): string {
  return character.charCodeAt(0).toString(16);
}

describe("redaction", () => {
  test.each(Object.entries(spellings))("takes out a secret %s", (_name, spell) => {
    const escaped = (text: string): string => text.replace(/[^A-Za-z0-9]/g, spell);
    const everywhere = (text: string): string => text.replace(/[^]/g, spell);
    for (const spelled of [escaped(token), everywhere(token)]) {
      expect(redaction([token])(`before ${spelled} after`)).toBe("before (secret) after");
    }
  });

  test("takes out a secret in whichever of the spellings each character has", () => {
    const character = fc.constantFrom(...Object.values(spellings));
    const unit = fc.constantFrom(...Array.from("abcXYZ019+/=-_ .&<"));
    fc.assert(
      fc.property(
        fc.string({ unit, minLength: 8, maxLength: 40 }),
        fc.array(character, { minLength: 40, maxLength: 40 }),
        (text, spell) => {
          const spelled = text.replace(/[^]/g, (part, index: number) => spell[index]?.(part) ?? part);
          expect(redaction([text])(`>${spelled}<`)).toBe(">(secret)<");
        },
      ),
    );
  });

  test("takes out what the usual encoders write", () => {
    const html = token.replaceAll("&", "&amp;");
    const form = new URLSearchParams({ token }).toString().slice("token=".length);
    for (const spelled of [encodeURIComponent(token), form, html, JSON.stringify(JSON.stringify(token))]) {
      expect(redaction([token])(spelled)).toMatch(/^[\\"]*\(secret\)[\\"]*$/);
    }
  });

  test("takes out a secret in base64, wherever it stands within what was encoded", () => {
    for (const before of ["", "a", "ab", "key:"]) {
      for (const after of ["", ".", "; and more"]) {
        const bytes = Buffer.from(before + token + after);
        for (const encoding of ["base64", "base64url"] as const) {
          const shown = redaction([token])(`Basic ${bytes.toString(encoding)} end`);
          expect(shown).toMatch(/^Basic .{0,8}\(secret\).{0,18} end$/);
          const left = Buffer.from(shown.slice("Basic ".length, -" end".length), encoding).toString();
          expect(left).not.toContain(token.slice(4, -4));
        }
        const lines = bytes.toString("base64").replace(/(.{19})/g, "$1\r\n ");
        expect(redaction([token])(lines)).toContain("(secret)");
      }
    }
  });

  test.each(["\n", "\r\n", "\r\n\t", "\n    ", "\\n", "\\\\r\\\\n"])(
    "takes out a secret that is broken by %j",
    (end) => {
      for (const width of [1, 7, 20]) {
        const broken = token.match(new RegExp(`[^]{1,${String(width)}}`, "g"))?.join(end);
        expect(redaction([token])(`before ${broken ?? ""} after`)).toBe("before (secret) after");
      }
    },
  );

  test("leaves every other text as it is, however it is escaped", () => {
    for (const text of ["", "plain", 'a \\"quoted\\" 100% & more \\u003d', "short"]) {
      expect(redaction([token, undefined, "short"])(text)).toBe(text);
      expect(redaction([])(text)).toBe(text);
    }
  });

  test("of a long text of escapes comes to an end", () => {
    for (const escape of ["\\", "%25", "&amp;", "&#0", "\n", "\\n", "C\n"]) {
      const text = escape.repeat(2_000_000);
      expect(redaction([token])(text)).toBe(text);
    }
  });

  test("takes out each of several secrets, each time", () => {
    expect(redaction(["first-secret", "second-secret"])("second-secret first-secret first-secret")).toBe(
      "(secret) (secret) (secret)",
    );
  });
});
