#!/usr/bin/env node
// @ts-check
/**
 * Lints workflow files with actionlint (is it a right workflow?) and zizmor (is it a safe one?).
 *
 *     node tools/workflows/lint.mjs              this repository's, and those that the GitOps example gives away
 *     node tools/workflows/lint.mjs FOLDER …     those below other folders
 *
 * Both are installed into the ignored folder .work/workflows: actionlint is built from go.mod beside this script, zizmor
 * comes from requirements.txt. Neither asks anything of the network. Without Go or Python a line says what was
 * skipped; with CI set that is an error.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const repository = fileURLToPath(new URL("../../", import.meta.url));
const installed = `${repository}.work/workflows/`;

/** @typedef {{ needs: string[], madeFrom: string[], install: (folder: string) => void, lint: (folder: string, workflows: string[]) => string[] }} Linter */

/** @type {Readonly<Record<string, Linter>>} */
const linters = {
  actionlint: {
    needs: ["go", "version"],
    madeFrom: ["go.mod", "go.sum"],
    install: (folder) =>
      run("go", ["build", "-o", `${folder}/`, "github.com/rhysd/actionlint/cmd/actionlint"]),
    // What else it could call is not installed everywhere, and would make its answer depend on the machine.
    lint: (folder, workflows) => [`${folder}/actionlint`, "-shellcheck=", "-pyflakes=", ...workflows],
  },
  zizmor: {
    needs: ["python3", "-m", "venv", "--help"],
    madeFrom: ["requirements.txt"],
    install(folder) {
      run("python3", ["-m", "venv", folder]);
      run(`${folder}/bin/pip`, [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        "requirements.txt",
      ]);
    },
    lint: (folder, workflows) => [
      `${folder}/bin/zizmor`,
      "--offline",
      "--pedantic",
      "--no-progress",
      "--quiet",
      ...workflows,
    ],
  },
};

const given = process.argv.slice(2);
const folders = given.length > 0 ? given : [`${repository}.github`, `${repository}examples/gitops/.github`];
const all = folders.flatMap(workflowsBelow);
if (all.length === 0) fail(`There is no workflow below ${folders.join(", ")}.`);

const results = Object.entries(linters).map(([name, linter]) => passes(name, linter));
if (results.includes(false)) process.exit(1);

/** @param {string} folder */
function workflowsBelow(folder) {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  return files.filter((file) => /workflows\/[^/]+\.yml$/.test(file)).map((file) => `${folder}/${file}`);
}

/**
 * @param {string} name
 * @param {Linter} linter
 */
function passes(name, linter) {
  const folder = `${installed}${name}`;
  if (!isReady(name, linter, folder)) return true;
  const [command = "", ...args] = linter.lint(folder, all);
  const passed = spawnSync(command, args, { stdio: "inherit" }).status === 0;
  console.log(`workflows: ${name} ${passed ? "passed" : "found something"} (${all.length} files)`);
  return passed;
}

/**
 * Installs a linter, unless that was done from the very same files.
 *
 * @param {string} name
 * @param {Linter} linter
 * @param {string} folder
 */
function isReady(name, { needs, madeFrom, install }, folder) {
  const [tool = "", ...args] = needs;
  if (spawnSync(tool, args, { stdio: "ignore" }).status !== 0) {
    if (process.env.CI) fail(`In CI no linter is skipped, but ${name} needs ${tool}.`);
    console.log(`workflows: skipped ${name}: "${needs.join(" ")}" does not run here.`);
    return false;
  }
  const wanted = madeFrom.map((file) => readFileSync(here + file, "utf8")).join("\n");
  const stamp = `${folder}/.made-from`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return true;
  console.log(`workflows: installing ${name} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install(folder);
  writeFileSync(stamp, wanted);
  return true;
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  execFileSync(command, args, { cwd: here, stdio: ["ignore", "ignore", "inherit"] });
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(`workflows: ${message}`);
  process.exit(1);
}
