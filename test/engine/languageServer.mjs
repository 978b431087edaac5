/**
 * What the stand-ins for Pulumi's language hosts share, for machines that have Pulumi's command line without them: a
 * host starts a program and reports how it ended. They serve this repository's tests and demo, and are part of no
 * package.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const pulumiPackage = require.resolve("@pulumi/pulumi/package.json");
const grpc = createRequire(pulumiPackage)("@grpc/grpc-js");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb.js");
export const language = require("@pulumi/pulumi/proto/language_pb.js");
const plugin = require("@pulumi/pulumi/proto/plugin_pb.js");

/** What a program exits with after it has reported its errors to the engine by itself. */
const alreadyReported = 32;

export const engineAddress = process.argv.at(-1) ?? "";

/**
 * @typedef {import("@pulumi/pulumi/proto/language_pb.js").RunRequest} RunRequest
 * @typedef {import("node:child_process").ChildProcess} ChildProcess
 * @typedef {{ error?: string, bail?: boolean }} Ending
 * @typedef {{ request: any }} Call
 * @typedef {(error: Error | null, response?: unknown) => void} Callback
 *
 * @typedef {object} Program how a program is started
 * @property {string} command
 * @property {readonly string[]} args
 * @property {Record<string, string>} [env]
 *
 * @typedef {object} Language
 * @property {(request: RunRequest) => Program | Promise<Program>} programOf throws what is wrong with the program, in words for its author
 * @property {Sdks} [sdks] without it, `pulumi package add` does not work in this language
 * @property {Record<string, unknown>} [methods] of the protocol, beside those that every language needs
 *
 * @typedef {object} Sdks what `pulumi package add` does in a language
 * @property {import("../../tools/sdk/sdk.mjs").Language} generator
 * @property {(directory: string, sdk: string) => void} link makes the project name the SDK in a folder of it
 * @property {(directory: string, options: Record<string, unknown>) => Program[]} install gets what the project names
 */

/** @type {Set<ChildProcess>} */
const programs = new Set();

/**
 * Serves until the engine ends.
 * @param {Language} host
 */
export function serveLanguage(host) {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  server.addService(LanguageRuntimeService, { ...methodsOf(host), ...host.methods });
  server.bindAsync(
    "127.0.0.1:0",
    grpc.ServerCredentials.createInsecure(),
    (/** @type {Error | null} */ error, /** @type {number} */ port) => {
      if (error !== null) throw error;
      console.log(port);
    },
  );
  process.stdin.resume();
  // The engine holds the other end for as long as it lives. To end a plugin it interrupts, and after five seconds kills, the
  // plugin's process group, which the program belongs to: nothing is to be done about that.
  process.stdin.on("end", stop);
}

/** @param {Language} host */
function methodsOf({ programOf, sdks }) {
  const { version } = readJson(pulumiPackage);
  return {
    handshake: always(language.LanguageHandshakeResponse),
    getPluginInfo: (/** @type {Call} */ _call, /** @type {Callback} */ callback) =>
      callback(null, new plugin.PluginInfo().setVersion(version)),
    // The engine learns of a plugin when the program declares its first resource.
    getRequiredPackages: always(language.GetRequiredPackagesResponse),
    getRequiredPlugins: always(language.GetRequiredPluginsResponse),
    getProgramDependencies: always(language.GetProgramDependenciesResponse),
    about: (/** @type {Call} */ _call, /** @type {Callback} */ callback) =>
      callback(
        null,
        new language.AboutResponse().setExecutable(process.execPath).setVersion(process.versions.node),
      ),
    run: (/** @type {Call} */ call, /** @type {Callback} */ callback) => void run(programOf, call, callback),
    ...(sdks === undefined ? {} : methodsOfSdks(sdks)),
  };
}

/**
 * @param {Language["programOf"]} programOf
 * @param {Call} call
 * @param {Callback} callback
 */
