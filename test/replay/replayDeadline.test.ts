import { expect, test } from "vitest";
import { type Properties } from "../provider/dynamicProviderServer.js";
import { ReplayStack } from "../provider/replayStack.js";
import { Killed, ModelProvider, ModelService } from "./replayModel.js";

const hour = 60 * 60;
const replay: Properties = {
  project: "shop",
  logstore: "orders",
  consumerGroup: "billing",
  from: "begin",
  applyBefore: "2026-11-22T12:30:00Z",
};

function statuses(stack: ReplayStack): unknown {
  const shards = stack.state.apply?.outs["shards"] as { shard: number; status: string }[];
  return shards.map(({ status }) => status);
}

test("a deadline that passes while shards are written leaves the rest pending, and a later one goes on", async () => {
  const service = new ModelService();
  for (let shard = 0; shard < 3; shard += 1) service.addShard([5 * hour, 4 * hour, 3 * hour], 2);
  const stack = new ReplayStack(() => Promise.resolve(new ModelProvider(service)));
  service.probe = async (attempt) => {
    if (attempt !== 2) return;
    // The others are on their way by then.
    for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
    service.pass(hour);
  };
  const { failure } = await stack.up(replay);
  expect(failure?.message).toContain("1 of 3 shards is not pinned\n  pinned: 0, 2\n  not tried: 1\n");
  expect(failure?.message).toContain("its deadline has passed, so nothing more is written");
  expect(statuses(stack)).toEqual(["pinned", "pending", "pinned"]);

  service.probe = () => Promise.resolve();
  expect((await stack.up(replay)).failure?.message).toContain("its deadline has passed");
  expect((await stack.up({ ...replay, applyBefore: "2026-11-22T18:00:00Z" })).failure).toBeUndefined();
  expect(statuses(stack)).toEqual(["pinned", "pinned", "pinned"]);
  expect(service.effects.map(({ shard }) => shard).sort()).toEqual([0, 1, 2]);
});

test("a deadline that passes after an up was killed in the middle never makes a success of the mixture", async () => {
  const service = new ModelService();
  for (let shard = 0; shard < 3; shard += 1) service.addShard([5 * hour, 4 * hour, 3 * hour], 2);
  const stack = new ReplayStack(() => Promise.resolve(new ModelProvider(service)));
  stack.onPlanned = () => {
    const looks = Array.from({ length: 6 }, () => "answered" as const);
    service.fates = [...looks, "crashAfter", "crashBefore", "crashBefore"];
  };
  await expect(stack.up(replay)).rejects.toBeInstanceOf(Killed);
  stack.onPlanned = () => undefined;
  service.fates = [];
  expect(service.effects).toHaveLength(1);
  service.pass(hour);
  expect((await stack.up(replay)).failure?.message).toContain("2 of 3 shards are not pinned\n  pinned: 0\n");
  expect(service.effects).toHaveLength(1);
});
