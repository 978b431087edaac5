/** The linters of the workflows are there, and find what is not right: a check that finds nothing proves nothing. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const lint = fileURLToPath(new URL("../../tools/workflows/lint.mjs", import.meta.url));
let folder = "";

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function linted(workflow: string): Promise<{ readonly passed: boolean; readonly output: string }> {
  folder = mkdtempSync(join(tmpdir(), "sls-workflows-"));
  mkdirSync(join(folder, "workflows"));
  writeFileSync(join(folder, "workflows", "tried.yml"), workflow);
  return new Promise((resolve) => {
    execFile(process.execPath, [lint, folder], (failure, stdout, stderr) =>
      resolve({ passed: failure === null, output: stdout + stderr }),
    );
  });
}

const right = `name: tried
on:
  pull_request:
permissions: {}
concurrency:
  group: tried-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  one:
    name: one
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - run: echo done
`;

test("what is right passes", async () => {
  expect(await linted(right)).toMatchObject({ passed: true });
});

test.each([
  [
    "a step that does nothing",
    right.replace("run: echo done", "name: nothing"),
    "actionlint found something",
  ],
  [
    "a trigger that gives a stranger's code our rights",
    right.replace("pull_request:", "pull_request_target:"),
    "zizmor found something",
  ],
  [
    "an action that is not pinned by its hash",
    right.replace(
      "run: echo done",
      "uses: actions/checkout@v7\n        with: { persist-credentials: false }",
    ),
    "zizmor found something",
  ],
  [
    "a title from outside in a shell",
    right.replace("echo done", "echo ${{ github.event.pull_request.title }}"),
    "found something",
  ],
])("%s is found", async (_what, workflow, found) => {
  const { passed, output } = await linted(workflow);
  expect(output).toContain(found);
  expect(passed).toBe(false);
});
