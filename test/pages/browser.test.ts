import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import * as sls from "pulumi-sls-checkpoint";
import { type Browser, type Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { groupsPage } from "../../provider/src/texts/pages/groupsPage.js";
import { planOf, progressFor, statusOf } from "./answers.js";
import { chromium, openBrowser } from "./chromium.js";

const isNeeded = process.env["CI"] === "true";
if (chromium === undefined && !isNeeded) {
  console.warn(
    "Skipped: how pages look in a browser. Install chromium-headless-shell, or name one in CHROMIUM.",
  );
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const groups = (count: number): string =>
  groupsPage({
    project: "shop",
    logstore: "orders",
    readAt: "2026-11-22T12:00:00Z",
    text: "",
    groups: Array.from({ length: count }, (_, index) => ({
      consumerGroup: `a-group-with-quite-a-long-name-${String(index)}`,
      shards: 12,
      withoutCheckpoint: 0,
      consumers: [{ consumer: "host-a", committedAt: "2026-11-22T11:59:00Z" }],
    })),
  });

const pages = [1, 12, 256].flatMap((shards) => [
  {
    name: `the plan of ${String(shards)} shards`,
    shards,
    make: () => sls.planPage(planOf(shards)),
  },
  {
    name: `the progress of ${String(shards)} shards`,
    shards,
    make: () => sls.progressPage(progressFor(shards)),
  },
  {
    name: `the status of ${String(shards)} shards`,
    shards,
    make: () => sls.statusPage(statusOf(shards)),
  },
  { name: `the groups of a logstore, ${String(shards)}`, shards: 0, make: () => groups(shards) },
]);

describe.skipIf(chromium === undefined && !isNeeded)("in a browser,", () => {
  let browser: Browser | undefined;

  beforeAll(async () => {
    if (chromium === undefined) throw new Error("there is no Chromium, and in CI nothing is skipped");
    browser = await openBrowser(chromium);
  });

  afterAll(async () => {
    await browser?.close();
  });

  it.each(pages)(
    "$name: no error, no request, no overflow, nothing that axe finds",
    async ({ make, shards }) => {
      if (browser === undefined) throw new Error("no browser was opened");
      const page = await browser.newPage();
      const said: string[] = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      page.on("request", (request) => {
        if (!request.url().startsWith("data:")) said.push(request.url());
      });
      await page.setContent(make());
      expect(await page.$$eval("svg [data-shard]", (rows) => rows.length)).toBe(shards);
      for (const scheme of ["light", "dark"]) {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        for (const width of [360, 1_400]) {
          await page.setViewport({ width, height: 800 });
          expect(await overflow(page), `${scheme}, ${String(width)}`).toBe(0);
        }
        expect(await violations(page), scheme).toEqual([]);
      }
      expect(said).toEqual([]);
      await page.close();
    },
  );
});

/** How many pixels the document is wider than its window. */
async function overflow(page: Page): Promise<number> {
  return page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  ) as Promise<number>;
}

async function violations(page: Page): Promise<readonly string[]> {
  // The page's own policy forbids scripts, as it should; axe is put in from outside of it.
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run()")) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
}
