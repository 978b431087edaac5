import { describe, expect, it } from "vitest";
import { type ErrorKind, documentedCodes } from "../../provider/src/sls/errorCodes.js";
import { codesIn, readText, tablesOf } from "./documents.js";

const errors = readText("docs/errors.md");
const [ofCalls = "", ofPlugin = ""] = errors.split("## What the plugin refuses");
const [own = "", service = ""] = ofCalls.split("## What SLS answers");

/** The codes of a part of the page, with what to do about each. */
function documentedIn(markdown: string): ReadonlyMap<string, string> {
  const rows = tablesOf(markdown).flat();
  return new Map(rows.map((row) => [codesIn(row["Code"] ?? "")[0] ?? "", row["What to do"] ?? ""]));
}

describe("docs/errors.md", () => {
  it("has every code that the service is known to answer, and no other", () => {
    expect([...documentedIn(service).keys()].sort()).toEqual(Object.keys(documentedCodes).sort());
  });

  it("says to do what the message says", () => {
    const remedies = Object.entries(documentedCodes).map(([code, { remedy }]) => [code, remedy]);
    expect([...documentedIn(service)].sort()).toEqual(remedies.sort());
  });

  it("has each code in the section of its kind", () => {
    const sections = service.split("### ").slice(1);
    const byKind = sections.map((section) => {
      const kind = /Kind `(\w+)`/.exec(section)?.[1] as ErrorKind;
      return [kind, [...documentedIn(section).keys()].sort()];
    });
    const kinds = [...new Set(Object.values(documentedCodes).map(({ kind }) => kind))];
    expect(Object.fromEntries(byKind)).toEqual(
      Object.fromEntries(
        kinds.map((kind) => [
          kind,
          Object.keys(documentedCodes)
            .filter((code) => documentedCodes[code]?.kind === kind)
            .sort(),
        ]),
      ),
    );
  });

  it("has every code of the client's own, and no other", () => {
    const source = readText("provider/src/sls/errors.ts");
    const declarations = [...source.matchAll(/readonly code(?: =|:) ((?:"\w+"(?: \| )?)+);/g)];
    const codes = declarations.flatMap(([, union = ""]) =>
      [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code),
    );
    expect(codes).toContain("Timeout");
    expect([...documentedIn(own).keys()].sort()).toEqual(codes.sort());
  });

  it("has every code of the plugin's own, and no other", () => {
    const source = readText("provider/src/plugin/pluginRefusal.ts");
    const union = /readonly code: ([^,]+),/.exec(source)?.[1] ?? "";
    const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code);
    expect(codes).toContain("SecondVersion");
    expect([...documentedIn(ofPlugin).keys()].sort()).toEqual(codes.sort());
  });

  it("says what each code means", () => {
    for (const row of tablesOf(errors).flat()) {
      expect(row["What it means"], row["Code"]).not.toBe("");
      expect(row["What to do"], row["Code"]).toMatch(/\.$/);
    }
  });
});
