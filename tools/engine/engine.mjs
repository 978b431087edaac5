#!/usr/bin/env node
/**
 * Finds the Pulumi command line, or downloads it, or builds it, and prints the folder that it is in.
 *
 *     pulumi on PATH  →  ~/.pulumi/versions/<version>/bin  →  official download  →  go build  →  an error that says why
 *
 * That folder is where Pulumi's own installer puts an engine, so the Automation API finds it there too. The version is
 * the one that go.mod beside this script requires.
 */
import { execFile, spawn } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Engine
 * @property {string} bin the folder of the command line
 * @property {string} pulumi the command line itself
 * @property {string} version without the leading "v"
 * @property {"path" | "installed" | "downloaded" | "built"} source
 *
 * @typedef {object} Limits
 * @property {number} answerMs how long `pulumi version` may take
 * @property {number} stallMs a download is given up when not a byte arrives for this long
 * @property {number} progressMs time between two lines of progress
 * @property {number} pollMs time between two looks at a lock or at a download
 *
 * @typedef {object} Settings
 * @property {string} home the folder that holds `.pulumi`
 * @property {string} path where `pulumi` and `go` are looked for, as in the variable PATH
 * @property {(line: string) => void} log
 * @property {NodeJS.ProcessEnv} env what a download or a build runs with
 * @property {string[]} installer a command that installs an engine, given the root to install into and the version
 * @property {Limits} limits
 *
 * @typedef {object} Way one way to get an engine, and how it ended
 * @property {string} name
 * @property {string} result
 *
 * @typedef {object} Progress
 * @property {string} version
 * @property {string} folder
 * @property {string} bin
 * @property {Way[]} ways
 * @property {Set<() => void>} undo what has to be ended or removed, in the order in which it came to be
 * @property {NodeJS.Signals | undefined} interrupted
 *
 * @typedef {Settings & Progress} Search
 */

/** The release of the SDK's lower bound; this repository's tests use no command or flag that is younger. */
export const minimumVersion = "3.216.0";

/** The first Go that fetches a newer toolchain by itself when a go.mod asks for one. */
const minimumGo = "1.21.0";

const here = dirname(fileURLToPath(import.meta.url));
const script = fileURLToPath(import.meta.url);
const require = createRequire(import.meta.url);

const resourcePlugin = "pulumi-resource-pulumi-nodejs";
const commandLine = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionSymbol = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** @type {Limits} */
const defaultLimits = { answerMs: 10_000, stallMs: 20_000, progressMs: 30_000, pollMs: 500 };

export class EngineNotFoundError extends Error {
  /** @param {Search} search */
  constructor(search) {
    super(
      [
        `There is no Pulumi command line here, and none could be had. What was tried:`,
        ...listed(search.ways),
        `Do one of these, then run the same command again:`,
        `  install Pulumi ${minimumVersion} or newer (https://www.pulumi.com/docs/install/)`,
        `  install Go ${requiredGo()} or newer, and let it reach a Go module proxy`,
        `  give this machine access to the internet`,
      ].join("\n"),
    );
    this.name = "EngineNotFoundError";
  }
}

/**
 * @param {Partial<Omit<Settings, "limits">> & { limits?: Partial<Limits> }} [options]
 * @returns {Promise<Engine>}
 */
export async function findOrBuildEngine(options = {}) {
  const search = beginSearch(options);
  const found = (await findOnPath(search)) ?? (await findInstalled(search));
  return found ?? cleaningUp(search, () => obtain(search));
}

/** The version of the engine that this repository is tested with. */
export function pinnedVersion() {
  return fromGoMod(/github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/);
}

function requiredGo() {
  return fromGoMod(/^go (\S+)$/m);
}

/** @param {RegExp} pattern */
function fromGoMod(pattern) {
  const file = join(here, "go.mod");
  const found = pattern.exec(readFileSync(file, "utf8"))?.[1];
  if (found === undefined)
    throw new Error(`${file} has no line that matches ${pattern}: restore it from git`);
  return found;
}

