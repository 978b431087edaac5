/**
 * A stand-in for Pulumi's Node.js language host, for machines that have Pulumi's command line without it: it starts a
 * program and reports how it ended. It serves this repository's tests and demo, and is part of no package.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const pulumiPackage = require.resolve("@pulumi/pulumi/package.json");
const grpc = createRequire(pulumiPackage)("@grpc/grpc-js");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb.js");
const language = require("@pulumi/pulumi/proto/language_pb.js");
const plugin = require("@pulumi/pulumi/proto/plugin_pb.js");

/** What a program exits with after it has reported its errors to the engine by itself. */
const alreadyReported = 32;

const engineAddress = process.argv.at(-1) ?? "";

/**
 * @typedef {import("@pulumi/pulumi/proto/language_pb.js").RunRequest} RunRequest
 * @typedef {{ error?: string, bail?: boolean }} Ending
 * @typedef {{ request: any }} Call
 * @typedef {(error: Error | null, response?: unknown) => void} Callback
 * @typedef {import("node:child_process").ChildProcess} ChildProcess
 */

/** @type {Set<ChildProcess>} */
const programs = new Set();

/**
 * @param {Call} call
 * @param {Callback} callback
 */
function run(call, callback) {
  const answer = (/** @type {Ending} */ { error = "", bail = false }) =>
    callback(null, new language.RunResponse().setError(error).setBail(bail));
  const directory = call.request.getInfo().getProgramDirectory();
  const runner = findRunner(directory);
  if (runner === undefined) {
    return answer({ error: `${directory} cannot load @pulumi/pulumi: run npm install there` });
  }
  const program = startProgram(runner, directory, call.request);
  program.on("error", (error) => answer({ error: `The program could not be started: ${error.message}` }));
  program.on("exit", (code, signal) => answer(endingOf(code, signal)));
}

/** @param {string} directory */
function findRunner(directory) {
  try {
    return createRequire(join(directory, "Pulumi.yaml")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    return undefined;
  }
}

/**
 * @param {string} runner
 * @param {string} directory
 * @param {RunRequest} request
 */
function startProgram(runner, directory, request) {
  const options = optionsOf(request);
  const args = [...options.nodeArgs, runner, ...argumentsOf(request)];
  const program = spawn(process.execPath, args, {
    cwd: directory,
    env: { ...process.env, ...environmentOf(request), ...options.env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  programs.add(program);
  program.on("exit", () => programs.delete(program));
  return program;
}

/**
 * The options that stand in Pulumi.yaml below `runtime`.
 * @param {RunRequest} request
 */
function optionsOf(request) {
  const {
    typescript = true,
    nodeargs = "",
    tsconfig,
  } = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  /** @type {Record<string, string>} */
  const env = { PULUMI_NODEJS_TYPESCRIPT: String(typescript) };
  if (typeof tsconfig === "string") env["PULUMI_NODEJS_TSCONFIG_PATH"] = tsconfig;
  return { env, nodeArgs: words(String(nodeargs)) };
}

/** @param {string} text */
function words(text) {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** @param {RunRequest} request */
function argumentsOf(request) {
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    parallel: String(request.getParallel()),
  };
  const given = Object.entries(flags).filter(([, value]) => value !== "");
  const dryRun = request.getDryrun() ? ["--dry-run"] : [];
  const entryPoint = request.getInfo()?.getEntryPoint() || ".";
  return [
    ...given.flatMap(([name, value]) => [`--${name}`, value]),
    ...dryRun,
    entryPoint,
    ...request.getArgsList(),
  ];
}

/** @param {RunRequest} request */
function environmentOf(request) {
  const config = Object.fromEntries(request.getConfigMap().toArray());
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
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

/**
 * @param {Call} call
 * @param {Callback} callback
 */
function getProgramDependencies(call, callback) {
  const directory = call.request.getInfo().getProgramDirectory();
  const { dependencies = {} } = readJson(join(directory, "package.json"));
  const found = Object.keys(dependencies).map((name) =>
    new language.DependencyInfo().setName(name).setVersion(installedVersion(directory, name)),
  );
  callback(null, new language.GetProgramDependenciesResponse().setDependenciesList(found));
}

/**
 * @param {string} directory
 * @param {string} name
 */
function installedVersion(directory, name) {
  const places = createRequire(join(directory, "Pulumi.yaml")).resolve.paths(name) ?? [];
  const versions = places.map((place) => readJson(join(place, name, "package.json")).version);
  return versions.find((version) => version !== undefined) ?? "not installed";
}

/** @param {string} file */
function readJson(file) {
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

/**
 * Starts a policy pack, whose program tells the engine by its first line where it serves.
 * @param {Call & NodeJS.EventEmitter & { write: (response: unknown) => void, end: () => void }} call
 */
function runPlugin(call) {
  const directory = call.request.getInfo().getProgramDirectory();
  const runner = createRequire(join(directory, "PulumiPolicy.yaml")).resolve(
    "@pulumi/pulumi/cmd/run-policy-pack",
  );
  const policies = spawn(process.execPath, [runner, ...call.request.getArgsList(), "."], {
    cwd: directory,
    env: { ...process.env, ...Object.fromEntries(call.request.getEnvList().map(nameAndValue)) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  programs.add(policies);
  policies.stdout.on("data", (bytes) => call.write(new language.RunPluginResponse().setStdout(bytes)));
  policies.stderr.on("data", (bytes) => call.write(new language.RunPluginResponse().setStderr(bytes)));
  policies.on("close", (code) => {
    programs.delete(policies);
    call.write(new language.RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => policies.kill("SIGKILL"));
}

/** @param {string} variable */
function nameAndValue(variable) {
  const [name = "", ...value] = variable.split("=");
  return [name, value.join("=")];
}

function serve() {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  const { version } = readJson(pulumiPackage);
  server.addService(LanguageRuntimeService, {
    handshake: always(language.LanguageHandshakeResponse),
    getPluginInfo: (/** @type {Call} */ _call, /** @type {Callback} */ callback) =>
      callback(null, new plugin.PluginInfo().setVersion(version)),
    // A program of dynamic resources needs no plugin that would have to be fetched.
    getRequiredPackages: always(language.GetRequiredPackagesResponse),
    getRequiredPlugins: always(language.GetRequiredPluginsResponse),
    getProgramDependencies,
    about: (/** @type {Call} */ _call, /** @type {Callback} */ callback) =>
      callback(
        null,
        new language.AboutResponse().setExecutable(process.execPath).setVersion(process.versions.node),
      ),
    run,
    runPlugin,
  });
  server.bindAsync(
    "127.0.0.1:0",
    grpc.ServerCredentials.createInsecure(),
    (/** @type {Error | null} */ error, /** @type {number} */ port) => {
      if (error !== null) throw error;
      console.log(port);
    },
  );
}

process.stdin.resume();
// The engine holds the other end for as long as it lives. To end a plugin it interrupts, and after five seconds kills, the
// plugin's process group, which the program belongs to: nothing is to be done about that.
process.stdin.on("end", stop);
serve();
