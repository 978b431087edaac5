import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SlsEmulator } from "../../emulator/src/index.js";

const root = fileURLToPath(new URL("../../.work/conformance", import.meta.url));

/** Where the runner puts what it installs and builds. */
export const installed = {
  python: `${root}/python/bin/python`,
  typescript: `${root}/typescript/`,
  go: `${root}/go`,
  java: `${root}/java`,
};

/** Whether the client of a language is there. */
export function hasClient(language: keyof typeof installed): boolean {
  return existsSync(installed[language]);
}

/** The emulator stands as HTTP proxy, so that clients dial the service's real endpoint names. */
export function proxyEnvironment(
  emulator: SlsEmulator,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    http_proxy: emulator.endpoint,
    SLS_ENDPOINT: "http://cn-hangzhou.log.aliyuncs.com",
    SLS_ACCESS_KEY_ID: "emulatorAccessKeyId",
    SLS_ACCESS_KEY_SECRET: "emulatorAccessKeySecret",
    ...more,
  };
}