/**
 * @param {Partial<Omit<Settings, "limits">> & { limits?: Partial<Limits> }} options
 * @returns {Search}
 */
function beginSearch({ limits, ...options }) {
  const home = options.home ?? homedir();
  const version = pinnedVersion();
  const folder = join(home, ".pulumi", "versions", version);
  return {
    home,
    path: process.env["PATH"] ?? "",
    log: (line) => void process.stderr.write(`${line}\n`),
    env: process.env,
    installer: [process.execPath, script, "--install-official"],
    ...options,
    limits: { ...defaultLimits, ...limits },
    version,
    folder,
    bin: join(folder, "bin"),
    ways: [],
    undo: new Set(),
    interrupted: undefined,
  };
}

/** @param {Search} search */
async function findOnPath(search) {
  const name = "pulumi on PATH";
  const pulumi = findExecutable("pulumi", search.path);
  if (pulumi === undefined) return failed(search, name, "there is none");
  const answer = await askVersion(pulumi, search);
  if (answer.version === undefined) return failed(search, name, `${pulumi} ${answer.problem}`);
  return engineAt(dirname(pulumi), answer.version, "path");
}

/** @param {Search} search */
async function findInstalled(search) {
  const pulumi = join(search.bin, "pulumi");
  if (!existsSync(pulumi)) return failed(search, search.bin, "there is none");
  const answer = await askVersion(pulumi, search);
  if (answer.version === undefined) return failed(search, search.bin, `pulumi there ${answer.problem}`);
  placeResourcePlugin(search.bin);
  return engineAt(search.bin, answer.version, "installed");
}

/**
 * @param {string} bin
 * @param {string} version
 * @param {Engine["source"]} source
 * @returns {Engine}
 */
function engineAt(bin, version, source) {
  return { bin, pulumi: join(bin, "pulumi"), version, source };
}

/**
 * @param {Search} search
 * @param {string} name
 * @param {string} result
 * @returns {undefined}
 */
function failed(search, name, result) {
  search.ways = [...search.ways.filter((way) => way.name !== name), { name, result }];
  return undefined;
}

/** @param {Way[]} ways */
function listed(ways) {
  return ways.map(({ name, result }) => `  ${name}: ${result.trim().replaceAll("\n", "\n      ")}`);
}

/**
 * @param {string} name
 * @param {string} path
 */
function findExecutable(name, path) {
  const candidates = path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name));
  return candidates.find(isExecutable);
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
 * @param {string} pulumi
 * @param {Search} search
 * @returns {Promise<{ version: string, problem?: undefined } | { version?: undefined, problem: string }>}
 */
