#!/usr/bin/env node
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`sls-emulator: Node.js 22.19 or newer is needed, this is ${process.versions.node}.\n`);
  process.exit(2);
}
const entry = new URL("../dist/commandLine.js", import.meta.url);
if (!existsSync(entry)) {
  process.stderr.write(
    "sls-emulator: it is not built yet; run npm install and npm run build in the repository.\n",
  );
  process.exit(2);
}
const { runCommandLine } = await import(entry.href);

const stopped = new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve());
});
process.exitCode = await runCommandLine(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  stopped,
});
