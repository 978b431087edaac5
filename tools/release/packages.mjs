// @ts-check
/** The packages that a release publishes, in the order in which they are published. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Package
 * @property {string} folder below the root of the repository
 * @property {string} name
 * @property {string} version
 * @property {string | undefined} repository the URL that npm shows, and compares with the one that built the package
 */

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** @returns {readonly Package[]} */
export function releasedPackages() {
  return ["provider", "cli", "emulator"].map(readPackage);
}

/**
 * @param {string} folder
 * @returns {Package}
 */
function readPackage(folder) {
  const { name, version, repository } = JSON.parse(readFileSync(`${root}${folder}/package.json`, "utf8"));
  return { folder, name, version, repository: repository?.url };
}