async function askVersion(pulumi, search) {
  const env = { ...search.env, PATH: search.path, HOME: search.home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { output, problem } = await answerOf(pulumi, ["version"], env, search.limits.answerMs);
  if (problem !== undefined) return { problem: `does not answer \`pulumi version\` (${problem})` };
  const version = /^v?(\d+\.\d+\.\d+\S*)$/.exec(output.trim())?.[1];
  if (version === undefined) {
    return { problem: `answers \`pulumi version\` with ${JSON.stringify(output.slice(0, 80))}` };
  }
  if (isOlder(version, minimumVersion)) return { problem: `is ${version}, older than ${minimumVersion}` };
  if (majorOf(version) !== majorOf(minimumVersion)) {
    return { problem: `is ${version}, of another major version than ${minimumVersion}` };
  }
  return { version };
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {number} timeout
 * @returns {Promise<{ output: string, problem?: string }>}
 */
function answerOf(command, args, env, timeout) {
  return new Promise((resolve) => {
    execFile(command, args, { env, timeout, killSignal: "SIGKILL" }, (error, output) => {
      if (error === null) return resolve({ output });
      const how = error.killed ? `no answer within ${timeout / 1000} s` : error.message.trim();
      resolve({ output, problem: how });
    });
  });
}

/** @param {string} version */
function numbersOf(version) {
  return version.split(/[.-]/, 3).map(Number);
}

/** @param {string} version */
function majorOf(version) {
  return numbersOf(version)[0];
}

/**
 * @param {string} version
 * @param {string} than
 */
function isOlder(version, than) {
  const [left, right] = [numbersOf(version), numbersOf(than)];
  const index = left.findIndex((part, at) => part !== right[at]);
  return index !== -1 && (left[index] ?? 0) < (right[index] ?? 0);
}

/**
 * @param {Search} search
 * @returns {Promise<Engine>}
 */
async function obtain(search) {
  makeFolder(search);
  await takeLock(search);
  const staging = openStaging(search);
  const engine =
    (await findInstalled(search)) ?? (await download(search, staging)) ?? (await build(search, staging));
  if (engine === undefined) throw new EngineNotFoundError(search);
  return engine;
}

/** @param {Search} search */
function makeFolder(search) {
  try {
    mkdirSync(search.bin, { recursive: true });
    accessSync(search.folder, constants.W_OK);
  } catch (error) {
    failed(search, search.bin, `cannot be written (${messageOf(error)})`);
    throw new EngineNotFoundError(search);
  }
}

/**
 * Two builds at once would both end well (each renames a finished file), but on a small machine the second would double
 * the time of the first. So a lock that was wrongly taken for stale costs time and nothing else.
 * @param {Search} search
 */
async function takeLock(search) {
  const lock = join(search.folder, "engine.lock");
  let told = "";
  while (!createLock(lock)) {
    stopIfInterrupted(search);
    const holder = readLock(lock);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      search.log(`Process ${holder} died while it was getting the engine; its lock is removed.`);
      rmSync(lock, { force: true });
      continue;
    }
    const waiting = `Waiting for process ${holder}, which is getting the engine (if that is another program: rm ${lock})`;
    if (told !== waiting) search.log(waiting);
    told = waiting;
    await sleep(search.limits.pollMs);
  }
  search.undo.add(() => rmSync(lock, { force: true }));
}

/**
 * A hard link is exclusive like a file opened with "wx", but appears with its content already in it.
 * @param {string} lock
 */
function createLock(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** @param {string} lock */
function readLock(lock) {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/**
 * Called with the lock held: whatever staging folder is there belongs to a run that died.
 * @param {Search} search
 */
function openStaging(search) {
  for (const name of readdirSync(search.folder)) {
    if (name.startsWith("staging-")) removeFolder(join(search.folder, name));
  }
  const staging = mkdtempSync(join(search.folder, "staging-"));
  search.undo.add(() => removeFolder(staging));
  return staging;
}

/** @param {string} folder */
function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/**
 * @param {Search} search
 * @param {string} staging
 * @returns {Promise<Engine | undefined>}
 */
async function download(search, staging) {
  const name = "official download";
  const root = join(staging, "download");
  const seconds = search.limits.stallMs / 1000;
  search.log(
    `Downloading the Pulumi command line ${search.version}; it is given up when no byte comes for ${seconds} s.`,
  );
  const [command = "", ...args] = [...search.installer, root, search.version];
  const env = { ...search.env, PATH: search.path, TMPDIR: staging, NODE_USE_ENV_PROXY: "1" };
  const installer = startTask(search, command, args, { cwd: staging, env });
  const watch = watchForStall(search, staging, installer);
  const { problem, lines } = await installer.ended.finally(watch.stop);
  if (watch.stalled()) return failed(search, name, `not a byte arrived for ${seconds} s`);
  if (problem !== undefined) return failed(search, name, tail(lines) || problem);
  return install(search, join(root, "bin"), "downloaded", name);
}

/**
 * The installer offers no progress and no way to abort it, so what it writes is watched from outside.
 * @param {Search} search
 * @param {string} staging
 * @param {Task} task
 */
function watchForStall(search, staging, task) {
  const { pollMs, stallMs } = search.limits;
  let size = -1;
  let idleMs = 0;
  const look = () => {
    const now = sizeOf(staging);
    idleMs = now === size ? idleMs + pollMs : 0;
    size = now;
    if (idleMs >= stallMs) task.kill();
  };
  const timer = setInterval(look, pollMs);
  return { stop: () => clearInterval(timer), stalled: () => idleMs >= stallMs };
}

/**
 * @param {string} folder a folder or a file
 * @returns {number}
 */
function sizeOf(folder) {
  try {
    const found = statSync(folder);
    if (!found.isDirectory()) return found.size;
    return readdirSync(folder).reduce((sum, name) => sum + sizeOf(join(folder, name)), 0);
  } catch (error) {
    // The installer removes what it has unpacked while we look.
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}

/**
 * @param {Search} search
 * @param {string} staging
 * @returns {Promise<Engine | undefined>}
 */
async function build(search, staging) {
  stopIfInterrupted(search);
  const name = "go build";
  const go = findExecutable("go", search.path);
  if (go === undefined) return failed(search, name, "there is no go on PATH");
  const { version, problem } = await askGo(go, search);
  if (version === undefined) return failed(search, name, problem);

  announceBuild(search, version);
  const out = join(staging, "build");
  const flags = `-s -w -X ${versionSymbol}=v${search.version}`;
  const args = ["build", "-o", join(out, "pulumi"), "-ldflags", flags, commandLine];
  // GOTMPDIR: what a build that was killed leaves lies in our folder, and goes with it.
  const env = { ...search.env, PATH: search.path, CGO_ENABLED: "0", GOWORK: "off", GOTMPDIR: staging };
  const compiler = startTask(search, go, args, { cwd: here, env });
  const stop = reportProgress(search, compiler);
  const result = await compiler.ended.finally(stop);
  if (result.problem !== undefined) return failed(search, name, `${result.problem}\n${tail(result.lines)}`);
  return install(search, out, "built", name);
}

/**
 * @param {string} go
 * @param {Search} search
 * @returns {Promise<{ version: string, problem?: undefined } | { version?: undefined, problem: string }>}
 */
async function askGo(go, search) {
  const env = { ...search.env, PATH: search.path, GOTOOLCHAIN: "local" };
  const { output, problem } = await answerOf(go, ["env", "GOVERSION"], env, search.limits.answerMs);
  if (problem !== undefined) return { problem: `${go} does not answer \`go env GOVERSION\` (${problem})` };
  const [, major = "", minor = "", patch = "0"] = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(output) ?? [];
  if (major === "") return { problem: `${go} has no release version but ${JSON.stringify(output.trim())}` };
  const version = `${major}.${minor}.${patch}`;
  if (!isOlder(version, minimumGo)) return { version };
  return { problem: `${go} is ${version}, too old: ${requiredGo()} is needed` };
}

/**
 * @param {Search} search
 * @param {string} go
 */
function announceBuild(search, go) {
  search.log(`Building the Pulumi command line ${search.version} from source with Go ${go}, because:`);
  for (const way of listed(search.ways)) search.log(way);
  search.log(
    `The first time this takes about 6 minutes on 2 cores and 3 GB of disk (Go's caches); seconds afterwards.`,
  );
  search.log(`It is done once: the result is kept in ${search.bin}`);
}

/**
 * @param {Search} search
 * @param {Task} task
 */
function reportProgress(search, task) {
  const began = performance.now();
  const report = () => {
    const seconds = Math.round((performance.now() - began) / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    search.log(`  ${clock} so far, ${describeBuild(task.lines)}`);
  };
  const timer = setInterval(report, search.limits.progressMs);
  return () => clearInterval(timer);
}

/**
 * Go names each module that it downloads, and is silent while it compiles.
 *
 * @param {string[]} lines
 */
function describeBuild(lines) {
  const downloaded = lines.filter((line) => line.startsWith("go: downloading")).length;
  if (downloaded === 0) return "compiling";
  return `${downloaded} ${downloaded === 1 ? "module" : "modules"} downloaded, compiling`;
}

/**
 * @typedef {object} Task
 * @property {string[]} lines what it has written so far
 * @property {Promise<{ problem: string | undefined, lines: string[] }>} ended
 * @property {() => void} kill
 */

/**
 * Starts a command as the head of a process group, so that nothing which it started in turn outlives it.
 * @param {Search} search
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} place
 * @returns {Task}
 */
function startTask(search, command, args, place) {
  const child = spawn(command, args, { ...place, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => killGroup(child.pid);
  search.undo.add(kill);
  /** @type {string[]} */
  const lines = [];
  const collect = (/** @type {Buffer} */ chunk) =>
    void lines.push(
      ...chunk
        .toString()
        .split("\n")
        .filter((line) => line.trim() !== ""),
    );
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve({ problem: error.message, lines }));
    child.on("close", (code, signal) => {
      search.undo.delete(kill);
      resolve({ problem: code === 0 ? undefined : `${command} ended with ${signal ?? code}`, lines });
    });
  });
  return { lines, ended, kill };
}

/** @param {number | undefined} pid */
function killGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

/** @param {string[]} lines */
function tail(lines) {
  return lines.slice(-15).join("\n");
}

/**
 * @param {Search} search
 * @param {string} from
 * @param {"downloaded" | "built"} source
 * @param {string} way
 * @returns {Promise<Engine | undefined>}
 */
async function install(search, from, source, way) {
  const answer = await askVersion(join(from, "pulumi"), search);
  if (answer.version === undefined) return failed(search, way, `its pulumi ${answer.problem}`);
  placeResourcePlugin(from);
  // The command line comes last: where it is, the rest is.
  const names = readdirSync(from).filter((name) => name !== "pulumi");
  for (const name of [...names, "pulumi"]) replace(join(from, name), join(search.bin, name));
  search.log(`Pulumi ${answer.version} is in ${search.bin}`);
  return engineAt(search.bin, answer.version, source);
}

/**
 * @param {string} from
 * @param {string} to
 */
function replace(from, to) {
  if (statSync(to, { throwIfNoEntry: false })?.isDirectory()) removeFolder(to);
  renameSync(from, to);
}

/**
 * Pulumi's command line looks for the server of dynamic providers beside itself; on PATH alone it works too, but every
 * command warns about it.
 * @param {string} bin
 */
function placeResourcePlugin(bin) {
  const target = join(bin, resourcePlugin);
  if (isExecutable(target)) return;
  const partial = `${target}.${process.pid}`;
  copyFileSync(join(pulumiPackage(), resourcePlugin), partial);
  chmodSync(partial, 0o755);
  renameSync(partial, target);
}

function pulumiPackage() {
  return dirname(require.resolve("@pulumi/pulumi/package.json"));
}

/**
 * @template T
 * @param {Search} search
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function cleaningUp(search, work) {
  const undo = () => {
    for (const step of [...search.undo].reverse()) step();
    search.undo.clear();
  };
  const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    search.interrupted = signal;
    undo();
    stopListening();
    // Someone else who listens decides what the signal means; otherwise it means what it always means.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  const stopListening = () => signals.forEach((signal) => process.removeListener(signal, onSignal));
  signals.forEach((signal) => process.on(signal, onSignal));
  try {
    return await work();
  } finally {
    stopListening();
    undo();
  }
}

/** @param {Search} search */
function stopIfInterrupted({ interrupted, version }) {
  if (interrupted !== undefined)
    throw new Error(`Getting Pulumi ${version} was interrupted by ${interrupted}`);
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Runs in a process of its own (see `download`).
 * @param {string} root
 * @param {string} version
 */
async function installOfficial(root, version) {
  const { PulumiCommand } = require("@pulumi/pulumi/automation");
  const semver = createRequire(join(pulumiPackage(), "package.json"))("semver");
  await PulumiCommand.install({ root, version: new semver.SemVer(version) });
}

/** @param {string[]} args */
async function main([command, root = "", version = ""]) {
  try {
    if (command === "--install-official") return await installOfficial(root, version);
    const { bin } = await findOrBuildEngine();
    console.log(bin);
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === script) {
  await main(process.argv.slice(2));
}
