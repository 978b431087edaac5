/** Python with Pulumi's SDK and the generated one of the plugin, in folders of their own. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pluginFolder } from "../../tools/plugin/bundle.mjs";
import { generateSdk } from "../../tools/sdk/sdk.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const pulumiSdk = "pulumi==3.272.0";
/** What a generated SDK needs beside Pulumi's. */
const more = ["parver==0.5", "semver==3.0.4"];

export interface PreparedPython {
  readonly python: string;
  /** Runs a command of the Automation API on the program in the current folder. */
  readonly stackScript: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Returns undefined where Python programs cannot be run, and says why. CI has to be able to. */
export async function preparePython(): Promise<PreparedPython | undefined> {
  try {
    const python = installPython();
    const sdk = await installSdk(python);
    // Byte code would be written beside the example's program.
    const env = { PYTHONPATH: sdk, PYTHONDONTWRITEBYTECODE: "1" };
    return { python, stackScript: join(here, "pythonStack.py"), env };
  } catch (error) {
    if (process.env["CI"] !== undefined) throw error;
    process.stderr.write(`Python programs are not tested: ${String(error)}\n`);
    return undefined;
  }
}

/**
 * The SDK asks for its own version as an installed package, so it is one. Test files that run at the same time share what was
 * installed for the same schema.
 */
async function installSdk(python: string): Promise<string> {
  const schema = readFileSync(join(pluginFolder, "schema.json"));
  const name = `sdk-python-${createHash("sha256").update(schema).digest("hex").slice(0, 16)}`;
  const installed = join(here, ".work", name);
  if (existsSync(installed)) return installed;
  const partial = mkdtempSync(join(here, ".work", `${name}.`));
  const generated = join(partial, "generated");
  await generateSdk("python", generated);
  pip(python, "--no-deps", "--target", join(partial, "installed"), generated);
  moveInto(installed, join(partial, "installed"));
  rmSync(partial, { recursive: true, force: true });
  return installed;
}

function moveInto(place: string, complete: string): void {
  try {
    renameSync(complete, place);
  } catch (error) {
    // Another file was faster, and what it has is the same.
    if (!existsSync(place)) throw error;
  }
}

function pip(python: string, ...args: readonly string[]): void {
  const quiet = ["--quiet", "--disable-pip-version-check"];
  execFileSync(python, ["-m", "pip", "install", ...quiet, ...args], { stdio: "pipe" });
}

/** A folder that is complete has a file that says so; one whose installation was interrupted is filled again. */
function installPython(): string {
  const folder = join(here, ".work", `python-${pulumiSdk.replace("==", "-")}`);
  const python = join(folder, "bin/python");
  const complete = join(folder, "complete");
  if (existsSync(complete)) return python;
  mkdirSync(folder, { recursive: true });
  execFileSync("python3", ["-m", "venv", folder], { stdio: "pipe" });
  pip(python, pulumiSdk, ...more);
  writeFileSync(complete, "");
  return python;
}
