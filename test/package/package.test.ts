/** What `npm pack` makes of the package: nothing that is missing, nothing that users have no need for. */
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { pluginFiles } from "../../tools/plugin/bundle.mjs";
import { pack, pathsOf } from "./packed.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = `${root}/provider`;

const description = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Record<string, unknown>;
const packed = pack(folder);
const paths = pathsOf(packed);

describe("the packed package", () => {
  test("holds each source as it was built, with its types, the plugin, and four more files", () => {
    // The plugin is one bundle of its own.
    const sources = globSync("**/*.ts", { cwd: `${folder}/src` }).filter(
      (source) => !source.startsWith("plugin/"),
    );
    const built = sources.flatMap((source) => {
      const name = `dist/${source.replace(/\.ts$/, "")}`;
      return [`${name}.js`, `${name}.d.ts`];
    });
    const more = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
    const plugin = pluginFiles.map(({ name }) => `dist/plugin/${name}`);
    expect(paths).toEqual([...built, ...plugin, ...more].sort());
  });

  test("is small: 250 kB to download and 1 MB installed, and the plugin 550 kB and 2.1 MB", () => {
    expect(packed.size).toBeLessThan(250_000 + 550_000);
    const isPlugin = ({ path }: { readonly path: string }): boolean => path.startsWith("dist/plugin/");
    const plugin = packed.files.filter(isPlugin).reduce((sum, { size }) => sum + size, 0);
    expect(plugin).toBeLessThan(2_100_000);
    expect(packed.unpackedSize - plugin).toBeLessThan(1_000_000);
  });

  test("tells nobody where it was built", () => {
    for (const path of paths) expect(readFileSync(`${folder}/${path}`, "utf8"), path).not.toContain(root);
  });

  test("has the repository's license", () => {
    expect(readFileSync(`${folder}/LICENSE`, "utf8")).toBe(readFileSync(`${root}/LICENSE`, "utf8"));
    expect(description["license"]).toBe("Apache-2.0");
  });

  test("says in its changelog what its version brings", () => {
    const changelog = readFileSync(`${folder}/CHANGELOG.md`, "utf8");
    expect(changelog).toMatch(
      new RegExp(`^## ${String(description["version"]).replaceAll(".", "\\.")}\\b`, "m"),
    );
    expect(readFileSync(`${root}/CHANGELOG.md`, "utf8")).toBe(changelog);
  });
});

describe("its description", () => {
  test("asks for provenance, so that only a workflow with an identity can publish it", () => {
    expect(description["publishConfig"]).toEqual({ access: "public", provenance: true });
  });

  test("makes Pulumi look for no plugin", () => {
    expect(description).not.toHaveProperty("pulumi");
  });

  test("runs nothing when it is installed", () => {
    expect(description).not.toHaveProperty("scripts");
  });

  test("names entries that exist, and no others can be reached", () => {
    const { exports } = description as { exports: Readonly<Record<string, unknown>> };
    expect(exports).toEqual({
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./provider": { types: "./dist/provider.d.ts", default: "./dist/provider.js" },
      "./package.json": "./package.json",
    });
    for (const name of ["index", "provider"])
      expect(paths).toEqual(expect.arrayContaining([`dist/${name}.js`, `dist/${name}.d.ts`]));
  });
});
