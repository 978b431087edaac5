import { describe, expect, it } from "vitest";
import type { SlsClient } from "./slsClient.js";
import { paths, startShop } from "./fixture.js";

const keys = { accessKeyId: "limited", accessKeySecret: "secret" };
const group = "acs:log:*:*:project/shop/logstore/orders/consumergroup/billing";
const store = "acs:log:*:*:project/shop/logstore/orders";

async function startLimited(actions: string[], resources: string[], assumptions = {}) {
  const identity = { ...keys, policy: [{ actions, resources }] };
  const { client, emulator } = await startShop({ identities: [identity], assumptions });
  return { sls: client(keys), emulator };
}

async function pin(sls: SlsClient) {
  return sls.post(paths.update, { shard: 0, checkpoint: "MQ==" });
}

describe("a policy", () => {
  it("lets pass what it grants, and names what it does not", async () => {
    const { sls, emulator } = await startLimited(["log:GetConsumerGroupCheckPoint"], [group]);
    expect((await sls.get(paths.group)).outcome).toBe("200");
    const denied = await pin(sls);
    expect(denied.outcome).toBe("401 Unauthorized");
    expect(denied.text).toContain(
      "action: log:ConsumerGroupUpdateCheckPoint, resource: acs:log:cn-emulator:1:project/shop/logstore/orders/consumergroup/billing",
    );
    expect(emulator.checkpoint("shop", "orders", "billing", 0)).toBeUndefined();
  });

  it("takes patterns for actions and resources", async () => {
    const { sls } = await startLimited(["log:*ConsumerGroup*"], ["acs:log:*:*:project/shop/*"]);
    expect((await pin(sls)).outcome).toBe("200");
    expect((await sls.get(paths.groups)).outcome).toBe("200");
    expect((await sls.get(paths.shards)).outcome).toBe("401 Unauthorized");
  });

  it.each([
    ["GET", paths.shards, "log:ListShards", store],
    ["GET", paths.cursor(0, "begin"), "log:GetCursorOrData", store],
    ["GET", paths.groups, "log:ListConsumerGroup", `${store}/consumergroup/*`],
    ["GET", "/logstores/orders", "log:GetLogStore", store],
    ["GET", "/logstores", "log:ListLogStores", "acs:log:*:*:project/shop/logstore/*"],
    ["GET", "/", "log:GetProject", "acs:log:*:*:project/shop"],
    ["DELETE", paths.group, "log:DeleteConsumerGroup", group],
  ])("%s %s needs %s on %s", async (method, path, action, resource) => {
    const granted = await startLimited([action], [resource]);
    expect((await granted.sls.send({ method, path })).outcome).toBe("200");
    const otherAction = await startLimited(["log:Other"], [resource]);
    expect((await otherAction.sls.send({ method, path })).outcome).toBe("401 Unauthorized");
    const otherResource = await startLimited([action], [`${resource}x`]);
    expect((await otherResource.sls.send({ method, path })).outcome).toBe("401 Unauthorized");
  });
});
