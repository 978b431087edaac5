/** Settings that a stack has for the official provider: a plugin does not get them, and says so where one is missing. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { PluginProcess, protocol, structOf } from "./pluginProcess.ts";

let plugin: PluginProcess;

beforeAll(async () => {
  plugin = await PluginProcess.start();
});

afterAll(() => plugin.stop());

async function pinned(settings: object): Promise<string | undefined> {
  const configured = new protocol.ConfigureRequest();
  configured.setArgs(structOf(settings));
  await plugin.send("Configure", Buffer.from(configured.serializeBinary()));
  const request = new protocol.CreateRequest();
  request.setUrn("urn:pulumi:dev::shop::sls:index:ConsumerGroupCheckpoint::pin");
  const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
  request.setProperties(structOf({ ...group, shard: 0, checkpoint: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==" }));
  return (await plugin.send("Create", Buffer.from(request.serializeBinary()))).error?.text;
}

const hint = "Pulumi hands a plugin no alicloud:* settings of a stack: use those of sls:*";

it("a region that is missing", async () => {
  const said = await pinned({});
  expect(said).toContain("no region: set sls:region");
  expect(said).toContain(hint);
});

it("an endpoint that is wrong has nothing to do with them", async () => {
  const said = await pinned({ endpoint: "not an endpoint" });
  expect(said).toContain("sls:endpoint");
  expect(said).not.toContain(hint);
});
