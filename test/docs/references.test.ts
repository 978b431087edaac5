import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readText, repository } from "./documents.js";

/** Every file of the repository, tracked or new, as paths from its root. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: repository,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(repository, path)));

const code = files.filter(
  (path) =>
    /^(?:provider|emulator|cli|tools|test)\/.*\.(?:ts|mts|mjs)$/.test(path) &&
    // Names what does not exist, to see that it is found.
    path !== "test/docs/references.test.ts",
);
const pages = files.filter(
  (path) => /^(?:docs\/[^/]+|README|CONTRIBUTING|SECURITY)\.md$/.test(path) && !path.includes("CHANGELOG"),
);

/** The comments of a program, line by line. Texts in quotes can look like one, and do no harm here. */
function commentsOf(source: string): string {
  return [...source.matchAll(/\/\*[^]*?\*\/|(?<![:"'`\\])\/\/.*$/gm)].map(([comment]) => comment).join("\n");
}

interface Reference {
  readonly path: string;
  /** The numbers of sections that are named behind the path. */
  readonly sections: readonly string[];
}

/** A file by its ending, or anything below one of the repository's own folders. */
const path =
  /(?<![\w/.@~{$-])((?:[\w.-]+\/)*[\w.-]+\.(?:md|ts|mts|mjs|json)\b(?!\/)|(?:docs|emulator|examples|provider|test|tools)\/[\w./-]*\w)/g;

/** The files that a text names, with sections as in "docs/protocol.md 1.2 and 1.3" or "… 2.2 to 2.4". */
function referencesIn(text: string): readonly Reference[] {
  const joined = text.replace(/\n\s*(?:\*|\/\/)?\s*/g, " ");
  return [...joined.matchAll(path)].map((match) => {
    const [, named = ""] = match;
    const behind = joined.slice(match.index + named.length);
    const list = /^ (\d+(?:\.\d+)*(?:,? (?:and|to) \d+(?:\.\d+)*|, \d+(?:\.\d+)*)*)(?![\w%])/.exec(behind);
    const sections = named.endsWith(".md") ? (list?.[1]?.match(/\d+(?:\.\d+)*/g) ?? []) : [];
    return { path: named, sections };
  });
}

/** Whether a path is one from the root, from the file that names it, or from below one of the packages' sources. */
function isThere(named: string, from: string): boolean {
  if (!named.includes("/")) return files.some((file) => basename(file) === named);
  const places = ["", `${dirname(from)}/`, "provider/", "provider/src/", "emulator/src/"];
  const endings = ["", ".ts", ".mjs", ".test.ts"];
  return places.some((place) =>
    endings.some((ending) => existsSync(join(repository, place, `${named}${ending}`))),
  );
}

function sectionsOf(page: string): ReadonlySet<string> {
  const headings = readText(page).matchAll(/^#+ (\d+(?:\.\d+)*)\.? /gm);
  return new Set([...headings].map(([, number = ""]) => number));
}

/** What is named and does not exist: a file, or a section of a page. */
function danglingIn(text: string, from: string): readonly string[] {
  return referencesIn(text).flatMap(({ path: named, sections }) => {
    if (!isThere(named, from)) return [`${from}: ${named}`];
    if (!files.includes(named)) return [];
    return sections
      .filter((section) => !sectionsOf(named).has(section))
      .map((section) => `${from}: ${named} ${section}`);
  });
}

describe("a reference", () => {
  it("of a comment leads to a file, and to a section that its page has", () => {
    const dangling = code.flatMap((file) => danglingIn(commentsOf(readText(file)), file));
    expect(dangling).toEqual([]);
  });

  it.each(pages)("of %s leads to a file, and to a section that its page has", (page) => {
    const text = readText(page).replace(/\]\([^)]*\)/g, "]");
    // Files that the page's own commands write.
    const written = [...text.matchAll(/\bcat > ([\w.-]+)/g)].map(([, file]) => `${page}: ${file}`);
    expect(danglingIn(text, page).filter((dangling) => !written.includes(dangling))).toEqual([]);
  });

  it("is found where there is one", () => {
    const comments = code.flatMap((file) => referencesIn(commentsOf(readText(file))));
    const cited = comments.filter((reference) => reference.path === "docs/protocol.md");
    expect(cited.flatMap(({ sections }) => sections).length).toBeGreaterThanOrEqual(15);
  });

  it.each([
    ["/** See reference/gone.md. */", ["x.ts: reference/gone.md"]],
    ["// docs/protocol.md 99.1 has it", ["x.ts: docs/protocol.md 99.1"]],
    [
      "/** docs/protocol.md 1.2 and 77, and\n * docs/protocol.md 2.1 to 2.9 */",
      ["x.ts: docs/protocol.md 77", "x.ts: docs/protocol.md 2.9"],
    ],
    ["// docs/protocol.md 3.6", []],
  ])("in %j is resolved", (text, dangling) => {
    expect(danglingIn(commentsOf(text), "x.ts")).toEqual(dangling);
  });
});
