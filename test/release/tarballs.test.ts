/** The steps of the release workflow, up to the one that cannot be taken back: packed, installed in an empty folder, "published". */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { downloadUrlOf, releasedPackages } from "../../tools/release/packages.mjs";

const tools = fileURLToPath(new URL("../../tools/release/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sls-released-"));
const empty = mkdtempSync(join(tmpdir(), "sls-empty-"));

beforeAll(() => {
  execFileSync(process.execPath, [`${tools}pack.mjs`, folder], { stdio: "pipe" });
});

afterAll(() => {
  for (const made of [folder, empty]) rmSync(made, { recursive: true, force: true });
});

test("a tarball a package, one of the plugin for each platform, and what is installed with them", () => {
  const tarballs = releasedPackages().map(({ name, version }) => `${name}-${version}.tgz`);
  expect(readdirSync(folder).sort()).toEqual([...tarballs, ...pluginTarballs(), "sbom.cdx.json"].sort());
  const bill = JSON.parse(readFileSync(join(folder, "sbom.cdx.json"), "utf8")) as {
    readonly components: readonly { readonly name: string }[];
  };
  const names = bill.components.map(({ name }) => name);
  for (const name of ["pulumi-sls-checkpoint", "sls-checkpoint", "sls-emulator", "undici"])
    expect(names).toContain(name);
  for (const ours of ["vitest", "esbuild", "typescript-eslint"]) expect(names).not.toContain(ours);
});

function pluginTarballs(): readonly string[] {
  const { version } = JSON.parse(readFileSync(join(tools, "../../provider/package.json"), "utf8")) as {
    readonly version: string;
  };
  const platforms = ["darwin", "linux", "windows"].flatMap((system) => [
    `${system}-amd64`,
    `${system}-arm64`,
  ]);
  return platforms.map((platform) => `pulumi-resource-sls-v${version}-${platform}.tar.gz`);
}

test("each tarball of the plugin has what it runs, and answers with the version that is released", async () => {
  for (const tarball of pluginTarballs()) {
    const names = execFileSync("tar", ["-tzf", join(folder, tarball)], { encoding: "utf8" })
      .trim()
      .split("\n");
    expect(names).toEqual(
      expect.arrayContaining([
        "pulumi-resource-sls",
        "pulumi-resource-sls.cmd",
        "program/main.js",
        "schema.json",
      ]),
    );
  }
  const unpacked = join(empty, "plugin");
  mkdirSync(unpacked);
  execFileSync("tar", ["-xzf", join(folder, pluginTarballs()[2] ?? ""), "-C", unpacked]);
  const schema = JSON.parse(readFileSync(join(unpacked, "schema.json"), "utf8")) as {
    readonly version: string;
  };
  expect(schema.version).toBe(releasedPackages()[0]?.version);
  const child = spawn(join(unpacked, "pulumi-resource-sls"), ["127.0.0.1:1"], {
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  child.kill("SIGKILL");
  expect(Number(port.toString())).toBeGreaterThan(0);
});

test.each([
  ["git+https://github.com/acme/sls.git", "github://api.github.com/acme/sls"],
  ["git+https://github.com/acme/sls", "github://api.github.com/acme/sls"],
  ["git+https://example.com/acme/sls.git", undefined],
  ["https://github.com/acme/sls/tree/main", undefined],
  [undefined, undefined],
])("from the repository %s the plugin is downloaded at %s", (repository, url) => {
  expect(downloadUrlOf(repository)).toBe(url);
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
