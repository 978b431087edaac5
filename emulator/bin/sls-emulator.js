#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`sls-emulator: Node.js 22.19 or newer is needed, this is ${process.versions.node}.\n`);
  process.exit(2);
}
const { runCommandLine } = await import("../dist/commandLine.js");

const stopped = new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve());
});
process.exitCode = await runCommandLine(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  stopped,
});
