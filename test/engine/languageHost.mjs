/** A stand-in for Pulumi's language host for Node.js: see languageServer.mjs. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { engineAddress, language, optionsOf, readJson, serveLanguage, track } from "./languageServer.mjs";

/**
 * @typedef {import("./languageServer.mjs").Call} Call
 * @typedef {import("./languageServer.mjs").Callback} Callback
 * @typedef {import("./languageServer.mjs").RunRequest} RunRequest
 */

/** @param {RunRequest} request */
function programOf(request) {
  const directory = request.getInfo()?.getProgramDirectory() ?? "";
  const { nodeArgs, env } = nodeOptionsOf(request);
  return {
    command: process.execPath,
    args: [...nodeArgs, findRunner(directory), ...argumentsOf(request)],
    env,
  };
}

/** @param {string} directory */
function findRunner(directory) {
  try {
    return createRequire(join(directory, "Pulumi.yaml")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    throw new Error(`${directory} cannot load @pulumi/pulumi: run npm install there`);
  }
}

/** @param {RunRequest} request */
function nodeOptionsOf(request) {
  const { typescript = true, nodeargs = "", tsconfig } = optionsOf(request);
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
  track(policies);
  policies.stdout.on("data", (bytes) => call.write(new language.RunPluginResponse().setStdout(bytes)));
  policies.stderr.on("data", (bytes) => call.write(new language.RunPluginResponse().setStderr(bytes)));
  policies.on("close", (code) => {
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

serveLanguage({ programOf, methods: { getProgramDependencies, runPlugin } });
