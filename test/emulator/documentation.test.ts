import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { optionTable } from "../../emulator/src/commandLine.js";
import { parseSeed } from "../../emulator/src/seed.js";
import { assumptionValues, defaultAssumptions, type AssumptionName } from "../../emulator/src/index.js";
import { routes } from "../../emulator/src/wire/routes.js";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const page = read("docs/emulator.md");

it("the page names every call that is served", () => {
  const calls = new Set(routes.map(({ call }) => call));
  expect([...calls].filter((call) => !new RegExp(`\\b${call}\\b`).test(page))).toEqual([]);
});

it("the page says, call by call, which files serve it", async () => {
  const rows = [
    ...page.matchAll(/^\| (\w+) +\| \[(\w+\.ts)\]\(\.\.\/(.+?)\) +\| \[(\w+\.ts)\]\(\.\.\/(.+?)\) +\|$/gm),
  ];
  expect(rows.map(([, call]) => call)).toEqual([...new Set(routes.map(({ call }) => call))]);
  for (const [, call, name, file = "", ruleName, ruleFile = ""] of rows) {
    const handlers = Object.values(
      (await import(/* @vite-ignore */ join(root, file))) as Record<string, unknown>,
    );
    const served = routes.filter((route) => route.call === call).map(({ handler }) => handler);
    expect(
      served.filter((handler) => !handlers.includes(handler)),
      call,
    ).toEqual([]);
    expect([file.endsWith(`/${name}`), ruleFile.endsWith(`/${ruleName}`)], call).toEqual([true, true]);
    expect(read(ruleFile)).not.toBe("");
  }
});

it("the package's README names every option, and its seed is one", () => {
  const readme = read("emulator/README.md");
  const options = Object.keys(optionTable).filter((name) => !readme.includes(`--${name}`));
  expect(options).toEqual([]);
  const seeds = [...readme.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);
  expect(seeds).toHaveLength(1);
  for (const seed of seeds) expect(parseSeed(JSON.parse(seed)).logstores).toHaveLength(1);
});

it("the page names every switch with its default", () => {
  const rows = new Map(
    [...page.matchAll(/^\| `(\w+)`\s*\| (.+?)\s*\|/gm)].map(([, name, value]) => [name, value]),
  );
  for (const [name, value] of Object.entries(defaultAssumptions)) {
    expect(rows.get(name), name).toContain(`\`${value}\``);
    const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
    for (const other of assumptionValues[name as AssumptionName].filter((other) => other !== value)) {
      expect(row.replaceAll("a number", "`a number from 1 on`"), name).toContain(`\`${other}\``);
    }
  }
});

/** The tests of a file, each after what it describes; "…" where a row of a table stands. */
function titlesIn(source: string): readonly string[] {
  const titles: string[] = [];
  let subject = "";
  for (const [, kind, text = ""] of source.matchAll(
    /^ *(describe|it(?:\.each\(.*\))?|\](?: as const)?\))\("(.+?)"/gm,
  )) {
    if (kind === "describe") subject = text;
    else titles.push(`${subject}: ${text.replaceAll(/%[sj]/g, "…")}`);
  }
  return titles;
}

it("the page lists the tests that run against the real service", () => {
  const folder = "test/emulator/wire";
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.ts"));
  const tests = files.flatMap((name) => [
    `- [${name}](../${folder}/${name})`,
    ...titlesIn(read(`${folder}/${name}`)).map((title) => `  - ${title}`),
  ]);
  expect(tests.length).toBeGreaterThan(40);
  const [, section = ""] = page.split("## The same tests against the real service");
  expect([...section.matchAll(/^ *- .+$/gm)].map(([line]) => line)).toEqual(tests);
});

it("the package's README leads to nothing that the package does not hold", () => {
  const targets = [...read("emulator/README.md").matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);
  expect(targets.filter((target) => !/^(https:|#)/.test(target ?? ""))).toEqual([]);
});
