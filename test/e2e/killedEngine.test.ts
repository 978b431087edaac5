import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop } from "./shop.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("killed-engine");
  shop.commit(shop.cursor(1));
  shop.passQuietTime();
  shop.declare({ name: "pin", shard: 0, checkpoint: shop.cursor(7) });
});

afterEach(async () => {
  await shop.close();
});

/** Longer than the provider needs for a probe and a write, several times over. */
const longEnough = 3_000;

/** Kills the engine while the answer to the provider's last look before the write is held, then lets it go. */
async function killDuringLastLook(): Promise<void> {
  // First come the looks of check and of the plan.
  const held = shop.emulator.rule({ call: "GetCheckPoint", nth: 3, do: { kind: "holdAnswer" } });
  const up = shop.pulumi.start("up", "--yes", "--skip-preview");
  await held.acted();
  expect(shop.writes()).toHaveLength(0);
  up.kill("SIGKILL");
  await up.finished;
  // What died is noticed by the end of its connection.
  await sleep(200);
  held.release();
  const write = shop.emulator.waitForRequest((request) => request.call === "UpdateCheckPoint");
  await Promise.race([write, sleep(longEnough)]);
}

/** Gives the program a copy of the package in which one method does nothing. */
function takeOutTheProbe(): void {
  const copy = join(shop.pulumi.project, "node_modules", "pulumi-sls-checkpoint");
  cpSync(fileURLToPath(new URL("../../provider", import.meta.url)), copy, { recursive: true });
  const file = join(copy, "dist", "engineWatch.js");
  const whole = readFileSync(file, "utf8");
  const without = whole.replace("assertAlive() {", "assertAlive() { return;");
  expect(without).not.toBe(whole);
  writeFileSync(file, without);
}

describe("an engine that is killed between the look and the write", () => {
  it("stops the provider that outlives it", async () => {
    await killDuringLastLook();
    expect(shop.writes()).toHaveLength(0);
    expect(shop.checkpoint()).toBe(shop.cursor(1));

    await shop.pulumi.cancel();
    const next = await shop.pulumi.up();
    expect(next.exitCode).toBe(0);
    expect(shop.writes()).toHaveLength(1);
    expect(shop.checkpoint()).toBe(shop.cursor(7));
  });

  it("would not stop it without the probe", async () => {
    takeOutTheProbe();
    await killDuringLastLook();
    expect(shop.writes()).toHaveLength(1);
  });
});
