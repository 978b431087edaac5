import { afterEach, describe, expect, test } from "vitest";
import { ReplayShop, hour, id, noon } from "./replayShop.js";

let shop: ReplayShop;

afterEach(async () => {
  await shop.close();
});

const sevenHoursBack = new Date(noon - 7 * hour).toISOString();

/** The requests since the last count, without those that were only about the clocks: these run apart. */
function count(): number {
  const { length } = shop.emulator.requests.filter(({ errorCode }) => errorCode !== "RequestTimeExpired");
  shop.emulator.clearRequests();
  return length;
}

describe("the requests of a replay", () => {
  test.each([1, 4, 16, 256])("of %i shards stay within their budget", async (shards) => {
    shop = await ReplayShop.open({ shards });
    const counts = { preview: 0, plan: 0, resumed: 0 };
    shop.stack.onChecked = () => void (counts.preview = count());
    shop.stack.onPlanned = () => void (counts.plan = count());
    const replay = shop.replay(sevenHoursBack);
    shop.emulator.rule({ call: "UpdateCheckPoint", do: { kind: "quota" }, shard: shards - 1, times: 100 });
    const failed = await shop.stack.up(replay);
    expect(failed.failure?.message).toContain(`${id}: 1 of ${shards} shard`);
    // The last shard was written in vain, with the retries of the client.
    const retries =
      shop.emulator.requests.filter(({ shard, call }) => shard === shards - 1 && call === "UpdateCheckPoint")
        .length - 1;
    expect([counts.preview, counts.plan]).toEqual([4 * shards + 4, 4 * shards + 4]);
    expect(count() - retries).toBe(2 * shards + 4);

    shop.emulator.clearRules();
    shop.stack.onPlanned = () => undefined;
    expect((await shop.stack.up(replay)).failure).toBeUndefined();
    expect(count()).toBe(6);
    expect(shop.statuses()).toEqual(
      Object.fromEntries(Array.from({ length: shards }, (_, shard) => [shard, "pinned"])),
    );

    expect(await shop.stack.up(replay)).toMatchObject({ plan: "same", apply: "same" });
    expect(count()).toBe(0);
  });

  test("of a resumed apply that has written nothing stay within 3N + 4", async () => {
    shop = await ReplayShop.open({ shards: 16 });
    const rule = shop.emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetBefore" } });
    const replay = shop.replay(sevenHoursBack);
    expect((await shop.stack.up(replay)).failure?.message).toContain("16 of 16 shards are not pinned");
    rule.remove();
    count();
    expect((await shop.stack.up(replay)).failure).toBeUndefined();
    expect(count()).toBeLessThanOrEqual(3 * 16 + 4);
  });
});

describe("a replay that takes long", () => {
  test("says how far it is, in looking and in writing", async () => {
    shop = await ReplayShop.open({ shards: 48 });
    const slow = shop.emulator.rule({ call: "GetCursorTime", do: { kind: "delay", ms: 500 } });
    const { lines: looked } = await shop.stack.preview(shop.replay(sevenHoursBack));
    expect(looked.filter((line) => /looked at \d+ of 48 shards$/.test(line))).not.toHaveLength(0);
    slow.remove();
    shop.emulator.rule({ call: "UpdateCheckPoint", do: { kind: "delay", ms: 1_100 } });
    const { lines } = await shop.stack.up(shop.replay(sevenHoursBack));
    expect(lines.filter((line) => /wrote \d+ of 48 shards$/.test(line))).not.toHaveLength(0);
    expect(lines.some((line) => line.includes("looked at"))).toBe(false);
  });
});

describe("a preview", () => {
  /** Consumers that are some hours behind, not all at the same place. */
  function scatter(shards: number): void {
    for (let shard = 0; shard < shards; shard += 1) shop.commit(shard, shard % 11);
    shop.pass(hour);
  }

  test.each([2, 12, 200])("of %i shards is a text of twelve lines at the most", async (shards) => {
    shop = await ReplayShop.open({ shards });
    scatter(shards);
    const replay = shop.replay("2026-11-22T12:30:00+08:00", { reason: "INC-4711: tax rate was wrong" });
    const { lines, problems } = await shop.stack.preview(replay);
    expect(problems).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(12);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`./replayPreview${shards}.golden.txt`);
  });

  test.each([2, 10, 12, 200])(
    "of %i shards with every remark there is stays within twelve",
    async (shards) => {
      shop = await ReplayShop.open({ shards });
      scatter(shards);
      shop.commit(0, 3);
      const positions = Object.fromEntries(
        Array.from({ length: shards }, (_, shard) => [
          shard,
          `cursor:${shop.cursor(shard, (shard * 5) % 12)}`,
        ]),
      );
      const scattered = await shop.stack.preview(shop.replay(positions, { reason: "one\ntwo\n  three" }));
      expect(scattered.problems).toEqual([]);
      expect(scattered.lines.length).toBeLessThanOrEqual(12);
      if (shards > 2) expect(scattered.lines.join("\n")).toContain("far from the others: shard");
    },
  );
});
