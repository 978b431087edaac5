/** A stand-in for Pulumi's language host for Python: see languageServer.mjs. */
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineAddress, optionsOf, serveLanguage } from "./languageServer.mjs";

/** Pulumi's own start of a Python program: standInsForTests.mjs puts it there. */
const starter = fileURLToPath(new URL(".work/pulumi-language-python-exec", import.meta.url));

/** @param {import("./languageServer.mjs").RunRequest} request */
function programOf(request) {
  const root = request.getInfo()?.getRootDirectory() ?? "";
  const folder = virtualEnvironment(root, optionsOf(request));
  if (!existsSync(folder)) throw new Error(`${folder} does not exist: run pulumi install`);
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    root_directory: root,
    dry_run: String(request.getDryrun()),
    parallel: String(request.getParallel()),
  };
  const given = Object.entries(flags).filter(([, value]) => value !== "");
  const args = [starter, ...given.flatMap(([name, value]) => [`--${name}`, value]), "."];
  return { command: join(folder, "bin/python"), args };
}

/**
 * @param {string} root
 * @param {Record<string, unknown>} options
 */
function virtualEnvironment(root, { virtualenv }) {
  if (typeof virtualenv !== "string")
    throw new Error("Pulumi.yaml names no virtualenv below runtime.options");
  return join(root, virtualenv);
}

serveLanguage({
  programOf,
  sdks: {
    generator: "python",
    link: (root, sdk) => appendFileSync(join(root, "requirements.txt"), `./${sdk}\n`),
    install: (root, options) => {
      const folder = virtualEnvironment(root, options);
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
      return [
        { command: "python3", args: ["-m", "venv", folder] },
        { command: join(folder, "bin/python"), args: [...pip, "-r", "requirements.txt"] },
      ];
    },
  },
});
