import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { notShared } from "./test/plugin/notShared.js";

/** What runs Pulumi's real command line. */
const engine = [...filesOf("e2e", "engine", "releasedStates"), "test/emulator/sessions.test.ts"];

/** What needs the build, Pulumi's own server, a browser, or linters that are installed first. */
const provider = [
  ...filesOf(
    "provider",
    "mocks",
    "package",
    "plugin",
    "release",
    "types",
    "cli",
    "matrix",
    "workflows",
    "real",
  ),
  // Changes what every emulator of its process answers.
  ...filesOf("assumptions"),
  "test/emulator/pinUnderAssumptions.test.ts",
  "test/pages/browser.test.ts",
];

/** Ends what hangs, and nothing else: a command of the engine takes seconds, and on a busy machine many. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000 };

const never = ["test/conformance/**", "**/.work/**"];

export default defineConfig({
  test: {
    // Engine tests are processes of their own: more of them at once than cores only makes each slower.
    maxWorkers: 2,
    projects: [
      {
        // The package's names lead to its sources, so that nothing has to be built first.
        resolve: {
          alias: [
            { find: /^pulumi-sls-checkpoint$/, replacement: source("index") },
            { find: /^pulumi-sls-checkpoint\/provider$/, replacement: source("provider") },
          ],
        },
        test: {
          name: "core",
          include: ["test/**/*.test.ts"],
          exclude: [...engine, ...provider, ...never],
          // Loading the modules anew for each file takes longer than most of the tests.
          pool: "forks",
          isolate: false,
          ...patience,
        },
      },
      {
        test: { name: "provider", include: provider, exclude: never, ...patience },
      },
      {
        test: {
          name: "plugin",
          env: { SLS_TEST_FRONT: "plugin" },
          include: filesOf("provider"),
          exclude: [...never, ...Object.keys(notShared).map((name) => `test/provider/${name}.test.ts`)],
          ...patience,
        },
      },
      {
        test: { name: "engine", include: engine, exclude: never, ...patience },
      },
    ],
  },
});

function filesOf(...folders: readonly string[]): string[] {
  return folders.map((folder) => `test/${folder}/**/*.test.ts`);
}

function source(name: string): string {
  return fileURLToPath(new URL(`provider/src/${name}.ts`, import.meta.url));
}
