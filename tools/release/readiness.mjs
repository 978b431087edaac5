#!/usr/bin/env node
// @ts-check
/**
 * Says what is missing before a version may be published, and ends with 1 if anything is.
 *
 *     node tools/release/readiness.mjs v0.2.0                 what the repository holds
 *     node tools/release/readiness.mjs v0.2.0 --environment   and what its owner set up outside of it
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { releasedPackages, root } from "./packages.mjs";

/**
 * @param {string} tag
 * @param {readonly import("./packages.mjs").Package[]} packages
 * @param {string} changelog
 * @returns {readonly string[]} what is missing, one sentence each
 */
export function missingInRepository(tag, packages, changelog) {
  const version = tag.replace(/^v/, "");
  const otherVersions = packages.filter((one) => one.version !== version);
  const nowhere = packages.filter(({ repository }) => !isRepository(repository));
  return [
    ...otherVersions.map(
      (one) => `${one.folder}/package.json has version ${one.version}, the tag is ${tag}.`,
    ),
    ...nowhere.map(
      ({ folder, repository }) =>
        `${folder}/package.json names no repository (${repository ?? "none"}): npm refuses a provenance that is not that of the package's own repository.`,
    ),
    ...missingInChangelog(version, changelog),
  ];
}

/**
 * A URL that the owner set, and not the one that stands for it until then.
 * @param {string | undefined} url
 */
function isRepository(url) {
  if (url === undefined || !URL.canParse(url.replace(/^git\+/, ""))) return false;
  return !new URL(url.replace(/^git\+/, "")).hostname.endsWith(".invalid");
}

/**
 * @param {string} version
 * @param {string} changelog
 */
function missingInChangelog(version, changelog) {
  const heading = changelog.split("\n").find((line) => line.startsWith(`## ${version}`));
  if (heading === undefined) return [`CHANGELOG.md has no chapter "## ${version}".`];
  if (heading.includes("unreleased")) return [`CHANGELOG.md still calls ${version} unreleased.`];
  return [];
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {readonly string[]}
 */
export function missingInEnvironment(environment) {
  if (environment.RELEASE_ENVIRONMENT === "ready") return [];
  return [
    'The variable RELEASE_ENVIRONMENT of the environment "release" is not "ready". Its owner sets it when the list in CONTRIBUTING.md, "A release", is done.',
  ];
}

function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { environment: { type: "boolean", default: false } },
  });
  const [tag] = positionals;
  if (tag === undefined) throw new Error("Which version? node tools/release/readiness.mjs v0.2.0");
  const changelog = readFileSync(`${root}CHANGELOG.md`, "utf8");
  const missing = missingInRepository(tag, releasedPackages(), changelog);
  const missingOutside = values.environment ? missingInEnvironment(process.env) : [];
  const all = [...missing, ...missingOutside];
  for (const sentence of all) console.error(sentence);
  if (all.length > 0) process.exit(1);
  console.log(`${tag} is ready to be published.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
