#!/usr/bin/env node
// @ts-check
/**
 * Publishes the packages that were packed into a folder, one after the other.
 *
 *     node tools/release/publish.mjs released --dry-run   says what would be published
 *     node tools/release/publish.mjs released             publishes it
 *
 * A version that npm has already is left alone, so that a release that stopped in its middle is run again.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { releasedPackages } from "./packages.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { "dry-run": { type: "boolean", default: false } },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("From which folder? node tools/release/publish.mjs released");
const dryRun = values["dry-run"] ? ["--dry-run"] : [];

for (const { name, version } of releasedPackages()) {
  if (isPublished(`${name}@${version}`)) {
    console.log(`${name} ${version} is published already.`);
    continue;
  }
  const tarball = join(resolve(folder), `${name}-${version}.tgz`);
  execFileSync("npm", ["publish", tarball, ...dryRun], { stdio: ["ignore", "inherit", "inherit"] });
}

/** @param {string} wanted */
function isPublished(wanted) {
  const { status, stdout } = spawnSync("npm", ["view", wanted, "version"], { encoding: "utf8" });
  return status === 0 && stdout.trim() !== "";
}
