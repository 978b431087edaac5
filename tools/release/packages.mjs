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
 * Returns where Pulumi downloads the plugin from: the releases of the repository, in the form in which it asks GitHub for
 * them. Undefined where the packages name no repository there.
 *
 * @param {string | undefined} repository
 */
export function downloadUrlOf(repository) {
  const [, owner, name] =
    /^git\+https:\/\/github\.com\/([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(repository ?? "") ?? [];
  return owner === undefined ? undefined : `github://api.github.com/${owner}/${name}`;
}

/**
 * @param {string} folder
 * @returns {Package}
 */
function readPackage(folder) {
  const { name, version, repository } = JSON.parse(readFileSync(`${root}${folder}/package.json`, "utf8"));
  return { folder, name, version, repository: repository?.url };
}
