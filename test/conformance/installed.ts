import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../.work/conformance/", import.meta.url));

/** Where the runner puts what it installs. */
export const installed = {
  python: `${root}python/bin/python`,
  typescript: `${root}typescript/`,
};

/** Whether the client of a language is there. */
export function hasClient(language: keyof typeof installed): boolean {
  return existsSync(installed[language]);
}
