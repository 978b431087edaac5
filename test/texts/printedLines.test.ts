import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { printedLines } from "../../tools/texts/printedLines.mjs";
import { readText } from "../docs/documents.js";

const collected = printedLines();

test("every text that people are shown is in one file, to be read when it changes", async () => {
  const text = [...collected].map(
    ([file, lines]) => `${file}\n${lines.map((line) => `  ${line}\n`).join("")}`,
  );
  await expect(text.join("\n")).toMatchFileSnapshot("./printedLines.golden.txt");
});

/** Sentences that readers did not understand, or understood wrongly. */
const notUnderstood = [
  "never written again",
  "so where it would have read from is not known",
  "which SLS has no call for",
  "which one came last would be chance",
  "for less in",
  ": sls.getReplayPlan",
  "could not be looked at",
  "are still stopped",
  "where nothing is undone",
  "a place that names half of a key pair",
  "and a proxy between",
  "nobody read on",
  "which means another moment",
  "Which one says",
  "which one says",
  "no call that takes one away",
  "at the most",
  "after all",
];

describe.each(notUnderstood)("the words %j", (words) => {
  test("are in no text that people are shown", () => {
    const found = [...collected].flatMap(([file, lines]) =>
      lines.filter((line) => line.includes(words)).map((line) => `${file}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  test("are on no page", () => {
    const examples = readdirSync(new URL("../../examples/", import.meta.url), { withFileTypes: true });
    const pages = [
      "README.md",
      "provider/README.md",
      "cli/README.md",
      "emulator/README.md",
      ...readdirSync(new URL("../../docs/", import.meta.url))
        .filter((name) => name.endsWith(".md"))
        .map((name) => `docs/${name}`),
      ...examples.filter((entry) => entry.isDirectory()).map(({ name }) => `examples/${name}/README.md`),
    ];
    const spaced = (text: string): string => text.replace(/\s+/g, " ");
    expect(pages.filter((page) => spaced(readText(page)).includes(words))).toEqual([]);
  });
});
