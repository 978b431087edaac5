import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readText, repository } from "./documents.js";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "emulator/README.md",
  ...pagesBelow("docs"),
  ...pagesBelow("docs/reference"),
  "examples/README.md",
  ...readdirSync(join(repository, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `examples/${name}/README.md`),
];

function pagesBelow(folder: string): readonly string[] {
  const names = readdirSync(join(repository, folder)).filter((name) => name.endsWith(".md"));
  return names.map((name) => `${folder}/${name}`);
}

/** Where the links of a page lead within the repository: a path from its root, and what is behind the `#`. */
function targetsOf(page: string): readonly { readonly file: string; readonly anchor: string | undefined }[] {
  const links = [...readText(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [file = "", anchor] = target.split("#");
      return { file: file === "" ? page : join(dirname(page), file), anchor };
    });
}

/** The anchors that a forge makes of the headings of a page. */
function anchorsOf(page: string): readonly string[] {
  const headings = readText(page).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe.each(pages)("%s", (page) => {
  it("links to files that exist", () => {
    const files = targetsOf(page).map(({ file }) => file);
    expect(files.filter((file) => !existsSync(join(repository, file)))).toEqual([]);
  });

  it("links to headings that exist", () => {
    const dangling = targetsOf(page).filter(
      ({ file, anchor }) => anchor !== undefined && !anchorsOf(file).includes(anchor),
    );
    expect(dangling).toEqual([]);
  });
});
