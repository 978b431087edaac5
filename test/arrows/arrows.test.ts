import { join } from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const rule = "house/arrows";

const folders = ["resources", "plugin", "lifecycle", "rules", "texts", "model", "sls"];
const files = [
  "index",
  "nodeVersion",
  "dynamicProvider",
  "provider",
  "lives",
  "engineWatch",
  "replayChildren",
];
const rooms = [...folders, ...files];

/** Ways to know another room: how the importing text looks, and which kind of knowing it is. */
const ways = [
  {
    kind: "static",
    text: (target: string) => `import { thing } from "${target}"; export const used = thing;`,
  },
  { kind: "static", text: (target: string) => `export * from "${target}";` },
  { kind: "static", text: (target: string) => `export { thing } from "${target}";` },
  {
    kind: "static",
    text: (target: string) => `import { type T, thing } from "${target}"; export const used: T = thing;`,
  },
  { kind: "static", text: (target: string) => `import "${target}";` },
  { kind: "type", text: (target: string) => `import type { T } from "${target}"; export type Used = T;` },
  { kind: "type", text: (target: string) => `import { type T } from "${target}"; export type Used = T;` },
  { kind: "type", text: (target: string) => `export type { T } from "${target}";` },
  { kind: "dynamic", text: (target: string) => `export const loaded = import("${target}");` },
  { kind: "dynamic", text: (target: string) => `export const loaded = import(\`${target}\`);` },
] as const;

type Kind = (typeof ways)[number]["kind"];

/** The arrows of the design. Stated here again: a test that reads the rule's own table could not fail. */
const arrows: readonly (readonly [from: string, to: string, kinds?: readonly Kind[]])[] = [
  ["index", "nodeVersion"],
  ["index", "resources"],
  ["index", "texts"],
  ["resources", "dynamicProvider"],
  ["resources", "model"],
  ["resources", "provider", ["dynamic"]],
  ["resources", "replayChildren"],
  ["replayChildren", "resources", ["type"]],
  ["dynamicProvider", "provider", ["dynamic", "type"]],
  ["provider", "nodeVersion"],
  ["provider", "lives"],
  ["provider", "lifecycle"],
  ["provider", "texts"],
  ["plugin", "replayChildren"],
  ["plugin", "lives"],
  ["plugin", "texts"],
  ["plugin", "lifecycle"],
  ["plugin", "model"],
  ["lives", "engineWatch"],
  ["lives", "lifecycle"],
  ["lives", "sls"],
  ["lives", "model"],
  ["lifecycle", "rules"],
  ["lifecycle", "sls"],
  ["lifecycle", "model"],
  ["texts", "rules"],
  ["texts", "model"],
  ["rules", "model"],
  ["sls", "model"],
];

const pulumi = ["@pulumi/pulumi", "@pulumi/pulumi/dynamic"];
const network = ["undici", "node:http", "http", "node:https", "node:http2", "node:net", "net", "node:tls"];
const packages = [...pulumi, ...network, "node:crypto"];
const forbiddenPackages = new Map([
  ["lives", pulumi],
  ["lifecycle", [...pulumi, ...network]],
  ["texts", [...pulumi, ...network]],
  ["rules", [...pulumi, ...network]],
  ["model", [...pulumi, ...network]],
  ["sls", pulumi],
]);

// The repository's own configuration. What needs types is off, because these files do not exist.
const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

async function reports(room: string, text: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(`${text}\n`, { filePath: join(root, "provider/src", pathOf(room)) });
  return result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? ["not linted"];
}

/** Lints all ways to know a target in one text, one a line, since a lint takes its time: what is said of each. */
async function reportsOfEach(
  room: string,
  target: string,
): Promise<(readonly [string, (string | null)[]])[]> {
  const lines = ways.map(({ text }) => text(target));
  const filePath = join(root, "provider/src", pathOf(room));
  const [result] = await eslint.lintText(`${lines.join("\n")}\n`, { filePath });
  if (result === undefined) return lines.map((line) => [line, ["not linted"]]);
  return lines.map((line, index) => [
    line,
    result.messages
      .filter((found) => found.line === index + 1)
      .map(({ ruleId, message }) => ruleId ?? message),
  ]);
}

function pathOf(room: string): string {
  return folders.includes(room) ? `${room}/deeper/file.ts` : `${room}.ts`;
}

function specifier(from: string, to: string): string {
  const toTop = folders.includes(from) ? "../../" : "./";
  return toTop + pathOf(to).replace(/ts$/, "js");
}

function allows(from: string, to: string, kind: Kind): boolean {
  const arrow = arrows.find((each) => each[0] === from && each[1] === to);
  return arrow !== undefined && (arrow[2]?.includes(kind) ?? true);
}

