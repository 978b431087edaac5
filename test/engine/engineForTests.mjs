/**
 * The Pulumi command line as tests and demo run it: found, downloaded or built, complete with a language host for
 * Node.js, and with an environment that holds nothing of the person who runs it.
 */
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findOrBuildEngine } from "../../tools/engine/engine.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

const languageHost = "pulumi-language-nodejs";
const resourcePlugin = "pulumi-resource-pulumi-nodejs";

/** All that a run may know of this machine; credentials, proxies and Pulumi's own variables are not among it. */
const passedOn = ["HOME", "LANG", "LC_ALL", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "USER"];

/**
 * @typedef {object} PreparedEngine
 * @property {string} pulumi the command line to spawn
 * @property {Record<string, string>} env the whole environment to spawn it with, PATH included
 * @property {string} version
 *
 * @typedef {object} Options
 * @property {(line: string) => void} [log] gets the progress of a download or a build
 * @property {string} [home] the folder that holds `.pulumi`
 * @property {string} [path] where programs are looked for, as in the variable PATH
 * @property {string} [rooms] where an engine with our language host is kept
 */

/**
 * @param {Options} [options]
 * @returns {Promise<PreparedEngine>}
 */
export async function prepareEngine({ rooms = join(here, ".work"), ...options } = {}) {
  const path = options.path ?? process.env["PATH"] ?? "";
  const engine = await findOrBuildEngine({ ...options, path });
  const pulumi = hasLanguageHost(engine.pulumi) ? engine.pulumi : furnish(engine.pulumi, rooms);
  return { pulumi, version: engine.version, env: environment(dirname(pulumi), path) };
}

/** @param {string} pulumi */
function hasLanguageHost(pulumi) {
  return [pulumi, realpathSync(pulumi)].some((file) => isExecutable(join(dirname(file), languageHost)));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Our language host must stand beside the command line (found on PATH instead, every command warns about it), yet never
 * in a folder that people use. So it gets a folder of its own with the same command line in it, as a hard link:
 * the engine resolves symbolic ones when it looks what is beside it.
 * @param {string} pulumi
 * @param {string} rooms
 */
function furnish(pulumi, rooms) {
  const binary = realpathSync(pulumi);
  const { size, mtimeMs } = statSync(binary);
  const room = join(rooms, `engine-${size}-${Math.trunc(mtimeMs)}`);
  if (!existsSync(room)) {
    mkdirSync(rooms, { recursive: true });
    const partial = mkdtempSync(join(rooms, "partial-"));
    fill(partial, binary);
    moveInto(room, partial);
  }
  return join(room, "pulumi");
}

/**
 * @param {string} room
 * @param {string} binary
 */
function fill(room, binary) {
  linkOrCopy(binary, join(room, "pulumi"));
  const pulumiPackage = dirname(require.resolve("@pulumi/pulumi/package.json"));
  copyFileSync(join(pulumiPackage, resourcePlugin), join(room, resourcePlugin));
  // A path relative to the launcher survives a repository that is moved.
  const script = relative(room, join(here, "languageHost.mjs"));
  const launcher = `#!/bin/sh\nexec node "\${0%/*}/${script}" "$@"\n`;
  writeFileSync(join(room, languageHost), launcher);
  for (const name of [resourcePlugin, languageHost]) chmodSync(join(room, name), 0o755);
}

/**
 * @param {string} from
 * @param {string} to
 */
function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/**
 * Leaves the room as it is if another run, which began when this one did, was faster.
 * @param {string} room
 * @param {string} partial
 */
export function moveInto(room, partial) {
  try {
    renameSync(partial, room);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(room)) throw error;
  }
}

/**
 * @param {string} bin
 * @param {string} path
 */
function environment(bin, path) {
  /** @type {Record<string, string>} */
  const env = {};
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  // The engine's folder comes first: a language host that is found elsewhere on PATH makes every command warn. Then
  // the Node.js that this repository installs, since a machine's own may be too old for Pulumi. No programs of packages:
  // npm links this repository's own plugin among them once there is a build, and Pulumi would take it for every other.
  const others = path.split(delimiter).filter((folder) => !/node_modules[\\/]\.bin$/.test(folder));
  env["PATH"] = [bin, join(here, "../../node_modules/node/bin"), ...others].join(delimiter);
  env["PULUMI_SKIP_UPDATE_CHECK"] = "true";
  env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true";
  return env;
}
