import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readText, repository } from "./documents.js";

it("the index of the documentation leads to each page", () => {
  const pages = readdirSync(join(repository, "docs")).filter(
    (file) => file.endsWith(".md") && file !== "README.md",
  );
  const linked = [...readText("docs/README.md").matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file]) => file);
  expect(linked.sort()).toEqual(pages.sort());
});
