import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/conformance/*.conformance.ts"], testTimeout: 90_000, fileParallelism: false },
});
