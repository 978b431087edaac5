import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop, group, hour, minute, valueOf } from "./shop.js";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(async () => {
  await shop.close();
});

describe("getConsumerGroupCheckpoints", () => {
  it("answers where the group stands, with times and lag, as plain JSON", async () => {
    shop.commit(shop.cursor(7));
    shop.commit(shop.end(1), 1);
    shop.now += 10 * minute;
    const { text, ...checkpoints } = await sls.getConsumerGroupCheckpoints(group);
    expect(checkpoints).toEqual({
      id: "shop/orders/billing",
      readAt: "2026-11-22T12:10:00Z",
      lagLogGroups: 8,
      lagSeconds: 7 * 3_600 + 600,
      shards: [
        {
          shard: 0,
          status: "readwrite",
          checkpoint: shop.cursor(7),
          checkpointTime: "2026-11-22T05:00:00Z",
          begin: shop.cursor(12),
          end: shop.end(0),
          lagLogGroups: 8,
          lagSeconds: 7 * 3_600 + 600,
          consumer: "host-a",
          committedAt: "2026-11-22T12:00:00Z",
        },
        {
          shard: 1,
          status: "readwrite",
          checkpoint: shop.end(1),
          checkpointTime: "2026-11-22T12:00:00Z",
          begin: shop.cursor(12, 1),
          end: shop.end(1),
          lagLogGroups: 0,
          lagSeconds: 0,
          consumer: "host-a",
          committedAt: "2026-11-22T12:00:00Z",
        },
      ],
    });
    expect(JSON.parse(JSON.stringify(checkpoints))).toEqual(checkpoints);
    expect(text).toBe(
      [
        "**shop/orders/billing** at 2026-11-22T12:10:00Z: 2 shards, 8 log groups behind, at most 7 h 10 min",
        "",
        "| Shard | Stands at | Behind | Last commit |",
        "| --- | --- | --- | --- |",
        `| 0 | 2026-11-22T05:00:00Z ${shop.cursor(7)} | 8 log groups, 7 h 10 min | host-a, 2026-11-22T12:00:00Z |`,
        `| 1 | 2026-11-22T12:00:00Z ${shop.end(1)} | 0 log groups, 0 s | host-a, 2026-11-22T12:00:00Z |`,
      ].join("\n"),
    );
    expect(shop.answeredCalls()).toHaveLength(3 + 2 * 3);
  });

  it("leaves out what is not known: a shard without a checkpoint has no lag, and the group neither", async () => {
    shop.commit(shop.cursor(7));
    const answer = await sls.getConsumerGroupCheckpoints(group);
    expect(answer.shards[1]).toEqual({
      shard: 1,
      status: "readwrite",
      checkpoint: "none",
      begin: shop.cursor(12, 1),
      end: shop.end(1),
    });
    expect(answer).not.toHaveProperty("lagLogGroups");
    expect(answer).not.toHaveProperty("lagSeconds");
    expect(answer.text).toContain("how far behind is not known for 1 of them");
    expect(answer.text).toContain("| 1 | no checkpoint | not known |  |");
  });

  it("tells log groups that expired before they were read", async () => {
    shop.commit(shop.cursor(12));
    shop.now += 7 * 24 * hour - 9 * hour;
    const answer = await sls.getConsumerGroupCheckpoints(group);
    expect(answer.shards[0]).toMatchObject({ lostLogGroups: 3 });
    expect(answer.text).toContain("data lost: 3 log groups expired before they were read");
  });

  it("knows that nothing is left to read in a shard that holds nothing", async () => {
    shop.emulator.createLogstore("shop", "empty", { shardCount: 1 });
    shop.emulator.createConsumerGroup("shop", "empty", "billing");
    const answer = await sls.getConsumerGroupCheckpoints({ ...group, logstore: "empty" });
    expect(answer).toMatchObject({ lagLogGroups: 0, lagSeconds: 0 });
    expect(answer.shards[0]).not.toHaveProperty("checkpointTime");
  });

  it("shows the name of a group as it is, as getReplayProgress does", async () => {
    shop.emulator.createConsumerGroup("shop", "orders", "__init__");
    const named = { ...group, consumerGroup: "__init__" };
    const { text } = await sls.getConsumerGroupCheckpoints(named);
    const progress = await sls.getReplayProgress({ ...named, shards: [] });
    for (const markdown of [text, progress.text])
      expect(markdown).toMatch(/^\*\*`shop\/orders\/__init__`\*\* at 2026/);
  });

  it("shows read-only shards, and keeps a table whole whatever consumers are called", async () => {
    shop.emulator.commit("shop", "orders", "billing", 0, shop.cursor(1), { consumer: "a|b" });
    const children = shop.emulator.splitShard("shop", "orders", 0);
    const answer = await sls.getConsumerGroupCheckpoints(group);
    expect(answer.shards.map(({ shard, status }) => [shard, status])).toEqual([
      [0, "readonly"],
      [1, "readwrite"],
      ...children.map((shard) => [shard, "readwrite"]),
    ]);
    expect(answer.text).toContain("| 0 (read-only) |");
    expect(answer.text).toContain("| `a\\|b, 2026-11-22T12:00:00Z` |");
  });

  it("keeps the text of many shards below what a comment holds", async () => {
    shop.emulator.createLogstore("shop", "wide", { shardCount: 256 });
    shop.emulator.createConsumerGroup("shop", "wide", "billing");
    const answer = await sls.getConsumerGroupCheckpoints({ ...group, logstore: "wide" });
    expect(answer.shards).toHaveLength(256);
    expect(answer.text.length).toBeLessThan(65_536);
    expect(answer.text).toContain("… and 156 more shards");
  });

  it("fails with the stable code of the service", async () => {
    const reading = sls.getConsumerGroupCheckpoints({ ...group, consumerGroup: "other" });
    await expect(reading).rejects.toThrow("ConsumerGroupNotExist");
    await expect(reading).rejects.toMatchObject({ name: "ReadError", code: "ConsumerGroupNotExist" });
    await expect(reading).rejects.toSatisfy((error) => pulumi.RunError.isInstance(error));
  });

  it("names everything that is wrong with the arguments at once, and sends nothing", async () => {
    const args = { project: "no spaces", consumerGroup: 5, region: "cn-hangzhou" };
    const reading = sls.getConsumerGroupCheckpoints(args as unknown as typeof group);
    await expect(reading).rejects.toThrow(
      /are wrong\n {2}project is not a valid name.*\n {2}logstore is missing\n {2}consumerGroup is not a string; write one text in quotes\n {2}region: /,
    );
    await expect(reading).rejects.toMatchObject({ code: undefined });
    expect(shop.calls()).toEqual([]);
  });

  it("says what is not configured", async () => {
    pulumi.runtime.setAllConfig({ "sls:accessKeyId": "a", "sls:accessKeySecret": "b" });
    const reading = sls.getConsumerGroupCheckpoints(group);
    await expect(reading).rejects.toMatchObject({ code: "Configuration" });
    await expect(reading).rejects.toThrow("set sls:region");
  });

  it("takes the keys of the official provider too", async () => {
    pulumi.runtime.setAllConfig({
      "sls:endpoint": shop.emulator.endpoint,
      "alicloud:accessKey": "emulatorAccessKeyId",
      "alicloud:secretKey": "emulatorAccessKeySecret",
    });
    await expect(sls.getConsumerGroupCheckpoints(group)).resolves.toHaveProperty("shards");
  });
});

