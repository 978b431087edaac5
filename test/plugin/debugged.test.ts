/** One process that is debugged, and the engines and providers that come to it. */
import { createRequire } from "node:module";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.ts";
import { freePort } from "./freePort.ts";
import { PluginProcess, protocol, structOf } from "./pluginProcess.ts";

const require = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));
const { PluginAttach } =
  require("@pulumi/pulumi/proto/plugin_pb.js") as typeof import("@pulumi/pulumi/proto/plugin_pb.js");

/** Nobody listens there, which a process that never reached its engine does not mind. */
const [firstEngine, secondEngine] = ["127.0.0.1:1", "127.0.0.1:2"] as const;

let emulator: SlsEmulator;
let plugin: PluginProcess;

beforeEach(async () => {
  emulator = await SlsEmulator.start();
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 1 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  plugin = await PluginProcess.startDebugged(await freePort());
});

afterEach(async () => {
  await plugin.stop();
  await emulator.stop();
});

async function attach(address: string): Promise<void> {
  const request = new PluginAttach();
  request.setAddress(address);
  expect((await plugin.send("Attach", Buffer.from(request.serializeBinary()))).error).toBeUndefined();
}

/** Returns what is wrong, or nothing. */
async function configure(provider: string, accessKeyId = defaultIdentity.accessKeyId): Promise<string> {
  const request = new protocol.ConfigureRequest();
  request.setUrn(`urn:pulumi:dev::shop::pulumi:providers:sls::${provider}`);
  request.setId("1");
  const { accessKeySecret } = defaultIdentity;
  request.setArgs(structOf({ endpoint: emulator.endpoint, accessKeyId, accessKeySecret }));
  return (await plugin.send("Configure", Buffer.from(request.serializeBinary()))).error?.text ?? "";
}

function pin(): object {
  const checkpoint = emulator.cursorAt("shop", "orders", 0, "begin");
  return { project: "shop", logstore: "orders", consumerGroup: "billing", shard: 0, checkpoint };
}

/** Returns why a pin is refused, or nothing. */
async function checked(name: string): Promise<string> {
  const request = new protocol.CheckRequest();
  request.setUrn(`urn:pulumi:dev::shop::sls:index:ConsumerGroupCheckpoint::${name}`);
  request.setNews(structOf(pin()));
  const answer = await plugin.send("Check", Buffer.from(request.serializeBinary()));
  if (answer.error !== undefined) return answer.error.text;
  const failures = protocol.CheckResponse.deserializeBinary(answer.bytes).getFailuresList();
  return failures.map((failure) => failure.getReason()).join("\n");
}

/** The keys that requests were signed with. */
function keysUsed(): ReadonlySet<string | undefined> {
  return new Set(
    emulator.requests.map(({ headers }) => /^LOG ([^:]+):/.exec(headers["authorization"] ?? "")?.[1]),
  );
}

it("a second provider with another key is refused, and nothing is sent with it", async () => {
  await attach(firstEngine);
  expect(await configure("one")).toBe("");
  await attach(firstEngine);
  expect(await configure("two", "anotherKey")).toContain(
    "SecondProvider: this process serves the provider one already",
  );
  expect(await checked("pin")).toBe("");
  expect(keysUsed()).toEqual(new Set([defaultIdentity.accessKeyId]));
});

it("a second provider with the same settings is served, and what both move meets", async () => {
  await attach(firstEngine);
  await configure("one");
  expect(await checked("first")).toBe("");
  await attach(firstEngine);
  expect(await configure("two")).toBe("");
  expect(await checked("second")).toContain("shop/orders/billing");
});

it("the next engine starts afresh, with whichever key", async () => {
  await attach(firstEngine);
  await configure("one", "anotherKey");
  await attach(secondEngine);
  expect(await configure("two")).toBe("");
  expect(await checked("second")).toBe("");
  expect(keysUsed()).toEqual(new Set([defaultIdentity.accessKeyId]));
});
