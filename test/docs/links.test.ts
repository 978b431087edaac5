import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readText, repository } from "./documents.js";

const pages = [
  ...readdirSync(join(repository, "docs")).map((name) => `docs/${name}`),
  "examples/README.md",
  ...readdirSync(join(repository, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `examples/${name}/README.md`),
].filter((path) => path.endsWith(".md"));

describe.each(pages)("%s", (page) => {
  it("links to files that exist", () => {
    const links = [...readText(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const files = links
      .filter((target) => !/^(https?:|#)/.test(target))
      .map((target) => target.split("#")[0] ?? "");
    expect(files.filter((file) => !existsSync(join(repository, dirname(page), file)))).toEqual([]);
  });
});
