import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { SlsEmulator, type Assumptions } from "../../emulator/src/index.js";
import { SlsClient } from "../emulator/slsClient.js";

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

it("an emulator that a test starts answers as was observed, but for what the test turns itself", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "assumptions-")), "found.json");
  writeFileSync(file, JSON.stringify({ endCursorTime: "last", observed: { region: "cn-hangzhou" } }));
  expect(await endCursorTime()).toBe(400);
  vi.stubEnv("SLS_ASSUMPTIONS", file);
  await import("./observedWorld.js");
  expect(await endCursorTime()).toBe(200);
  expect(await endCursorTime({ endCursorTime: "error" })).toBe(400);
});

it("npm run test:assumptions asks for the file", () => {
  const program = join(import.meta.dirname, "run.mjs");
  const { status, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, "Name the file: npm run test:assumptions observed.json\n"]);
});
