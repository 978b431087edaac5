#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `sls-checkpoint: Node.js 22.19 or newer is needed, this is ${process.versions.node}.\n`,
  );
  process.exit(1);
}
// Loaded only now: an older Node.js could not read it.
void import("../dist/sls-checkpoint.js");
