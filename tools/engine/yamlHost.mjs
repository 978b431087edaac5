#!/usr/bin/env node
/**
 * Finds Pulumi's language host for YAML, or builds it, and prints where it is.
 *
 *     beside the command line  →  ~/.pulumi/versions/<version>/bin  →  go build  →  an error that says why
 *
 * An engine that was downloaded has it; one that was built has not. It is built with the go.mod in yaml/, because
 * it needs an older Pulumi than the command line does.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findOrBuildEngine, pinnedVersion } from "./engine.mjs";

const module = fileURLToPath(new URL("yaml", import.meta.url));
const command = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml";
const name = "pulumi-language-yaml";

/** There is no host, and none could be built. */
export class YamlHostNotFoundError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "YamlHostNotFoundError";
  }
}

/**
 * @param {object} options
 * @param {string} options.pulumi the command line
 * @param {string} [options.home] the folder that holds `.pulumi`
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(line: string) => void} [options.log]
 * @returns {Promise<string>} the program
 */
export async function findOrBuildYamlHost({
  pulumi,
  home = homedir(),
  env = process.env,
  log = toStandardError,
}) {
  const folder = join(home, ".pulumi", "versions", pinnedVersion(), "bin");
  const places = [dirname(pulumi), dirname(realpathSync(pulumi)), folder];
  const found = places.map((place) => join(place, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  log(
    "Building Pulumi's language host for YAML from source: about 2 minutes the first time, seconds afterwards.",
  );
  return build(folder, env);
}

/**
 * Two builds at once only cost time: each puts a finished file into place.
 *
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
async function build(folder, env) {
  mkdirSync(folder, { recursive: true });
  const staging = mkdtempSync(join(folder, "staging-yaml-"));
  try {
    const built = join(staging, name);
    await run("go", ["build", "-o", built, "-ldflags", "-s -w", command], env);
    renameSync(built, join(folder, name));
    return join(folder, name);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>}
 */
function run(program, args, env) {
  const options = { cwd: module, env: { ...env, CGO_ENABLED: "0", GOWORK: "off" } };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (chunk) => (told += chunk));
    const fail = (/** @type {string} */ why) =>
      reject(new YamlHostNotFoundError(`There is no ${name}, and ${why}`));
    child.on("error", (error) => fail(`${program} cannot be run: ${error.message}`));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else fail(`go build ended with ${String(code)}:\n${told.trim().split("\n").slice(-15).join("\n")}`);
    });
  });
}

/** @param {string} line */
function toStandardError(line) {
  process.stderr.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await findOrBuildYamlHost(await findOrBuildEngine()));
}
