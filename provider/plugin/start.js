#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `pulumi-resource-sls: Node.js 22.19 or newer is needed, and ${process.execPath} is ${process.versions.node}.\n`,
  );
  process.exit(1);
}
// Loaded only now: an older Node.js could not read it. import() would begin with loading the loader of ES modules.
// eslint-disable-next-line @typescript-eslint/no-require-imports
require("./main.js");
