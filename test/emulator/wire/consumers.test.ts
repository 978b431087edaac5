import { describe, expect, it } from "vitest";
import { useWireShop } from "./wireShop.js";

const shop = useWireShop();

describe("HeartBeat", () => {
  it("gives the first consumer every shard", async () => {
    const { path } = await shop.openGroup();
    const beat = async (held: number[]) => shop.sls.post(`${path}?type=heartbeat&consumer=a`, held);
    expect((await beat([])).json).toEqual([0, 1]);
    expect((await beat([0, 1])).json).toEqual([0, 1]);
  });

  it("refuses shards of a consumer that did not register", async () => {
    const { path } = await shop.openGroup();
    const { outcome } = await shop.sls.post(`${path}?type=heartbeat&consumer=a`, [0]);
    expect(outcome).toBe("400 NotExistConsumerWithBody");
  });

  it.each([
    ["no consumer", "?type=heartbeat", [], "400 ParameterInvalid"],
    ["shards that are no numbers", "?type=heartbeat&consumer=a", ["0"], "400 PostBodyInvalid"],
    ["an object", "?type=heartbeat&consumer=a", {}, "400 PostBodyInvalid"],
    ["an unknown group", "-x?type=heartbeat&consumer=a", [], "404 ConsumerGroupNotExist"],
  ])("refuses %s", async (_name, rest, body, outcome) => {
    const { path } = await shop.openGroup();
    expect((await shop.sls.post(path + rest, body)).outcome).toBe(outcome);
  });
});
