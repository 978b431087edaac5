#!/usr/bin/env node
/**
 * Breaks the provider in each way that a patch in this folder describes, and asks the model-based test to find it.
 *
 * Each patch is applied to a copy of the tree; one that no longer applies fails, and so does one that is not found
 * within 2,000 histories. `--only TEXT` tries the patches whose name holds the text.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    histories: { type: "string", default: "2000" },
    // For the search and for making what was found short.
    seconds: { type: "string", default: "600" },
  },
});
const here = import.meta.dirname;
const root = resolve(here, "../..");
const patches = readdirSync(here)
  .filter((name) => name.endsWith(".patch") && name.includes(values.only))
  .sort();
let failed = 0;
for (const patch of patches) {
  const found = tryPatch(patch);
  if (!found.ok) failed += 1;
  console.log(
    `${found.ok ? "found    " : "NOT FOUND"} ${patch.replace(/\.patch$/, "")}\n${indent(found.text)}`,
  );
}
process.exitCode = failed === 0 && patches.length > 0 ? 0 : 1;

/**
 * @param {string} patch
 * @returns {{ ok: boolean, text: string }}
 */
function tryPatch(patch) {
  const copy = copyOfTree();
  try {
    const applied = spawnSync("git", ["apply", "--whitespace=nowarn", join(here, patch)], {
      cwd: copy,
      encoding: "utf8",
      // The copy is no repository, and none above it is meant.
      env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(copy) },
    });
    if (applied.status !== 0) return { ok: false, text: `does not apply any more\n${applied.stderr}` };
    return search(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Everything that is versioned, with the packages that are installed here. */
function copyOfTree() {
  const copy = mkdtempSync(join(tmpdir(), "mutation-"));
  const versioned = execFileSync(
    "git",
    [
      "ls-files",
      "-z",
      "provider",
      "emulator",
      "test/modelBased",
      "test/package.json",
      "package.json",
      "tsconfig.json",
      "vitest.config.mts",
    ],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  for (const file of versioned.split("\0").filter((name) => name !== "")) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  for (const modules of ["node_modules", "provider/node_modules"]) {
    symlinkSync(join(root, modules), join(copy, modules));
  }
  return copy;
}

/**
 * @param {string} copy
 * @returns {{ ok: boolean, text: string }}
 */
function search(copy) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  // The Node.js of this repository, whichever one runs this script.
  const node = join(root, "node_modules/.bin/node");
  const run = spawnSync(node, [vitest, "run", "test/modelBased", "-t", "no history"], {
    cwd: copy,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", MODEL_HISTORIES: values.histories, MODEL_SECONDS: values.seconds },
  });
  const output = `${run.stdout}${run.stderr}`;
  const received = output.split("\n").filter((line) => line.startsWith("+ "));
  const report = received.map((line) => line.slice(2)).filter((line) => line !== "Received");
  // Only what the test itself reports is a find: a mutant that does not even load proves nothing.
  if (report.some((line) => line.startsWith("MODEL_SEED="))) return { ok: true, text: report.join("\n") };
  return { ok: false, text: run.status === 0 ? "" : output };
}

/** @param {string} text */
function indent(text) {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
