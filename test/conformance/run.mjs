#!/usr/bin/env node
// @ts-check
// Installs the official clients into the ignored folder .work/conformance, each from its manifest here, and runs
// the suites: node test/conformance/run.mjs [python | go | java | typescript | pulumi | sideReplay …]
// A language whose tools are missing is skipped with a line that says so; with CI set that is an error.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const repository = fileURLToPath(new URL("../../", import.meta.url));
const target = `${repository}.work/conformance/`;
/** The consumers of an example, which is tried with each client that it has one for. */
const sideReplay = "../../examples/side-replay/consumers/go";

/** @typedef {{ tools: string[][], manifests: string[], install: (folder: string) => void }} Language */

/**
 * What each language needs, from which files it is made, and how.
 *
 * @type {Readonly<Record<string, Language>>}
 */
const languages = {
  typescript: {
    tools: [["npm", "--version"]],
    manifests: ["typescript/package.json", "typescript/package-lock.json"],
    install(folder) {
      for (const file of ["package.json", "package-lock.json"])
        copyFileSync(`${here}typescript/${file}`, `${folder}/${file}`);
      run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder);
    },
  },
  python: {
    tools: [["python3", "-m", "venv", "--help"]],
    manifests: ["python/requirements.txt"],
    install(folder) {
      run("python3", ["-m", "venv", folder], here);
      run(
        `${folder}/bin/pip`,
        ["install", "--quiet", "--disable-pip-version-check", "-r", "python/requirements.txt"],
        here,
      );
    },
  },
  go: {
    tools: [["go", "version"]],
    manifests: [
      ...["go/go.mod", "go/go.sum", "go/journey/main.go", "go/consumer/main.go"],
      ...["go.mod", "go.sum", "main.go"].map((file) => `${sideReplay}/${file}`),
    ],
    install(folder) {
      run("go", ["build", "-o", `${folder}/`, "./journey", "./consumer"], `${here}go`);
      run("go", ["build", "-o", `${folder}/side-replay`, "."], here + sideReplay);
    },
  },
  java: {
    tools: [
      ["java", "-version"],
      ["mvn", "--version"],
    ],
    manifests: ["java/pom.xml"],
    install(folder) {
      run("mvn", ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${folder}`], `${here}java`);
    },
  },
};

const asked = process.argv.slice(2);
const wanted = Object.keys(languages).filter((name) => asked.length === 0 || asked.includes(name));
/** Suites of stacks, which are run beside the consumers of Python and Go. */
const stacks = ["pulumi", "sideReplay"];
const unknown = asked.find((name) => !(name in languages) && !stacks.includes(name));
if (unknown !== undefined)
  fail(`There is no suite "${unknown}"; there are ${[...Object.keys(languages), ...stacks].join(", ")}.`);
for (const name of asked.some((suite) => stacks.includes(suite)) ? ["python", "go"] : [])
  if (!wanted.includes(name)) wanted.push(name);
const skipped = wanted.filter((name) => !isReady(name));
if (skipped.length > 0 && process.env.CI)
  fail(`In CI no client is skipped, but ${skipped.join(", ")} cannot be tried.`);
const tried = asked.length === 0 ? [...wanted, ...stacks] : asked;
const suites = tried
  .filter((name) => !skipped.includes(name))
  .map((name) => `test/conformance/${name}.conformance.ts`);
if (suites.length === 0) process.exit(0);
const vitest = `${repository}node_modules/vitest/vitest.mjs`;
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--config", "test/conformance/vitest.config.ts", ...suites],
  {
    cwd: repository,
    stdio: "inherit",
  },
);
process.exit(status ?? 1);

/**
 * Installs a client unless that was done from the very same manifests.
 *
 * @param {string} name
 */
function isReady(name) {
  const language = languages[name];
  if (language === undefined) return false;
  const { tools, manifests, install } = language;
  const missing = tools.find((tool) => !runs(tool));
  const folder = `${target}${name}`;
  if (missing !== undefined) {
    rmSync(folder, { recursive: true, force: true });
    console.log(`conformance: skipped ${name}: "${missing.join(" ")}" does not run here.`);
    return false;
  }
  const stamp = `${folder}/.manifests`;
  const hash = createHash("sha256");
  for (const file of manifests) hash.update(readFileSync(here + file));
  const digest = hash.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return true;
  console.log(`conformance: installing the ${name} client …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install(folder);
  writeFileSync(stamp, digest);
  return true;
}

/** @param {string[]} tool */
function runs([command = "", ...args]) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(`conformance: ${message}`);
  process.exit(1);
}
