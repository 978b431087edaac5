/** The steps of the release workflow, up to the one that cannot be taken back: packed, installed in an empty folder, "published". */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { releasedPackages } from "../../tools/release/packages.mjs";

const tools = fileURLToPath(new URL("../../tools/release/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sls-released-"));
const empty = mkdtempSync(join(tmpdir(), "sls-empty-"));

beforeAll(() => {
  execFileSync(process.execPath, [`${tools}pack.mjs`, folder], { stdio: "pipe" });
});

afterAll(() => {
  for (const made of [folder, empty]) rmSync(made, { recursive: true, force: true });
});

test("a tarball a package, and what is installed with them", () => {
  const tarballs = releasedPackages().map(({ name, version }) => `${name}-${version}.tgz`);
  expect(readdirSync(folder).sort()).toEqual([...tarballs, "sbom.cdx.json"].sort());
  const bill = JSON.parse(readFileSync(join(folder, "sbom.cdx.json"), "utf8")) as {
    readonly components: readonly { readonly name: string }[];
  };
  const names = bill.components.map(({ name }) => name);
  for (const name of ["pulumi-sls-checkpoint", "sls-checkpoint", "sls-emulator", "undici"])
    expect(names).toContain(name);
  for (const ours of ["vitest", "esbuild", "typescript-eslint"]) expect(names).not.toContain(ours);
});

test("installed together in an empty folder, each answers", () => {
  writeFileSync(join(empty, "package.json"), '{ "private": true }');
  const tarballs = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  execFileSync(
    "npm",
    ["install", "--no-audit", "--no-fund", "--loglevel=error", ...tarballs.map((file) => join(folder, file))],
    { cwd: empty, stdio: "pipe" },
  );
  const answers = ["sls-checkpoint", "sls-emulator"].map((command) =>
    execFileSync(join(empty, "node_modules/.bin", command), ["--help"], { encoding: "utf8", stdio: "pipe" }),
  );
  expect(answers[0]).toContain("Usage: sls-checkpoint COMMAND");
  expect(answers[1]).toContain("sls-emulator");
  const program = 'console.log(Object.keys(require("pulumi-sls-checkpoint")).join())';
  const exported = execFileSync(process.execPath, ["-e", program], { cwd: empty, encoding: "utf8" });
  expect(exported.split(",")).toEqual(
    expect.arrayContaining(["ConsumerGroupCheckpoint", "ConsumerGroupReplay"]),
  );
});

test("a dry run names each package, and would publish all", () => {
  const said = execFileSync(process.execPath, [`${tools}publish.mjs`, folder, "--dry-run"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const { name, version } of releasedPackages()) expect(said).toContain(`${name}@${version}`);
});
