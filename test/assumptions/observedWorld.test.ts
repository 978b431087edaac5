import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { SlsEmulator, type Assumptions } from "../../emulator/src/index.js";
import { SlsClient } from "../emulator/slsClient.js";
import { expectedChanges } from "./expectedChanges.js";

const root = join(import.meta.dirname, "../..");

/** What the time of an end cursor is answered with, by an emulator that a test starts. */
async function endCursorTime(assumptions?: Partial<Assumptions>): Promise<number> {
  const emulator = await SlsEmulator.start({ ...(assumptions && { assumptions }) });
  emulator.createLogstore("shop", "orders", { shardCount: 1 });
  const now = emulator.now();
  emulator.appendLogGroups("shop", "orders", 0, { count: 2, from: now - 1_000, to: now });
  const end = encodeURIComponent(emulator.cursorAt("shop", "orders", 0, "end"));
  const { status } = await new SlsClient(emulator).get(
    `/logstores/orders/shards/0?type=cursor_time&cursor=${end}`,
  );
  await emulator.stop();
  return status;
}

function fileWith(observed: object): string {
  const folder = mkdtempSync(join(tmpdir(), "assumptions-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "found.json");
  writeFileSync(file, JSON.stringify(observed));
  return file;
}

/** `npm run test:assumptions FILE`, with some tests alone. */
function runIn(observed: object, ...tests: readonly string[]) {
  const program = join(import.meta.dirname, "run.mjs");
  const options = { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } } as const;
  const { status, stdout } = spawnSync(process.execPath, [program, fileWith(observed), ...tests], options);
  return { status, stdout };
}

it("an emulator that a test starts answers as was observed, but for what the test turns itself", async () => {
  const file = fileWith({
    endCursorTime: "last",
    metadataCallsPerSecond: 1,
    observed: { region: "cn-hangzhou" },
  });
  expect(await endCursorTime()).toBe(400);
  vi.stubEnv("SLS_ASSUMPTIONS", file);
  await import("./observedWorld.js");
  // The bound on calls would never end on a clock that stands still.
  expect([await endCursorTime(), await endCursorTime()]).toEqual([200, 200]);
  expect(await endCursorTime({ endCursorTime: "error" })).toBe(400);
});

describe("npm run test:assumptions", () => {
  it("asks for the file", () => {
    const program = join(import.meta.dirname, "run.mjs");
    const { status, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
    expect([status, stderr]).toEqual([1, "Name the file: npm run test:assumptions observed.json\n"]);
  });

  it("says what an answer changes, and passes", () => {
    const observed = { untouchedShards: "absent", forcedUpdateByUnknownConsumer: "refused" };
    const { status, stdout } = runIn(observed, "test/lifecycle/observe", "test/lifecycle/changes");
    expect(stdout).toContain(
      "untouchedShards=absent: a shard that nobody touched has no record, instead of an empty one\n" +
        "  otherwise: test/lifecycle/observe.test.ts > a look at a shard > sees the group, all its records",
    );
    expect(stdout).toContain("  not run: test/lifecycle/changes.test.ts\n");
    expect(stdout).toMatch(/Tests +\d+ passed/);
    expect(status).toBe(0);
  });

  it("says nothing where nothing changes", () => {
    const { status, stdout } = runIn({ endCursorTime: "last" }, "test/lifecycle/observe");
    expect(stdout).not.toMatch(/otherwise|not run/);
    expect(status).toBe(0);
  });
});

it.each(expectedChanges)(
  "what $when changes is a file or test that is there",
  ({ files = [], tests = {} }) => {
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
    for (const [file, names] of Object.entries(tests)) {
      const source = readFileSync(join(root, file), "utf8");
      for (const name of names) {
        const title = name.split(" > ").at(-1) ?? "";
        expect(source, name).toContain(`("${title}"`);
      }
    }
  },
);
