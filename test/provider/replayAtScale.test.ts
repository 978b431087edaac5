import { afterEach, describe, expect, test } from "vitest";
import { readText, tableWith } from "../docs/documents.js";
import { ReplayShop, hour, minute, noon } from "./replayShop.js";

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
    const counts = { preview: 0, plan: 0 };
    shop.stack.onChecked = () => void (counts.preview = count());
    shop.stack.onPlanned = () => void (counts.plan = count());
    const replay = shop.replay(sevenHoursBack);
    expect((await shop.stack.up(replay)).failure).toBeUndefined();
    expect([counts.preview, counts.plan]).toEqual([4 * shards + 4, 4 * shards + 4]);
    const waves = Math.ceil(shards / 16);
    const writing = count();
    expect(writing).toBe(shards + shards + (waves + 1) + 3);
    const documented = tableWith(readText("docs/performance.md"), "A look", "`pulumi up`");
    expect(Object.values(documented.find((row) => row["Shards"] === String(shards)) ?? {})).toEqual(
      [shards, counts.plan, writing, counts.preview, 3 * counts.plan + writing].map(String),
    );
    expect(shop.statuses()).toEqual(
      Object.fromEntries(Array.from({ length: shards }, (_, shard) => [shard, "pinned"])),
    );

    expect(await shop.stack.up(replay)).toMatchObject({ plan: "same", apply: "same" });
    shop.stack.refresh();
    expect(count()).toBe(0);
  });

  test.each([1, 4, 16])("of a resumed replay of %i shards stay within two looks", async (shards) => {
    shop = await ReplayShop.open({ shards });
    const rule = shop.emulator.rule({
      call: "UpdateCheckPoint",
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    const replay = shop.replay(sevenHoursBack);
    expect((await shop.stack.up(replay)).failure?.message).toContain(`${shards} of ${shards} shard`);
    rule.remove();
    shop.pass(10 * minute);
    count();
    expect((await shop.stack.up(replay)).failure).toBeUndefined();
    // The preview's look and that of the writes; then the writes, and a look after each wave.
    expect(count()).toBe(2 * (2 * shards + 4) + shards + Math.ceil(shards / 16));
  });
});

describe("a replay that takes long", () => {
  test("says how far it is, in looking and in writing", async () => {
    shop = await ReplayShop.open({ shards: 48 });
    const slow = shop.emulator.rule({ call: "GetCursorTime", do: { kind: "delay", ms: 500 } });
    const { lines: looked } = await shop.stack.preview(shop.replay(sevenHoursBack));
    expect(looked.filter((line) => /read \d+ of 48 shards$/.test(line))).not.toHaveLength(0);
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
