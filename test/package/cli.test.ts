/** What `npm pack` makes of the command line, installed where an operator would. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "cli");

let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "sls-checkpoint-"));
  const npm = (...args: string[]): string =>
    execFileSync("npm", [...args, "--loglevel=error"], { cwd: place, encoding: "utf8" });
  npm("pack", folder, "--pack-destination", place);
  const tarball = readdirSync(place).find((file) => file.endsWith(".tgz")) ?? "";
  writeFileSync(join(place, "package.json"), "{}");
  // Without a registry: a dependency would fail here.
  npm("install", "--offline", "--no-audit", "--no-fund", join(place, tarball));
});

afterAll(() => {
  rmSync(place, { recursive: true });
});

describe("the packed command line", () => {
  it("is one package without dependencies, without Pulumi, and runs outside of the repository", () => {
    expect(readdirSync(join(place, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "sls-checkpoint",
    ]);
    const installed = join(place, "node_modules/.bin/sls-checkpoint");
    const environment = { PATH: process.env["PATH"], HOME: place };
    const { status, stdout } = spawnSync(installed, ["--help"], {
      cwd: place,
      encoding: "utf8",
      env: environment,
    });
    expect([status, stdout]).toEqual([0, expect.stringContaining("Never writes a checkpoint")]);
    const look = spawnSync(installed, ["status", "shop/orders"], {
      cwd: place,
      encoding: "utf8",
      env: environment,
    });
    expect([look.status, look.stderr]).toEqual([1, expect.stringContaining("no region: set --region")]);
    const bundle = readFileSync(join(place, "node_modules/sls-checkpoint/dist/sls-checkpoint.js"), "utf8");
    expect(bundle).not.toMatch(/@pulumi\/pulumi/);
    expect(bundle).not.toContain(root);
  });

  it("has the repository's license, and the version of the provider", () => {
    const [own, provider] = ["cli", "provider"].map(
      (name) => JSON.parse(readFileSync(join(root, name, "package.json"), "utf8")) as Record<string, unknown>,
    );
    expect(own?.["version"]).toBe(provider?.["version"]);
    expect(own).not.toHaveProperty("dependencies");
    expect(own).not.toHaveProperty("scripts");
    expect(readFileSync(join(folder, "LICENSE"), "utf8")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
    expect(existsSync(join(place, "node_modules/sls-checkpoint/README.md"))).toBe(true);
  });
});
