/**
 * Takes the pictures of docs/pictures: the pages that the demo wrote last, as a browser shows them.
 * Run the demo first; CHROMIUM names the browser where it is none of Debian's.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "puppeteer-core";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const from = join(repository, ".work", "demo-pages");

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell";
const browser = await launch({ executablePath, headless: "shell", args: ["--no-sandbox"] });
try {
  for (const name of ["plan", "progress"]) {
    const file = join(from, `${name}.html`);
    if (!existsSync(file)) throw new Error(`${file} is not there: run npm run demo first`);
    const page = await browser.newPage();
    await page.setViewport({ width: 1_000, height: 700 });
    await page.goto(pathToFileURL(file).href);
    await page.screenshot({ path: join(repository, "docs", "pictures", `${name}.png`), fullPage: true });
  }
} finally {
  await browser.close();
}
