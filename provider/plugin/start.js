#!/usr/bin/env node
// Up to the last line in the words of Node.js 6: an older one has to be able to say that it is too old.
const found = process.versions.node;
const [major, minor] = found.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  const problem = `Node.js 22.19 or newer is needed, and ${process.execPath} is ${found}.`;
  process.stderr.write(`pulumi-resource-sls: ${problem}\n`);
  process.exit(1);
}
// Loaded only now: an older Node.js could not read it. import() would begin with loading the loader of ES modules.
// eslint-disable-next-line @typescript-eslint/no-require-imports
require("./main.js");
