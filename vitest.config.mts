import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/conformance/**", "**/.work/**"],
    // A command of the real engine takes seconds, and a first one on a busy machine many.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Engine tests are processes of their own: more of them at once than cores only makes each slower.
    maxWorkers: 2,
  },
});
