/**
 * Runs the provider's tests against an emulator that answers as a service did: `npm run test:assumptions FILE`, where
 * `sls-checkpoint verify --output FILE` wrote the file.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [file, ...more] = process.argv.slice(2);
if (file === undefined) {
  console.error("Name the file: npm run test:assumptions observed.json");
  process.exit(1);
}
const root = fileURLToPath(new URL("../..", import.meta.url));
const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const config = "test/assumptions/vitest.config.ts";
const { status } = spawnSync(process.execPath, [vitest, "run", "--config", config, ...more], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, SLS_ASSUMPTIONS: resolve(file) },
});
process.exit(status ?? 1);
