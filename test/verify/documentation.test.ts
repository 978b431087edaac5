import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { policyOf } from "../../cli/src/verify/announcement.ts";
import { defaultAssumptions } from "../../emulator/src/index.js";
import { Verifier } from "./verifier.js";

let page: string;

beforeEach(() => {
  page = readFileSync(join(import.meta.dirname, "../../docs/verify.md"), "utf8");
});

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(page)?.[1] ?? "";
}

it("docs/verify.md has the policy that the command prints", () => {
  expect(JSON.parse(block("json"))).toEqual(JSON.parse(policyOf("my-test-project")));
});

it("docs/verify.md lists every switch with what is assumed, and nobody who confirmed it", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` +\| `(\w+)` +\| +\|$/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  expect(rows).toEqual(Object.entries(defaultAssumptions).map(([name, value]) => [name, String(value)]));
});

it("docs/verify.md shows what a run against the emulator prints", async () => {
  const verifier = await Verifier.open();
  const { out } = await verifier.run();
  expect(withoutChance(out.trim())).toBe(withoutChance(block("text")));
});

/** What differs from run to run: the name, and times that are measured. */
function withoutChance(text: string): string {
  return text
    .replaceAll(/sls-checkpoint-verify-[0-9a-f]{12}/g, "sls-checkpoint-verify-…")
    .replaceAll(/(after|within) \d+\.\d{3} s/g, "$1 … s");
}
