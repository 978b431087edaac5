import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { defaultAssumptions } from "../../emulator/src/index.js";
import { routes } from "../../emulator/src/wire/routes.js";

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

const page = read("docs/emulator.md");

it("the page names every call that is served", () => {
  const calls = new Set(routes.map(({ call }) => call));
  expect([...calls].filter((call) => !new RegExp(`\\b${call}\\b`).test(page))).toEqual([]);
});

it("the page names every switch with its default", () => {
  const rows = new Map(
    [...page.matchAll(/^\| `(\w+)`\s*\| (.+?)\s*\|/gm)].map(([, name, value]) => [name, value]),
  );
  for (const [name, value] of Object.entries(defaultAssumptions)) {
    expect(rows.get(name), name).toContain(`\`${value}\``);
  }
});

it("the package's README leads to nothing that the package does not hold", () => {
  const targets = [...read("emulator/README.md").matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);
  expect(targets.filter((target) => !/^(https:|#)/.test(target ?? ""))).toEqual([]);
});
