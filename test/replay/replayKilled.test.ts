import { expect, test } from "vitest";
import { ReplayStack } from "../provider/replayStack.js";
import { Killed, ModelProvider, ModelService } from "./replayModel.js";

const hour = 60 * 60;

test("what an up wrote that was killed is no sign of a live consumer, so the next one goes on at once", async () => {
  const service = new ModelService();
  for (let shard = 0; shard < 3; shard += 1) service.addShard([5 * hour, 4 * hour, 3 * hour], 2);
  const stack = new ReplayStack(() => Promise.resolve(new ModelProvider(service)));
  const replay = { project: "shop", logstore: "orders", consumerGroup: "billing", from: "begin" };
  stack.onPlanned = () => {
    const looks = Array.from({ length: 6 }, () => "answered" as const);
    service.fates = [...looks, "crashAfter", "crashBefore", "crashBefore"];
  };
  await expect(stack.up(replay)).rejects.toBeInstanceOf(Killed);
  stack.onPlanned = () => undefined;
  service.fates = [];
  expect(service.effects.map(({ shard }) => shard)).toEqual([0]);

  const { failure } = await stack.up(replay);
  expect(failure?.message).toBeUndefined();
  expect(service.effects.map(({ shard }) => shard)).toEqual([0, 1, 2]);
});
