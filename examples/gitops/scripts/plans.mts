/**
 * Plans every declared replay, and writes what a reviewer reads: a page a replay, and plans.md for all of them.
 *
 *     node scripts/plans.mts STACK FOLDER
 *
 * It reads only. A refused replay is shown with its way out and fails nothing: the preview does that.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { slsCheckpoint } from "./slsCheckpoint.mts";
import { configurationOf, connectionFlags, replaysOf, type DeclaredReplay } from "./stack.mts";
import { title } from "./title.mts";

/** GitHub takes a comment of 65,536 characters; the pages have everything. */
const mostCharacters = 60_000;

const [stack, folder] = process.argv.slice(2);
if (stack === undefined || folder === undefined) throw new Error("node scripts/plans.mts STACK FOLDER");
mkdirSync(folder, { recursive: true });

const configuration = configurationOf(stack);
const connection = connectionFlags(configuration);
const replays = replaysOf(configuration);
const plans = replays.map((replay) => planned(folder, replay));
writeFileSync(join(folder, "plans.md"), shortened(plans));
console.log(`Replays planned for ${stack}: ${replays.length}. Pages and plans.md are in ${folder}.`);

/** Writes the page of a replay, and returns its plan as Markdown. A refused one has both, and ends with 1. */
function planned(into: string, { name, inputs }: DeclaredReplay): string {
  const plan = ["plan", name, ...flagsOf(inputs), ...connection];
  slsCheckpoint([...plan, "--format", "html", "--output", join(into, `${name.replaceAll("/", "-")}.html`)]);
  const { stdout, stderr } = slsCheckpoint([...plan, "--format", "markdown"]);
  const text = stdout === "" ? asItIs(stderr.trim()) : stdout.trim();
  return `### ${title(name)}\n\n${text}\n`;
}

/** A block of code, which ends where the text does: a tilde in it cannot close the fence. */
function asItIs(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/~+/g)].map(([tildes]) => tildes.length));
  const fence = "~".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

function flagsOf(inputs: DeclaredReplay["inputs"]): readonly string[] {
  const { from, maxMove, applyBefore, reason, allowSkip, allowTruncated, allowUnordered } = inputs;
  const positions = typeof from === "object" && from !== null ? Object.entries(from) : [];
  return [
    ...positions.flatMap(([shard, position]) => ["--from", `${shard}=${String(position)}`]),
    ...valueFlag("--from", typeof from === "string" ? from : undefined),
    ...valueFlag("--max-move", maxMove),
    ...valueFlag("--apply-before", applyBefore),
    ...valueFlag("--reason", reason),
    ...(allowSkip === true ? ["--allow-skip"] : []),
    ...(allowTruncated === true ? ["--allow-truncated"] : []),
    ...(allowUnordered === true ? ["--allow-unordered"] : []),
  ];
}

function valueFlag(flag: string, value: unknown): readonly string[] {
  return typeof value === "string" ? [flag, value] : [];
}

/** Whole plans only: half a table would say less than it seems to. */
function shortened(all: readonly string[]): string {
  const kept: string[] = [];
  for (const plan of all) {
    if (kept.join("\n").length + plan.length > mostCharacters) break;
    kept.push(plan);
  }
  const left = all.length - kept.length;
  const rest =
    left === 0 ? [] : [`Plans that are not shown here: ${left}. The artifact has a page for each.\n`];
  const none = all.length === 0 ? ["No replay is declared.\n"] : [];
  return ["## Replays of this change\n", ...kept, ...rest, ...none].join("\n");
}
