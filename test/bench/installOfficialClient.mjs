import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const installed = fileURLToPath(new URL("../../.work/bench/", import.meta.url));

/**
 * Returns a file beside the official client's `node_modules`. It is measured only here, so the repository's own
 * installation stays light.
 */
export function installOfficialClient() {
  const manifest = `${installed}package.json`;
  const lock = "package-lock.json";
  const isThere =
    existsSync(`${installed}node_modules`) &&
    readFileSync(`${installed}${lock}`, "utf8") === readFileSync(`${here}${lock}`, "utf8");
  if (isThere) return manifest;
  mkdirSync(installed, { recursive: true });
  for (const file of ["package.json", lock]) copyFileSync(`${here}${file}`, `${installed}${file}`);
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: installed,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return manifest;
}
