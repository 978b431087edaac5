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

/**
 * Markdown that shows a text and nothing else. GitHub and GitLab look for mentions, issues and links in what was rendered,
 * where a backslash is gone, but never in code. So whatever is more than plain words is a span of code.
 */
export function plainText(text: string): string {
  const line = harmless(text).replace(/\s+/g, " ");
  return plainWords.test(line) && !linked.test(line) ? line : codeSpan(line);
}

/** Letters, digits and what stands between them in sentences, times and cursors. */
const plainWords = /^(?:[\p{L}\p{N} ,.()+=…→/-]|:(?= )|(?<=\d\d):(?=\d\d))*$/u;

/** Plain words that are made a link nevertheless: a host, an issue, a commit. */
const linked = /www\.|\bGH-\d|\b[0-9a-f]{7,40}\b/i;

function codeSpan(line: string): string {
  const fence = "`".repeat(longestRun(line) + 1);
  const space = /^`|`$/.test(line) ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** Inside of a table a pipe ends even a span of code, unless one backslash stands before it. */
function plainCell(text: string): string {
  return plainText(text)
    .replace(/\\(?=\|)/g, "\\ ")
    .replaceAll("|", "\\|");
}

/** A block that is shown as it is; its fence is longer than any in the text. */
export function codeBlock(text: string): string {
  const fence = "`".repeat(Math.max(2, longestRun(text)) + 1);
  return `${fence}text\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
}
