import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Shop, group, valueOf } from "../readings/shop.js";

let shop: Shop;
const calls: pulumi.runtime.MockCallArgs[] = [];

beforeAll(async () => {
  shop = await Shop.open();
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as Record<string, unknown> }),
    call: (call) => {
      calls.push(call);
      return { text: `what ${call.token} reads` };
    },
  });
});

afterAll(async () => {
  await shop.close();
});

beforeEach(() => {
  calls.length = 0;
});

describe("under Pulumi's mocks", () => {
  it.each([
    ["getConsumerGroupCheckpoints", () => sls.getConsumerGroupCheckpoints(group), group],
    [
      "getReplayPlan",
      () => sls.getReplayPlan({ ...group, from: { "0": "begin" } }),
      { ...group, from: { "0": "begin" } },
    ],
    ["getReplayProgress", () => sls.getReplayProgress({ ...group, shards: [] }), { ...group, shards: [] }],
  ])("the mock of calls answers %s, and no request is sent", async (name, read, inputs) => {
    expect(await read()).toEqual({ text: `what sls:index:${name} reads` });
    expect(calls).toMatchObject([{ token: `sls:index:${name}`, inputs }]);
    expect(shop.calls()).toEqual([]);
  });

  it("the mock is told which connection is read with", async () => {
    const provider = new sls.Provider("prod", {
      region: "cn-hangzhou",
      accessKeyId: "id",
      accessKeySecret: "s",
    });
    const answer = sls.getConsumerGroupCheckpointsOutput(
      { ...group, logstore: pulumi.output("orders") },
      { provider },
    );
    expect((await valueOf(answer))?.text).toBe("what sls:index:getConsumerGroupCheckpoints reads");
    expect(calls[0]?.provider).toMatch(/::prod::prod-id$/);
  });
});
