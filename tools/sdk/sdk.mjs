#!/usr/bin/env node
/**
 * Generates the SDKs of the plugin for Python, Go and Node.js, into dist/sdk/<language>:
 *
 *     npm run sdk
 *
 * It takes the schema of provider/dist/plugin, so a pluginDownloadURL that the plugin was packed with is in them. Users
 * of Pulumi's language hosts get the same by `pulumi package add`; Java and .NET have it no other way.
 */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pluginFolder } from "../plugin/bundle.mjs";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

/** The languages whose generators are libraries that can be had from the Go module proxy. */
const languages = /** @type {const} */ (["python", "go", "nodejs"]);

/** @typedef {(typeof languages)[number]} Language */

/**
 * @param {Language} language
 * @param {string} folder is emptied before
 * @param {string} [schema] the file of it, unless it is the plugin's as it was built
 */
export async function generateSdk(language, folder, schema = join(pluginFolder, "schema.json")) {
  const generator = await buildGenerator();
  rmSync(folder, { recursive: true, force: true });
  await run(generator, [schema, language, folder]);
}

/** Built with the modules of the command line that the tests run, which has these generators in it too. */
async function buildGenerator() {
  const generator = join(here, ".work", "gensdk");
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off" };
  await run("go", ["build", "-o", generator, join(here, "main.go")], { cwd: join(here, "../engine"), env });
  return generator;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const language of languages) {
    const folder = join(root, "dist/sdk", language);
    await generateSdk(language, folder);
    console.log(folder);
  }
}
