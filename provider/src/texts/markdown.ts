import { harmless } from "../model/harmless.js";

/** Texts for the comments of a pull request, in GitHub's and GitLab's Markdown. */

/** A comment holds 65,536 characters, which this many rows stay well below. */
const mostRows = 100;

/** A table with a row for each shard; the rest of a long one is only counted. */
export function shardTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const more = rows.length - mostRows;
  return [
    tableRow(head),
    tableRow(head.map(() => "---")),
    ...rows.slice(0, mostRows).map(tableRow),
    ...(more > 0 ? ["", `… and ${more.toLocaleString("en-US")} more shards`] : []),
  ].join("\n");
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(plainCell).join(" | ")} |`;
}

/** Names of consumers hold what their owners like. */
function plainCell(text: string): string {
  return harmless(text)
    .replace(/\s+/g, " ")
    .replace(/[\\|<`*_@[\]]/g, (character) => `\\${character}`);
}

/** A block that is shown as it is; its fence is longer than any in the text. */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
