import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { referencePages } from "../../tools/reference/reference.mjs";
import { readText, repository } from "./documents.js";

const pages = await referencePages();

it("is what `npm run reference` makes of the doc comments, page by page", () => {
  expect(readdirSync(join(repository, "docs/reference")).sort()).toEqual(Object.keys(pages).sort());
});

it.each(Object.entries(pages))("%s is up to date", (file, text) => {
  expect(readText(`docs/reference/${file}`)).toBe(text);
});

it.each(Object.entries(pages).filter(([file]) => file !== "README.md"))(
  "%s has an example, inputs, and outputs",
  (_file, text) => {
    expect(text).toContain("## Example\n\n```ts\n");
    expect(text).toMatch(/## (Inputs|Arguments)\n\n\|/);
    expect(text).toMatch(/## (Outputs|Answer)\n\n\|/);
  },
);
