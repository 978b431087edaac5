/** The files that Pulumi installs: one for each platform, equal, and the same wherever they are packed. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pluginFiles, pluginVersion } from "../../tools/plugin/bundle.mjs";
import { packPlugin } from "../../tools/plugin/tarballs.mjs";

let place: string;
let names: readonly string[];

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "sls-tarballs-"));
  names = await packPlugin(join(place, "first"));
});

afterAll(() => {
  rmSync(place, { recursive: true });
});

it("there is one for each of six platforms, by the name that Pulumi asks for", () => {
  expect(readdirSync(join(place, "first"))).toEqual([
    `pulumi-resource-sls-v${pluginVersion()}-darwin-amd64.tar.gz`,
    `pulumi-resource-sls-v${pluginVersion()}-darwin-arm64.tar.gz`,
    `pulumi-resource-sls-v${pluginVersion()}-linux-amd64.tar.gz`,
    `pulumi-resource-sls-v${pluginVersion()}-linux-arm64.tar.gz`,
    `pulumi-resource-sls-v${pluginVersion()}-windows-amd64.tar.gz`,
    `pulumi-resource-sls-v${pluginVersion()}-windows-arm64.tar.gz`,
  ]);
});

it("packed again they are the same, byte for byte", async () => {
  await packPlugin(join(place, "second"));
  for (const name of names) {
    const [first, second] = ["first", "second"].map((folder) => readFileSync(join(place, folder, name)));
    expect(second?.equals(first ?? Buffer.of())).toBe(true);
  }
});

it("an ordinary tar unpacks it, and it starts", async () => {
  const folder = mkdtempSync(join(place, "unpacked-"));
  execFileSync("tar", ["-xzf", join(place, "first", names[2] ?? ""), "-C", folder]);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(
    [...pluginFiles.map(({ name }) => name), "program"].sort(),
  );
  const child = spawn(join(folder, "pulumi-resource-sls"), ["127.0.0.1:1"], {
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  child.kill("SIGKILL");
  expect(Number(port.toString())).toBeGreaterThan(0);
});

it("is small: 550 kB to download", () => {
  expect(readFileSync(join(place, "first", names[0] ?? "")).length).toBeLessThan(550_000);
});
