import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { Shop } from "./shop.ts";

let shop: Shop | undefined;

afterEach(async () => {
  await shop?.close();
});

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** The first block of a language. */
function codeBlock(language: string): string {
  const block = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(readme)?.[1];
  if (block === undefined) throw new Error(`the README has no block of ${language}`);
  return block;
}

/** What Pulumi lists under Diagnostics for the stack, without its indentation. */
function diagnosticsOf(stdout: string): string {
  const [, after = ""] = stdout.split("  pulumi:pulumi:Stack (shop-test):\n");
  const lines = after.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("    "));
  return lines
    .slice(0, end)
    .map((line) => `${line.slice(4)}\n`)
    .join("");
}

it("shows the preview that its program gives", async () => {
  shop = await Shop.open("readme");
  for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
  shop.passQuietTime();
  rmSync(join(shop.pulumi.project, "index.js"));
  shop.pulumi.write({
    "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
    "index.ts": codeBlock("ts"),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: true,
        module: "nodenext",
        moduleResolution: "nodenext",
        target: "es2022",
        skipLibCheck: true,
      },
      files: ["index.ts"],
    }),
  });
  const preview = await shop.pulumi.preview();
  expect(preview.exitCode, preview.stdout).toBe(0);
  expect(diagnosticsOf(preview.stdout)).toBe(codeBlock("text"));
  const up = await shop.pulumi.up("--skip-preview");
  expect(up.stdout).toContain(shop.cursor(1, 1));
  expect([shop.checkpoint(0), shop.checkpoint(1)]).toEqual([shop.cursor(7, 0), shop.cursor(7, 1)]);
});

it("keeps its program within fifteen lines", () => {
  expect(codeBlock("ts").trimEnd().split("\n").length).toBeLessThanOrEqual(15);
});
