import { defineConfig } from "vitest/config";

const isAsked = Boolean(process.env["SLS_TEST_ENDPOINT"] && process.env["SLS_TEST_PROJECT"]);
if (!isAsked) console.log("Nothing is sent: set SLS_TEST_ENDPOINT and SLS_TEST_PROJECT (docs/emulator.md).");

export default defineConfig({
  test: {
    include: isAsked ? ["test/real/*.real.ts"] : [],
    passWithNoTests: true,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