const pairs = rooms.flatMap((from) => rooms.filter((to) => to !== from).map((to) => ({ from, to })));

describe("the arrows between the rooms of the provider", () => {
  it.each(pairs)("$from → $to", async ({ from, to }) => {
    const found = await reportsOfEach(from, specifier(from, to));
    expect(found).toEqual(
      ways.map(({ kind, text }) => [text(specifier(from, to)), allows(from, to, kind) ? [] : [rule]]),
    );
  });

  it.each(rooms.flatMap((room) => packages.map((name) => ({ room, name }))))(
    "$room → package $name",
    async ({ room, name }) => {
      const expected = forbiddenPackages.get(room)?.includes(name) ? [rule] : [];
      expect(await reportsOfEach(room, name)).toEqual(ways.map(({ text }) => [text(name), expected]));
    },
  );

  it.each(folders)("%s → itself", async (room) => {
    const target = "../other.js";
    expect(await reportsOfEach(room, target)).toEqual(ways.map(({ text }) => [text(target), []]));
  });

  it("knows the provider by the name of its package too", async () => {
    const load = (name: string): string => `export const loaded = import("pulumi-sls-checkpoint${name}");`;
    expect(await reports("dynamicProvider", load("/provider"))).toEqual([]);
    expect(await reports("lifecycle", load("/provider"))).toEqual([rule]);
    expect(await reports("lifecycle", load(""))).toEqual([rule]);
  });

  it("lets the command line know what it shows, and nothing that writes or talks HTTP", async () => {
    const filePath = join(root, "cli/src/file.ts");
    const cliReports = async (target: string): Promise<string[]> => {
      const text = `export * from "${target}";\n`;
      const [result] = await eslint.lintText(text, { filePath });
      return result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? ["not linted"];
    };
    for (const room of rooms) {
      const isKnown = ["lives", "texts", "model"].includes(room);
      expect(await cliReports(`../../provider/src/${pathOf(room).replace(/ts$/, "js")}`), room).toEqual(
        isKnown ? [] : [rule],
      );
    }
    for (const name of [...pulumi, ...network]) expect(await cliReports(name), name).toEqual([rule]);
    expect(await cliReports("./other.js")).toEqual([]);
    expect(await cliReports("../../emulator/src/index.js")).toEqual([rule]);
    expect(await reports("texts", `export * from "../../../../cli/src/table.js";`)).toEqual([rule]);
  });

  it("lets verify alone go below the rules, and borrow two files of the emulator", async () => {
    const reportsFor = async (file: string, target: string): Promise<string[]> => {
      const filePath = join(root, "cli/src", file);
      const [result] = await eslint.lintText(`export * from "${target}";\n`, { filePath });
      return result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? ["not linted"];
    };
    const lent = ["service/assumptions.js", "wire/logGroupEncoder.js"];
    for (const room of rooms) {
      const isKnown = ["lives", "lifecycle", "texts", "model", "sls"].includes(room);
      const target = `../../../provider/src/${pathOf(room).replace(/ts$/, "js")}`;
      expect(await reportsFor("verify/file.ts", target), room).toEqual(isKnown ? [] : [rule]);
    }
    for (const file of lent) {
      expect(await reportsFor("verify/file.ts", `../../../emulator/src/${file}`)).toEqual([]);
      expect(await reportsFor("file.ts", `../../emulator/src/${file}`)).toEqual([rule]);
      expect(await reports("sls", `export * from "../../../../emulator/src/${file}";`)).toEqual([rule]);
    }
    expect(await reportsFor("verify/file.ts", "../../../emulator/src/index.js")).toEqual([rule]);
    expect(await reportsFor("verify/probes/file.ts", "../../table.js")).toEqual([]);
    expect(await reportsFor("file.ts", "./verify/verifyCommand.js")).toEqual([]);
    for (const name of [...pulumi, ...network])
      expect(await reportsFor("verify/file.ts", name)).toEqual([rule]);
  });

  it("cannot be gone round by require or by a type's import()", async () => {
    expect(await reports("sls", `export const thing = require("../../provider.js") as unknown;`)).toEqual([
      "@typescript-eslint/no-require-imports",
    ]);
    expect(await reports("sls", `export type T = import("../../provider.js").ResourceLife;`)).toEqual([
      "@typescript-eslint/consistent-type-imports",
    ]);
  });

  it("ends at the walls of the house", async () => {
    expect(await reports("sls", `export * from "../../../../emulator/src/index.js";`)).toEqual([rule]);
    expect(await reports("sls", `export * from "../../shed/file.js";`)).toEqual([rule]);
    expect(await reports("shed", `export * from "./model/cursor.js";`)).toEqual([rule]);
  });
});