async function run(programOf, { request }, callback) {
  const answer = (/** @type {Ending} */ { error = "", bail = false }) =>
    callback(null, new language.RunResponse().setError(error).setBail(bail));
  try {
    const started = startProgram(await programOf(request), request);
    started.on("error", (error) => answer({ error: `The program could not be started: ${error.message}` }));
    started.on("exit", (code, signal) => answer(endingOf(code, signal)));
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
  }
}

/**
 * @param {Program} program
 * @param {RunRequest} request
 */
function startProgram({ command, args, env }, request) {
  const started = spawn(command, args, {
    cwd: request.getInfo()?.getProgramDirectory(),
    env: { ...process.env, ...configurationOf(request), ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  track(started);
  return started;
}

/**
 * Ends a process with the host.
 * @param {ChildProcess} started
 */
export function track(started) {
  programs.add(started);
  started.on("exit", () => programs.delete(started));
}

/** @param {RunRequest} request */
function configurationOf(request) {
  const config = Object.fromEntries(request.getConfigMap().toArray());
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}

/**
 * The options that stand in Pulumi.yaml below `runtime`.
 * @param {{ getInfo(): any }} request
 * @returns {Record<string, unknown>}
 */
export function optionsOf(request) {
  return request.getInfo()?.getOptions()?.toJavaScript() ?? {};
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 * @returns {Ending}
 */
function endingOf(code, signal) {
  if (code === 0) return {};
  if (code === alreadyReported) return { bail: true };
  if (signal !== null) return { error: `Program was ended by ${signal}` };
  return { error: `Program exited with non-zero exit code: ${code}` };
}

/** @param {string} file */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

/** A program that outlived the engine would talk to nobody. */
function stop() {
  for (const program of programs) program.kill("SIGKILL");
  process.exit();
}

/** @param {new () => unknown} Response */
function always(Response) {
  return (/** @type {Call} */ _call, /** @type {Callback} */ callback) => callback(null, new Response());
}

/** @param {Sdks} sdks */
function methodsOfSdks({ generator, link, install }) {
  return {
    generatePackage: async (/** @type {Call} */ { request }, /** @type {Callback} */ callback) => {
      // Loaded only here: it takes longer than all else that a host does.
      const { generateSdk } = await import("../../tools/sdk/sdk.mjs");
      const place = mkdtempSync(join(tmpdir(), "sls-schema-"));
      try {
        writeFileSync(join(place, "schema.json"), request.getSchema());
        await generateSdk(generator, request.getDirectory(), join(place, "schema.json"));
        callback(null, new language.GeneratePackageResponse());
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)));
      } finally {
        rmSync(place, { recursive: true });
      }
    },
    link: (/** @type {Call} */ { request }, /** @type {Callback} */ callback) => {
      for (const sdk of request.getPackagesList()) link(request.getInfo().getRootDirectory(), sdk.getPath());
      callback(null, new language.LinkResponse());
    },
    installDependencies: (/** @type {any} */ call) => {
      const directory = call.request.getInfo().getRootDirectory();
      void installing(install(directory, optionsOf(call.request)), directory, call);
    },
  };
}

/**
 * @param {readonly Program[]} steps
 * @param {string} cwd
 * @param {any} call gets what they print
 */
async function installing(steps, cwd, call) {
  for (const { command, args, env } of steps) {
    const step = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    track(step);
    step.stdout.on("data", (bytes) =>
      call.write(new language.InstallDependenciesResponse().setStdout(bytes)),
    );
    step.stderr.on("data", (bytes) =>
      call.write(new language.InstallDependenciesResponse().setStderr(bytes)),
    );
    const code = await new Promise((resolve) => {
      step.on("error", (error) => resolve(error.message));
      step.on("close", resolve);
    });
    if (code === 0) continue;
    call.emit("error", new Error(`${command} ${args.join(" ")} ended with ${String(code)}`));
    return;
  }
  call.end();
}
