#!/usr/bin/env node
// @ts-check
/**
 * Packs all packages into a folder, installs them together in an empty one, and writes down what was installed with them.
 * Beside them goes the plugin, for each platform, where Pulumi downloads it from the release.
 *
 *     node tools/release/pack.mjs FOLDER   →  a tarball a package, six of the plugin, and the bill of materials
 *
 * It expects the packages to be built.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packPlugin } from "../plugin/tarballs.mjs";
import { downloadUrlOf, releasedPackages, root } from "./packages.mjs";

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("Into which folder? node tools/release/pack.mjs released");
const folder = resolve(target);
mkdirSync(folder, { recursive: true });

for (const { folder: packed } of releasedPackages())
  npm(["pack", "--pack-destination", folder], join(root, packed));
await packPlugin(folder, downloadUrlOf(releasedPackages()[0]?.repository));
writeFileSync(join(folder, "sbom.cdx.json"), installedTogether());

/** Returns the bill of materials of all packages, as a user gets them: installed from their tarballs. */
function installedTogether() {
  const empty = mkdtempSync(join(tmpdir(), "sls-release-"));
  try {
    const version = releasedPackages()[0]?.version;
    writeFileSync(join(empty, "package.json"), JSON.stringify({ name: "sls-checkpoint-release", version }));
    const tarballs = releasedPackages().map((one) => join(folder, `${one.name}-${one.version}.tgz`));
    npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...tarballs], empty);
    return npm(["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "library"], empty);
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
