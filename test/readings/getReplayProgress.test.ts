import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop, group, minute, valueOf } from "./shop.js";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(async () => {
  await shop.close();
});

describe("getReplayProgress", () => {
  it("tells a shard that nobody reads from one that is read", async () => {
    const shards = [shop.pinned(0, 1, 7), shop.pinned(1, 1, 7)];
    shop.commit(shop.cursor(5, 1), 1);
    const { text, ...progress } = await sls.getReplayProgress({ ...group, shards });
    expect(progress).toMatchObject({
      readAt: "2026-11-22T12:00:00Z",
      totals: { atPin: 1, reading: 1 },
      remainingLogGroups: 6 + 4,
      notCovered: [],
    });
    expect(progress.shards[1]).toEqual({
      shard: 1,
      state: "reading",
      status: "pinned",
      pin: shop.cursor(7, 1),
      pinTime: "2026-11-22T05:00:00Z",
      previousCheckpoint: shop.cursor(1, 1),
      previousCheckpointTime: "2026-11-22T11:00:00Z",
      checkpoint: shop.cursor(5, 1),
      checkpointTime: "2026-11-22T07:00:00Z",
      consumer: "host-a",
      committedAt: "2026-11-22T12:00:00Z",
      doneLogGroups: 2,
      remainingLogGroups: 4,
      remainingSeconds: 4 * 3_600,
      lagLogGroups: 6,
      lagSeconds: 5 * 3_600,
    });
    expect(JSON.parse(JSON.stringify(progress))).toEqual(progress);
    expect(text).toContain(
      "**shop/orders/billing** at 2026-11-22T12:00:00Z: 1 at the pin, not read yet; 1 reading",
    );
    expect(text).toMatch(
      /\| 1 \| reading \| 2026-11-22T05:00:00Z \S+ \| 2026-11-22T07:00:00Z \S+ \| 4 log groups \|/,
    );
    expect(shop.calls()).not.toContain("UpdateCheckPoint");
  });

  it("tells a shard that is back where it stood from one whose pin was overwritten", async () => {
    const shards = [shop.pinned(0, 1, 7), { ...shop.pinned(1, 1, 7), status: "overwritten" as const }];
    for (const shard of [0, 1]) shop.commit(shop.cursor(0, shard), shard);
    const progress = await sls.getReplayProgress({ ...group, shards });
    expect(progress.totals).toEqual({ caughtUp: 1, overwritten: 1 });
    expect(progress.shards[0]).toMatchObject({ remainingLogGroups: 0, remainingSeconds: 0 });
    expect(progress.remainingLogGroups).toBe(0);
  });

  it("counts a position before the pin as overwritten, whatever the direction", async () => {
    const shards = [shop.pinned(0, 7, 1), shop.pinned(1, 1, 7)];
    shop.commit(shop.cursor(5), 0);
    shop.commit(shop.cursor(9, 1), 1);
    expect((await sls.getReplayProgress({ ...group, shards })).totals).toEqual({ overwritten: 2 });
  });

  it("has nothing to wait for in a shard that was moved forward", async () => {
    const shards = [shop.pinned(0, 7, 3)];
    const waiting = await sls.getReplayProgress({ ...group, shards });
    expect([waiting.shards[0]?.state, waiting.remainingLogGroups]).toEqual(["atPin", 0]);
    shop.commit(shop.cursor(2));
    expect((await sls.getReplayProgress({ ...group, shards })).shards[0]?.state).toBe("caughtUp");
  });

  it("does not know how much is left in a shard that stood nowhere", async () => {
    const { previousCheckpointTime: _, ...pinned } = shop.pinned(0, 1, 7);
    const shards = [{ ...pinned, previousCheckpoint: "none" }];
    shop.commit(shop.cursor(5));
    const reading = await sls.getReplayProgress({ ...group, shards });
    expect(reading.shards[0]?.state).toBe("reading");
    expect(reading).not.toHaveProperty("remainingLogGroups");
    shop.commit(shop.end(0));
    expect((await sls.getReplayProgress({ ...group, shards })).shards[0]?.state).toBe("caughtUp");
  });

  it("names shards that the replay does not cover: kept ones, and those of a split since", async () => {
    const kept = { shard: 1, act: "act-1", status: "kept" as const };
    const shards = [shop.pinned(0, 1, 7), kept, { shard: 9, act: "act-9", status: "pinned" as const }];
    const children = shop.emulator.splitShard("shop", "orders", 0);
    const progress = await sls.getReplayProgress({ ...group, shards });
    expect(progress.notCovered).toEqual([1, ...children]);
    expect(progress.totals).toEqual({ atPin: 1, notCovered: 3, gone: 1 });
    expect(progress.text).toContain("| 9 | gone from the logstore |");
  });

  it("names shards that are not pinned, with what the replay says of them", async () => {
    const shards = [
      { shard: 0, act: "act-0", status: "uncertain" as const, checkpoint: shop.cursor(7) },
      { shard: 1, act: "act-1", status: "expired" as const },
    ];
    const progress = await sls.getReplayProgress({ ...group, shards });
    expect(progress.totals).toEqual({ notPinned: 2 });
    expect(progress.text).toContain("| 0 | not pinned: uncertain |");
    expect(progress.shards[0]).not.toHaveProperty("pin");
  });

  it.each([undefined, "shards", [{ shard: "0" }], [5]])(
    "refuses %j as the shards of a replay",
    async (shards) => {
      const args = { ...group, shards } as unknown as sls.GetReplayProgressArgs;
      await expect(sls.getReplayProgress(args)).rejects.toThrow("is not the output of a ConsumerGroupReplay");
      expect(shop.calls()).toEqual([]);
    },
  );

  it("says how fast it is read on average since the pin, when it is done, and which shard decides", async () => {
    const shards = [0, 1].map((shard) => ({ ...shop.pinned(shard, 1, 7), pinnedAt: "2026-11-22T12:00:00Z" }));
    const before = await sls.getReplayProgress({ ...group, shards });
    expect(before).not.toHaveProperty("logGroupsPerSecond");
    expect(before.text).toContain("| 6 log groups | not started: no commit since the pin |");
    shop.now += minute;
    shop.commit(shop.cursor(5, 0), 0);
    shop.commit(shop.cursor(4, 1), 1);
    const progress = await sls.getReplayProgress({ ...group, shards });
    expect(progress).toMatchObject({
      logGroupsPerSecond: 0.0833,
      etaSeconds: 120,
      doneAt: "2026-11-22T12:03:00Z",
      slowestShard: 0,
      lagSeconds: 5 * 3_600 + 60,
    });
    expect(progress.shards[1]).toMatchObject({ logGroupsPerSecond: 0.05, rateSince: "2026-11-22T12:00:00Z" });
    expect(progress.shards[1]).not.toHaveProperty("trend");
    expect(progress.text).toContain(
      "reads 5 log groups/min; done in about 2 min, at 2026-11-22T12:03:00Z; shard 0 is the slowest",
    );
  });

  it("compares with an earlier answer: the rate since then, the trend, and what went back", async () => {
    const shards = [0, 1].map((shard) => ({ ...shop.pinned(shard, 1, 7), pinnedAt: "2026-11-22T11:00:00Z" }));
    for (const shard of [0, 1]) shop.commit(shop.cursor(5, shard), shard);
    const since = await sls.getReplayProgress({ ...group, shards });
    shop.now += minute;
    shop.commit(shop.cursor(4, 0), 0);
    shop.commit(shop.cursor(6, 1), 1);
    const progress = await sls.getReplayProgress({
      ...group,
      shards,
      since: JSON.parse(JSON.stringify(since)),
    });
    expect(progress.shards[0]).toMatchObject({
      logGroupsPerSecond: 0.0167,
      rateSince: since.readAt,
      trend: "shrinking",
    });
    expect(progress.shards[1]).toMatchObject({ rewound: true, trend: "growing" });
    expect(progress.shards[1]).not.toHaveProperty("logGroupsPerSecond");
    expect(progress.rewound).toEqual([1]);
    expect(progress.text).toContain(
      "warning: shards that went back since the earlier look: 1 (a consumer restarted from an older position, or something moved them)",
    );
    await expect(
      sls.getReplayProgress({ ...group, shards, since: {} as sls.ReplayProgress }),
    ).rejects.toThrow("since is not an earlier answer");
  });

  it("names shards that nobody commits though there is something to read", async () => {
    const shards = [shop.pinned(0, 1, 7), shop.pinned(1, 1, 7)];
    shop.commit(shop.cursor(1, 1), 1);
    shop.now += 4 * minute;
    const progress = await sls.getReplayProgress({ ...group, shards });
    expect(progress.stalled).toEqual([0]);
    expect(progress.shards.map(({ stalled }) => stalled)).toEqual([true, undefined]);
    expect(progress.text).toContain("warning: shards stalled (no commit for three save intervals): 0");
  });

  it("waits for the outputs of a replay", async () => {
    const shards = pulumi.output([shop.pinned(0, 1, 7)]);
    expect((await valueOf(sls.getReplayProgressOutput({ ...group, shards })))?.totals["atPin"]).toBe(1);
    const unknown = pulumi.output(pulumi.unknown as unknown as sls.ReplayedShard[]);
    expect(await valueOf(sls.getReplayProgressOutput({ ...group, shards: unknown }))).toBeUndefined();
  });
});
