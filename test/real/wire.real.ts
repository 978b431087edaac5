import { expect, it } from "vitest";
import { call, openLogstore } from "./realLogstore.js";

/** Groups that were just created may not be seen at once: asks again, for a minute at most. */
async function eventually(ask: () => Promise<{ outcome: string; json: unknown }>) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await ask();
    if (answer.outcome === "200" || attempt === 30) return answer;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

async function openGroup() {
  const logstore = await openLogstore();
  const group = `${logstore}/consumergroups/readers`;
  const made = await eventually(async () =>
    call("POST", `${logstore}/consumergroups`, { consumerGroup: "readers", timeout: 60, order: false }),
  );
  expect(made.outcome).toBe("200");
  await eventually(async () => call("GET", group));
  return { logstore, group };
}

it("consumer groups are listed, changed, refused twice, and deleted", async () => {
  const { logstore, group } = await openGroup();
  const groups = `${logstore}/consumergroups`;
  expect((await call("POST", groups, { consumerGroup: "readers", timeout: 60, order: false })).outcome).toBe(
    "400 ConsumerGroupAlreadyExist",
  );
  expect((await call("PUT", group, { timeout: 90 })).outcome).toBe("200");
  expect((await call("GET", groups)).json).toMatchObject([{ name: "readers", timeout: 90, order: false }]);
  expect((await call("DELETE", group)).outcome).toBe("200");
  expect((await call("GET", group)).outcome).toBe("404 ConsumerGroupNotExist");
});

it("a cursor that is saved by force is read back", async () => {
  const { logstore, group } = await openGroup();
  const { json } = await eventually(async () => call("GET", `${logstore}/shards/0?type=cursor&from=begin`));
  const { cursor } = json as { cursor: string };
  const update = `${group}?type=checkpoint&forceSuccess=true`;
  expect((await call("POST", update, { shard: 0, checkpoint: cursor })).outcome).toBe("200");
  expect((await call("GET", group)).json).toContainEqual(
    expect.objectContaining({ shard: 0, checkpoint: cursor }),
  );
  expect((await call("POST", update, { shard: 0, checkpoint: "?" })).outcome).toBe(
    "400 InvalidShardCheckPoint",
  );
});

it("the first consumer is handed every shard", async () => {
  const { group } = await openGroup();
  const beat = async (held: number[]) => call("POST", `${group}?type=heartbeat&consumer=a`, held);
  expect((await beat([0])).outcome).toBe("400 NotExistConsumerWithBody");
  expect((await beat([])).json).toEqual([0, 1]);
});

it("shards are listed, and cursors of one that is not there are refused", async () => {
  const logstore = await openLogstore();
  const shards = await eventually(async () => call("GET", `${logstore}/shards`));
  expect(shards.json).toMatchObject([{ shardID: 0 }, { shardID: 1 }]);
  const missing = await call("GET", `${logstore}/shards/99?type=cursor&from=begin`);
  expect(missing.outcome).toMatch(/^40[04] ShardNotExist$/);
});
