/** The examples as a reader has them: copied out of this repository, with packed packages installed as examples/README.md says. */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll } from "vitest";
import { openWorkspace, type PulumiWorkspace } from "./pulumi.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const examples = join(root, "examples");

/** What examples/README.md says to do until the packages are published; `/tmp` stands for any folder. */
const [, pack = "", install = ""] =
  /^```sh\nnpm ci && npm run build\n(npm pack .*)\n# in the copy of the example:\n(npm install .*)\n```$/m.exec(
    readFileSync(join(examples, "README.md"), "utf8"),
  ) ?? [];

let outside: string | undefined;
const copies = new Map<string, Promise<string>>();

/** An example's own workspace outside of this repository, with what its copy has installed. */
export async function openExample(name: string): Promise<PulumiWorkspace> {
  const copy = await installedExample(name);
  const pulumi = await openWorkspace({ name, program: copy, within: readersFolder() });
  symlinkSync(join(copy, "node_modules"), join(pulumi.project, "node_modules"));
  return pulumi;
}

/** Nothing of this repository is found from it. It is removed after the tests of a file. */
function readersFolder(): string {
  outside ??= mkdtempSync(join(tmpdir(), "reader-"));
  return outside;
}

/** The folder of an example's copy, installed once a file of tests. */
export function installedExample(name: string): Promise<string> {
  const copy = copies.get(name) ?? makeCopy(name);
  copies.set(name, copy);
  return copy;
}

async function makeCopy(name: string): Promise<string> {
  if (pack === "") throw new Error("examples/README.md no longer says how to install the packed packages");
  const folder = join(readersFolder(), name);
  const packed = mkdtempSync(join(readersFolder(), "packed-"));
  cpSync(join(examples, name), folder, {
    recursive: true,
    filter: (path) => basename(path) !== "node_modules",
  });
  await shell(pack, root, packed);
  await shell(install, folder, packed);
  await shell("npm install", folder, packed);
  return folder;
}

/** A line of the README, with npm's cache as it is, and without what npm says to be patient. */
async function shell(line: string, cwd: string, packed: string): Promise<void> {
  const { NODE_OPTIONS: _options, ...environment } = process.env;
  const quiet = { npm_config_prefer_offline: "true", npm_config_audit: "false", npm_config_fund: "false" };
  await promisify(execFile)("/bin/sh", ["-ec", line.replaceAll("/tmp", packed)], {
    cwd,
    env: { ...environment, ...quiet },
  });
}

afterAll(() => {
  if (outside !== undefined) rmSync(outside, { recursive: true, force: true });
});