describe("getConsumerGroupCheckpointsOutput", () => {
  it("takes what other resources output", async () => {
    const logstore = pulumi.output(Promise.resolve("orders"));
    const answer = sls.getConsumerGroupCheckpointsOutput({ ...group, logstore });
    expect((await valueOf(answer))?.shards).toHaveLength(2);
    expect(await pulumi.isSecret(answer)).toBe(false);
  });

  it("keeps a secret a secret", async () => {
    const answer = sls.getConsumerGroupCheckpointsOutput({ ...group, logstore: pulumi.secret("orders") });
    expect(await pulumi.isSecret(answer)).toBe(true);
  });

  it("is not known while an input is not, and sends nothing", async () => {
    const logstore = pulumi.output(pulumi.unknown as unknown as string);
    expect(await valueOf(sls.getConsumerGroupCheckpointsOutput({ ...group, logstore }))).toBeUndefined();
    expect(shop.calls()).toEqual([]);
  });
});

/** A connection without an engine that it could be registered with. */
function connection(settings: unknown): sls.ReadOptions {
  return { provider: { settings } as unknown as sls.Provider };
}

describe("with a connection of its own,", () => {
  it("a read uses no stack configuration, and what it reads is no secret", async () => {
    const { endpoint } = shop.emulator;
    pulumi.runtime.setAllConfig({ "sls:endpoint": "http://127.0.0.1:1" });
    const own = connection(
      pulumi.output({
        "sls:endpoint": endpoint,
        "sls:accessKeyId": "emulatorAccessKeyId",
        "sls:accessKeySecret": pulumi.secret("emulatorAccessKeySecret"),
      }),
    );
    expect((await sls.getConsumerGroupCheckpoints(group, own)).shards).toHaveLength(2);
    const answer = sls.getConsumerGroupCheckpointsOutput(group, own);
    expect((await valueOf(answer))?.shards).toHaveLength(2);
    expect(await pulumi.isSecret(answer)).toBe(false);
  });

  it("a read that cannot know it yet says so, and its Output form waits", async () => {
    const later = connection(pulumi.output({ "sls:endpoint": pulumi.unknown as unknown as string }));
    await expect(sls.getConsumerGroupCheckpoints(group, later)).rejects.toThrow("Call the Output form");
    expect(await valueOf(sls.getConsumerGroupCheckpointsOutput(group, later))).toBeUndefined();
  });

  it("a read refuses the provider of another package", async () => {
    const foreign = connection(undefined);
    await expect(sls.getConsumerGroupCheckpoints(group, foreign)).rejects.toThrow("is not an sls.Provider");
    expect(() => sls.getConsumerGroupCheckpointsOutput(group, foreign)).toThrow("is not an sls.Provider");
  });
});
