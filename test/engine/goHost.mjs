/** A stand-in for Pulumi's language host for Go: see languageServer.mjs. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineAddress, serveLanguage } from "./languageServer.mjs";

const built = mkdtempSync(join(tmpdir(), "sls-go-program-"));
process.on("exit", () => rmSync(built, { recursive: true, force: true }));

/** @param {import("./languageServer.mjs").RunRequest} request */
function programOf(request) {
  const directory = request.getInfo()?.getProgramDirectory() ?? "";
  const program = join(built, "program");
  const { status, stderr, error } = spawnSync("go", ["build", "-o", program, "."], {
    cwd: directory,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`go build in ${directory} failed:\n${error?.message ?? stderr}`);
  return { command: program, args: [], env: environmentOf(request) };
}

/** @param {import("./languageServer.mjs").RunRequest} request */
function environmentOf(request) {
  return {
    PULUMI_MONITOR: request.getMonitorAddress(),
    PULUMI_ENGINE: engineAddress,
    PULUMI_ORGANIZATION: request.getOrganization(),
    PULUMI_PROJECT: request.getProject(),
    PULUMI_STACK: request.getStack(),
    PULUMI_ROOT_DIRECTORY: request.getInfo()?.getRootDirectory() ?? "",
    PULUMI_DRY_RUN: String(request.getDryrun()),
    PULUMI_PARALLEL: String(request.getParallel()),
  };
}

/**
 * @param {string} root
 * @param {string} sdk
 */
function link(root, sdk) {
  const [, name = ""] = /^module (\S+)$/m.exec(readFileSync(join(root, sdk, "go.mod"), "utf8")) ?? [];
  const args = ["mod", "edit", "-require", `${name}@v0.0.0`, "-replace", `${name}=./${sdk}`];
  execFileSync("go", args, { cwd: root });
}

serveLanguage({
  programOf,
  sdks: { generator: "go", link, install: () => [{ command: "go", args: ["mod", "tidy"] }] },
});
