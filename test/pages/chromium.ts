import { existsSync } from "node:fs";
import { type Browser, launch } from "puppeteer-core";

/** Where Debian and others put a browser without a window. */
const places = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** The browser of this machine; undefined where there is none. CHROMIUM names another. */
export const chromium = [process.env["CHROMIUM"] ?? [], places].flat().find((place) => existsSync(place));

/** Opens the browser. Root may not use its sandbox, and a small /dev/shm ends it. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  return launch({ executablePath, headless: "shell", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
