/** What npm would install with the package, and that SECURITY.md says so. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readText, tableWith } from "../docs/documents.ts";

interface Installed {
  readonly version: string;
  readonly peer?: boolean;
  readonly hasInstallScript?: boolean;
}

const provider = fileURLToPath(new URL("../../provider", import.meta.url));
let folder: string;
/** By the folder into which npm would put it; the program's own is `""`. */
let installed: readonly (readonly [string, Installed])[];

function npm(cwd: string, ...args: readonly string[]): void {
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", [...args, ...quiet], { cwd, stdio: "ignore" });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "installed-packages-"));
  npm(provider, "pack", "--pack-destination", folder);
  const { version } = JSON.parse(readFileSync(join(provider, "package.json"), "utf8")) as Installed;
  const dependencies = { "pulumi-sls-checkpoint": `file:pulumi-sls-checkpoint-${version}.tgz` };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  npm(folder, "install", "--package-lock-only");
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Installed>>;
  };
  installed = Object.entries(lock.packages).filter(([place, { peer }]) => place !== "" && peer !== true);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function named(place: string): string {
  return place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
}

test("only packages that SECURITY.md names are installed", () => {
  const rows = tableWith(readText("SECURITY.md"), "Package", "What for");
  const documented = rows.flatMap(({ Package }) =>
    [...(Package ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  const names = new Set(installed.map(([place]) => named(place)));
  names.delete("pulumi-sls-checkpoint");
  expect([...names].sort()).toEqual(documented.sort());
});

test("none of them runs a script when it is installed", () => {
  expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
});
