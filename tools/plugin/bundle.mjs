#!/usr/bin/env node
/**
 * Lays the plugin out in provider/dist/plugin, as it is installed: launchers, one bundle, schema.
 *
 *     node tools/plugin/bundle.mjs
 */
import { build } from "esbuild";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const provider = join(root, "provider");

/** What Pulumi runs, and what it finds beside it. */
export const pluginFolder = join(provider, "dist/plugin");

/** The version of the provider's package, which is the plugin's too. */
export function pluginVersion() {
  return String(JSON.parse(readFileSync(join(provider, "package.json"), "utf8")).version);
}

/** The files of the plugin, with the ones that are run by their name. */
export const pluginFiles = [
  { name: "pulumi-resource-sls", runs: true },
  { name: "pulumi-resource-sls.cmd", runs: false },
  { name: "program/start.js", runs: true },
  { name: "program/main.js", runs: false },
  { name: "package.json", runs: false },
  { name: "schema.json", runs: false },
  { name: "LICENSE", runs: false },
];

/**
 * @param {string} folder is emptied before
 * @param {string} [downloadUrl] where Pulumi finds the plugin, for SDKs that are generated from the schema
 * @returns {Promise<readonly string[]>} the sources that are in the bundle
 */
export async function layOutPlugin(folder, downloadUrl) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "program"), { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(provider, "src/plugin/main.ts")],
    outfile: join(folder, "program/main.js"),
    bundle: true,
    minify: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    legalComments: "eof",
    logLevel: "warning",
    metafile: true,
  });
  const sources = join(provider, "plugin");
  copyFileSync(join(sources, "pulumi-resource-sls"), join(folder, "pulumi-resource-sls"));
  copyFileSync(join(sources, "start.js"), join(folder, "program/start.js"));
  // Windows reads lines of a .cmd file safely only with its own line ends.
  const launcher = readFileSync(join(sources, "pulumi-resource-sls.cmd"), "utf8");
  writeFileSync(
    join(folder, "pulumi-resource-sls.cmd"),
    launcher.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n"),
  );
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(description(), undefined, 2)}\n`);
  const schema = JSON.parse(readFileSync(join(sources, "schema.json"), "utf8"));
  const told = { ...schema, version: pluginVersion(), pluginDownloadURL: downloadUrl };
  writeFileSync(join(folder, "schema.json"), `${JSON.stringify(told, undefined, 2)}\n`);
  for (const { name, runs } of pluginFiles) chmodSync(join(folder, name), runs ? 0o755 : 0o644);
  return Object.keys(metafile.inputs);
}

/** Names the version, and keeps a package.json of a folder above from making an ES module of the program. */
function description() {
  return {
    name: "pulumi-resource-sls",
    private: true,
    version: pluginVersion(),
    license: "Apache-2.0",
    type: "commonjs",
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await layOutPlugin(pluginFolder);
