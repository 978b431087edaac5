#!/usr/bin/env node
/**
 * Packs the plugin for the six platforms that Pulumi names, into dist/plugin:
 *
 *     npm run plugin
 *     npm run plugin -- --download-url 'https://example.com/sls@${VERSION}'
 *
 * Pulumi asks for a file by version and platform, so there is one for each. They are equal: Node.js is on PATH, and
 * every launcher is in all of them. With a download URL, generated SDKs name it, and Pulumi fetches the plugin there.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { layOutPlugin, pluginFiles, pluginVersion } from "./bundle.mjs";
import { tarOf } from "./tar.mjs";

const folder = fileURLToPath(new URL("../../dist/plugin", import.meta.url));

/** As Go names them, which Pulumi's command line is written in. */
const platforms = ["darwin", "linux", "windows"].flatMap((system) =>
  ["amd64", "arm64"].map((processor) => `${system}-${processor}`),
);

/**
 * @param {string} into the folder that gets the tarballs
 * @param {string} [downloadUrl] where they will be found, as the schema's `pluginDownloadURL`
 * @returns {Promise<string[]>} the names of the files
 */
export async function packPlugin(into, downloadUrl) {
  mkdirSync(into, { recursive: true });
  const folder = mkdtempSync(join(into, "staging-"));
  await layOutPlugin(folder, downloadUrl);
  const files = pluginFiles.map(({ name, runs }) => ({
    name,
    content: readFileSync(join(folder, name)),
    mode: runs ? 0o755 : 0o644,
  }));
  rmSync(folder, { recursive: true });
  const tarball = gzipSync(tarOf(files), { level: 9 });
  const names = platforms.map((platform) => `pulumi-resource-sls-v${pluginVersion()}-${platform}.tar.gz`);
  for (const name of names) writeFileSync(join(into, name), tarball);
  return names;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { "download-url": { type: "string" } } });
  for (const name of await packPlugin(folder, values["download-url"])) console.log(join(folder, name));
}
