/**
 * Language hosts for Python and Go where the tests' engine has none: it was built, and Pulumi's own hosts are in modules
 * that the Go module proxy does not serve.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareEngine } from "./engineForTests.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const engineModule = fileURLToPath(new URL("../../tools/engine", import.meta.url));

/** By the name that the engine looks for. */
const standIns = {
  python: { host: "pulumi-language-python", source: "pythonHost.mjs" },
  go: { host: "pulumi-language-go", source: "goHost.mjs" },
};

/**
 * Returns whether programs in a language can be run. CI has to be able to; elsewhere a line says why not.
 *
 * @param {keyof typeof standIns} language
 * @param {(line: string) => void} log
 */
export async function prepareStandIn(language, log = (line) => void process.stderr.write(`${line}\n`)) {
  const { host, source } = standIns[language];
  try {
    const bin = dirname((await prepareEngine({ log })).pulumi);
    if (existsSync(join(bin, host))) return true;
    execFileSync("go", ["version"]);
    if (language === "python") placeStarter();
    place(join(bin, host), `#!/bin/sh\nexec node "\${0%/*}/${relative(bin, join(here, source))}" "$@"\n`);
    return true;
  } catch (error) {
    if (process.env["CI"] !== undefined) throw error;
    log(`Programs in ${language} are not tested: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** Pulumi's own start of a Python program, which its Go module has in it, put where pythonHost.mjs looks for it. */
function placeStarter() {
  const env = { ...process.env, GOWORK: "off" };
  const args = ["list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"];
  const folder = execFileSync("go", args, { cwd: engineModule, env, encoding: "utf8" }).trim();
  const name = "pulumi-language-python-exec";
  mkdirSync(join(here, ".work"), { recursive: true });
  place(join(here, ".work", name), readFileSync(join(folder, "python/cmd", name), "utf8"));
}

/**
 * @param {string} file
 * @param {string} text
 */
function place(file, text) {
  writeFileSync(`${file}.${process.pid}`, text, { mode: 0o755 });
  renameSync(`${file}.${process.pid}`, file);
}
