import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // What the provider promises, against an emulator in the same process.
    include: ["test/provider/**/*.test.ts", "test/lifecycle/**/*.test.ts", "test/readings/**/*.test.ts"],
    setupFiles: ["test/assumptions/observedWorld.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
