import { defineConfig } from "vitest/config";
import { changesIn } from "./expectedChanges.js";
import { observedAssumptions } from "./observedFile.js";
import { SaidReporter } from "./saidReporter.js";

/** What the provider promises, and what the command line shows, against an emulator in the same process. */
const folders = ["provider", "lifecycle", "readings", "mocks", "cli", "modelBased"];

export default defineConfig({
  test: {
    include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
    // Those of verify expect an emulator that is not turned, as what it is to find.
    exclude: [
      "test/cli/verify*.test.ts",
      ...changesIn(observedAssumptions()).flatMap(({ files = [] }) => files),
    ],
    setupFiles: ["test/assumptions/observedWorld.ts"],
    reporters: ["default", new SaidReporter()],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
