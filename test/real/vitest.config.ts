import { defineConfig } from "vitest/config";

const { SLS_TEST_ENDPOINT: endpoint, SLS_TEST_PROJECT: project } = process.env;
const realProject = endpoint && project ? { endpoint, project } : undefined;
if (realProject === undefined)
  console.log("Nothing is sent: set SLS_TEST_ENDPOINT and SLS_TEST_PROJECT (docs/emulator.md).");

export default defineConfig({
  test: {
    // Every test that talks to a service over the wire alone is in this folder.
    include: realProject === undefined ? [] : ["test/emulator/wire/*.test.ts"],
    ...(realProject !== undefined && { provide: { realProject } }),
    passWithNoTests: true,
    // A new logstore or group may take minutes to be seen.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
