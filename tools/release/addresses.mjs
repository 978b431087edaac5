#!/usr/bin/env node
// @ts-check
/**
 * Writes where the repository is into every package that is published.
 *
 * THE ONE SETTING is `repository` in the package.json of the root; its owner sets it, once, before the first release:
 *
 *     npm pkg set repository.url=git+https://example.com/team/sls-checkpoint.git && node tools/release/addresses.mjs
 *
 * Until then it names a host that cannot exist, and tools/release/readiness.mjs lets nothing be published.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { releasedPackages, root } from "./packages.mjs";

/**
 * @param {string} url of the repository, as npm has it: git+https://…git
 * @param {string} folder of the package
 */
export function addressesOf(url, folder) {
  const page = url.replace(/^git\+/, "").replace(/\.git$/, "");
  return {
    homepage: `${page}#readme`,
    bugs: { url: `${page}/issues` },
    repository: { type: "git", url, directory: folder },
  };
}

/** @returns {string} the one setting */
export function repositoryUrl() {
  return readPackage(`${root}package.json`).repository.url;
}

/**
 * @param {string} file
 * @returns {Record<string, any>}
 */
export function readPackage(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function writeAll() {
  for (const { folder } of releasedPackages()) {
    const file = `${root}${folder}/package.json`;
    // Behind the license, where npm's own order has them.
    const entries = Object.entries(readPackage(file)).flatMap(([name, value]) => {
      if (["homepage", "bugs", "repository"].includes(name)) return [];
      const addresses = name === "license" ? Object.entries(addressesOf(repositoryUrl(), folder)) : [];
      return [[name, value], ...addresses];
    });
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeAll();
