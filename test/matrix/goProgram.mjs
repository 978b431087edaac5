/**
 * The plugin from Go, as a user of Pulumi's command line has it: the plugin's file, the SDK that `pulumi package add`
 * generates, and a program that is compiled with it, in a folder outside of this repository.
 */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pluginVersion } from "../../tools/plugin/bundle.mjs";
import { packPlugin } from "../../tools/plugin/tarballs.mjs";
import { prepareStandIn } from "../engine/standInsForTests.mjs";
import { environmentIn, messageOf, openShop } from "./cells.mjs";

const run = promisify(execFile);
const source = fileURLToPath(new URL("go", import.meta.url));

/**
 * A preview, an up, a second one that writes nothing, a destroy.
 *
 * @param {import("./cells.mjs").Prepared} engine
 * @returns {Promise<import("./cells.mjs").Outcome>}
 */
export async function tryGo(engine) {
  const place = mkdtempSync(join(tmpdir(), "sls-matrix-go-"));
  const shop = await openShop();
  try {
    if (!(await prepareStandIn("go"))) return { problems: ["programs in Go cannot be run here"] };
    const folder = join(place, "program");
    cpSync(source, folder, { recursive: true });
    const problems = await journey(await inFolder(engine, place, folder), shop);
    const [, pulumi = ""] = /pulumi\/sdk\/v3 v(\S+)/.exec(readFileSync(join(folder, "go.mod"), "utf8")) ?? [];
    return { pulumi, problems };
  } catch (error) {
    return { problems: [error instanceof Error ? messageOf(error) : String(error)] };
  } finally {
    await shop.emulator.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

/**
 * Returns what runs a command of Pulumi in the program's folder, once the plugin is installed and its SDK added.
 *
 * @param {import("./cells.mjs").Prepared} engine
 * @param {string} place
 * @param {string} folder
 */
async function inFolder(engine, place, folder) {
  // What this machine has compiled before: a first build of Pulumi's SDK takes minutes.
  const caches = ["GOCACHE", "GOMODCACHE"].map((name) => [name, goVariable(name)]);
  const env = { ...environmentIn(place, engine, process.execPath), ...Object.fromEntries(caches) };
  const pulumi = async (/** @type {string[]} */ ...command) => {
    const { stdout } = await run(engine.pulumi, [...command, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env,
    });
    return stdout;
  };
  const files = await packPlugin(join(place, "plugin"));
  const version = pluginVersion();
  await pulumi(
    ...["plugin", "install", "resource", "sls", version],
    ...["--file", join(place, "plugin", files[0] ?? "")],
  );
  await pulumi("package", "add", `sls@${version}`);
  return pulumi;
}

/** @param {string} name */
function goVariable(name) {
  return execFileSync("go", ["env", name], { encoding: "utf8" }).trim();
}

/**
 * @param {(...command: string[]) => Promise<string>} pulumi
 * @param {Awaited<ReturnType<typeof openShop>>} shop
 */
async function journey(pulumi, { emulator, program, provider }) {
  const writes = () => emulator.requestsOf("UpdateCheckPoint").length;
  const config = {
    ...provider,
    project: "shop",
    logstore: "orders",
    consumerGroup: "billing",
    from: program["matrix:from"],
  };
  await pulumi("stack", "init", "test");
  const pairs = Object.entries(config).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  await pulumi("config", "set-all", ...pairs);

  const preview = await pulumi("preview");
  const afterPreview = writes();
  await pulumi("up", "--yes", "--skip-preview");
  const output = JSON.parse(await pulumi("stack", "output", "--json"));
  await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  await pulumi("destroy", "--yes", "--skip-preview");
  return [
    ...(preview.includes("shop/orders/billing: 2 shards") ? [] : [`the preview has no plan:\n${preview}`]),
    ...(afterPreview === 0 ? [] : [`the preview wrote ${afterPreview} checkpoints`]),
    ...(output.totals?.pinned === 2 ? [] : [`totals is ${JSON.stringify(output.totals)}`]),
    ...(output.progress?.includes("shop/orders/billing") ? [] : [`progress is ${String(output.progress)}`]),
    ...(writes() === 2 ? [] : [`${writes()} checkpoints were written, not 2`]),
  ];
}
