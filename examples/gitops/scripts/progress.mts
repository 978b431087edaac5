/**
 * Says how far the consumers of every declared replay came, and fails where somebody has to look.
 *
 *     node scripts/progress.mts STACK
 *
 * Exit codes: 0 done or on the way, 1 could not be read, 3 overwritten or data lost, 4 stalled.
 */
import { slsCheckpoint } from "./slsCheckpoint.mts";
import { configurationOf, connectionFlags, outputOf } from "./stack.mts";
import { title } from "./title.mts";

const [stack] = process.argv.slice(2);
if (stack === undefined) throw new Error("node scripts/progress.mts STACK");

const connection = connectionFlags(configurationOf(stack));
const flags = [
  "--shards",
  "-",
  "--fail-on",
  "overwritten,lost,stalled",
  "--format",
  "markdown",
  ...connection,
];
const exitCodes = Object.entries(outputOf(stack, "shards")).map(([name, shards]) => {
  const { exitCode, stdout, stderr } = slsCheckpoint(["progress", name, ...flags], JSON.stringify(shards));
  console.log(`### ${title(name)}\n\n${stdout}${stderr}`);
  return exitCode;
});
// Not done yet, which is 2, is no reason to wake anybody.
const bad = exitCodes.filter((exitCode) => exitCode !== 0 && exitCode !== 2);
process.exitCode = Math.max(0, ...bad);
