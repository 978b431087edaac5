/** What `npm pack` makes of the emulator: nothing that is missing, nothing that users have no need for. */
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { pack, pathsOf } from "./packed.js";

/** The package of an import: `protobufjs` of `protobufjs/light.js`. */
function packageOf(specifier: string): string {
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = `${root}/emulator`;
const description = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Record<string, unknown>;
const sources = globSync("**/*.ts", { cwd: `${folder}/src` });
const packed = pack(folder);
const paths = pathsOf(packed);

describe("the packed emulator", () => {
  test("holds each source as it was built, with its types, the command, and three more files", () => {
    const built = sources.flatMap((source) => {
      const name = `dist/${source.replace(/\.ts$/, "")}`;
      return [`${name}.js`, `${name}.d.ts`];
    });
    const more = ["LICENSE", "README.md", "bin/sls-emulator.js", "package.json"];
    expect(paths).toEqual([...built, ...more].sort());
  });

  test("is small: 100 kB to download and 350 kB installed", () => {
    expect(packed.size).toBeLessThan(100_000);
    expect(packed.unpackedSize).toBeLessThan(350_000);
  });

  test("tells nobody where it was built", () => {
    for (const path of paths) expect(readFileSync(`${folder}/${path}`, "utf8"), path).not.toContain(root);
  });

  test("has the repository's license", () => {
    expect(readFileSync(`${folder}/LICENSE`, "utf8")).toBe(readFileSync(`${root}/LICENSE`, "utf8"));
    expect(description["license"]).toBe("Apache-2.0");
  });
});

describe("its description", () => {
  test("asks for provenance, so that only a workflow with an identity can publish it", () => {
    expect(description["publishConfig"]).toEqual({ access: "public", provenance: true });
  });

  test("runs nothing when it is installed", () => {
    expect(description).not.toHaveProperty("scripts");
  });

  test("names a command and an entry that are packed", () => {
    expect(description["bin"]).toEqual({ "sls-emulator": "./bin/sls-emulator.js" });
    expect(description["exports"]).toEqual({
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    });
    expect(paths).toEqual(
      expect.arrayContaining(["dist/index.js", "dist/index.d.ts", "bin/sls-emulator.js"]),
    );
  });

  test("names each package that its sources import, and no other", () => {
    const imported = sources
      .map((source) => ts.preProcessFile(readFileSync(`${folder}/src/${source}`, "utf8")))
      .flatMap(({ importedFiles }) => importedFiles.map(({ fileName }) => fileName))
      .filter((name) => !/^(?:\.|node:)/.test(name))
      .map(packageOf);
    expect([...new Set(imported)].sort()).toEqual(Object.keys(description["dependencies"] as object).sort());
  });
});
