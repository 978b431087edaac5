import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop, day, hour } from "./shop.ts";
import { type CommandResult } from "./pulumi.ts";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("replay");
  consumersStopAt(1);
});

afterEach(async () => {
  await shop.close();
});

/** All consumers save their position and are gone for long enough. */
function consumersStopAt(hours: number): void {
  for (const shard of [0, 1]) shop.commit(shop.cursor(hours, shard), shard);
  shop.passQuietTime();
}

/** How many hours before noon each shard stands. */
function stands(): (number | undefined)[] {
  const hours = Array.from({ length: 13 }, (_, count) => count);
  return [0, 1].map((shard) => hours.find((count) => shop.cursor(count, shard) === shop.checkpoint(shard)));
}

/** The shards that were written since the last look. */
function written(): (number | undefined)[] {
  const shards = shop.writes().map(({ shard }) => shard);
  shop.emulator.clearRequests();
  return shards.sort();
}

async function up(...flags: string[]): Promise<CommandResult> {
  return shop.pulumi.up("--skip-preview", ...flags);
}

async function goodUp(...flags: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await up(...flags);
  expect([exitCode, exitCode === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
  return stdout;
}

async function badUp(): Promise<string> {
  const { exitCode, stdout } = await up();
  expect(exitCode).not.toBe(0);
  return stdout;
}

const fiveInTheMorning = "2026-11-22T13:00:00+08:00";

describe("a replay on the real engine", () => {
  it("moves a whole group by time, one shard elsewhere, is quiet after, and later moves that one only", async () => {
    shop.declareReplay({ name: "replay", from: { "*": fiveInTheMorning, 1: "2026-11-22T08:00:00Z" } });
    const { stdout } = await shop.pulumi.preview();
    expect(stdout).toContain("shop/orders/billing: 2 shards: 2 back; 9 log groups will be read again");
    expect(written()).toEqual([]);
    await goodUp();
    expect([stands(), written()]).toEqual([
      [7, 4],
      [0, 1],
    ]);
    await goodUp("--expect-no-changes");
    expect(shop.emulator.requests).toHaveLength(0);

    shop.now += 21 * day;
    const lately = { count: 5, from: shop.now - 4 * hour, to: shop.now };
    for (const shard of [0, 1]) shop.emulator.appendLogGroups("shop", "orders", shard, lately);
    for (const shard of [0, 1]) shop.commit(shop.emulator.cursorAt("shop", "orders", shard, shop.now), shard);
    shop.passQuietTime();
    const threeHoursBack = new Date(shop.now - 3 * hour).toISOString();
    shop.declareReplay({ name: "replay", from: { "*": fiveInTheMorning, 1: threeHoursBack } });
    await goodUp();
    expect(written()).toEqual([1]);

    shop.declareReplay({ name: "replay", from: { 0: "keep", 1: "previous" } });
    await goodUp();
    expect(written()).toEqual([1]);
    expect(shop.checkpoint(1)).toBe(shop.emulator.cursorAt("shop", "orders", 1, shop.now - hour));
    const destroyed = await shop.pulumi.destroy();
    expect([destroyed.exitCode, shop.emulator.requests.length]).toEqual([0, 0]);
  });

  it("is taken back by previous, by a savepoint, and by another replay", async () => {
    const savepoints = ["before"];
    const replay = { name: "replay", from: fiveInTheMorning };
    shop.declareAll({ savepoints, replays: [replay] });
    await goodUp();
    expect([stands(), written()]).toEqual([
      [7, 7],
      [0, 1],
    ]);

    shop.declareAll({ savepoints, replays: [{ name: "replay", from: "previous" }] });
    await goodUp();
    expect([stands(), written()]).toEqual([
      [1, 1],
      [0, 1],
    ]);

    shop.declareAll({ savepoints, replays: [{ ...replay, triggers: ["again"] }] });
    await goodUp();
    consumersStopAt(2);
    shop.declareAll({ savepoints, replays: [{ name: "replay", triggers: ["again"], backTo: "before" }] });
    written();
    await goodUp();
    expect([stands(), written()]).toEqual([
      [1, 1],
      [0, 1],
    ]);

    shop.passQuietTime();
    const done = { name: "replay", triggers: ["again"], backTo: "before" };
    shop.declareAll({ savepoints, replays: [done, { name: "undo", backTo: "replay" }] });
    await goodUp();
    expect([stands(), written()]).toEqual([
      [2, 2],
      [0, 1],
    ]);
    await goodUp("--expect-no-changes");
  });

  it("that fails in part names every shard, and the next up writes exactly what is missing", async () => {
    const fault = { kind: "error", status: 500, code: "InternalServerError" } as const;
    const broken = shop.emulator.rule({ call: "UpdateCheckPoint", shard: 1, do: fault });
    shop.declareReplay({ name: "replay", from: fiveInTheMorning });
    const output = await badUp();
    expect(output).toContain("* shop/orders/billing: 1 of 2 shards is not pinned");
    expect(output).toContain("pinned: 0");
    broken.remove();
    await shop.pulumi.refresh("--skip-preview");
    expect(stands()).toEqual([7, 1]);
    written();
    await goodUp();
    expect([stands(), written()]).toEqual([[7, 7], [1]]);
    await goodUp("--expect-no-changes");
  });

  it("meets splits and merges between runs, and refuses them between plan and apply", async () => {
    shop.declareReplay({ name: "replay", from: { "*": fiveInTheMorning } });
    await goodUp();
    const [left] = shop.emulator.splitShard("shop", "orders", 0);
    shop.emulator.mergeShards("shop", "orders", left ?? -1);
    shop.passQuietTime();
    written();
    await goodUp("--expect-no-changes");
    const lost = shop.emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetBefore" } });
    shop.declareReplay({ name: "replay", from: { "*": "2026-11-22T07:00:00Z" }, allowSkip: true });
    expect(await badUp()).toContain("5 of 5 shards are not pinned");
    lost.remove();

    shop.emulator.splitShard("shop", "orders", 1);
    written();
    expect(await badUp()).toContain("refused, because shards were split or merged since it was planned");
    expect(written()).toEqual([]);
    shop.declareReplay({
      name: "replay",
      from: { "*": "2026-11-22T07:00:00Z" },
      allowSkip: true,
      triggers: ["split"],
    });
    await goodUp();
    expect([stands(), written()]).toEqual([
      [5, 5],
      [0, 1, 2, 3, 4, 5, 6],
    ]);
  });

  it("refuses live consumers, waits for them, or overwrites them and notices who saves over it", async () => {
    const from = fiveInTheMorning;
    shop.commit(shop.cursor(1));
    shop.declareReplay({ name: "replay", from });
    expect(await badUp()).toContain("refused, because consumers are alive and would overwrite the pin");
    expect(written()).toEqual([]);

    shop.now += 73_000;
    shop.declareReplay({ name: "replay", from, onActiveConsumers: "wait" });
    const waiting = shop.pulumi.start("up", "--yes", "--skip-preview");
    await waiting.seen("waiting until the consumers are quiet");
    expect(written()).toEqual([]);
    shop.passQuietTime();
    expect((await waiting.finished).exitCode).toBe(0);
    expect([stands(), written()]).toEqual([
      [7, 7],
      [0, 1],
    ]);

    shop.commit(shop.cursor(3));
    const overwrite = { onActiveConsumers: "overwrite", watchFor: "PT5S", allowSkip: true };
    shop.declareReplay({ name: "replay", from: "2026-11-22T07:00:00Z", ...overwrite });
    const overwriting = shop.pulumi.start("up", "--yes", "--skip-preview");
    await bothReadBack();
    // Beyond where it stood: there no consumer can have read to from the pin in the meantime.
    shop.commit(shop.cursor(2));
    const { exitCode, stdout } = await overwriting.finished;
    expect([exitCode === 0, stdout.includes("(they will not be written again): 0")]).toEqual([false, true]);
    written();
    shop.passQuietTime();
    await goodUp();
    expect([stands(), written()]).toEqual([[2, 5], []]);
  });
});

/** Waits until both shards were written and a look after that was answered. */
async function bothReadBack(): Promise<void> {
  for (let waits = 0; waits < 3_000; waits += 1) {
    const [, second] = shop.writes();
    const looks = shop.emulator.requestsOf("GetCheckPoint");
    if (second !== undefined && looks.some(({ id, state }) => id > second.id && state === "answered")) return;
    await sleep(20);
  }
  throw new Error("the shards were not read back");
}
