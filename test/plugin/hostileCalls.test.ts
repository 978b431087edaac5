/** What no engine sends: each call gets an answer that says what is wrong, and the process lives on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.ts";
import {
  type CallAnswer,
  PluginProcess,
  type Struct,
  protocol,
  structOf,
  structValueOf,
  structWithoutType,
} from "./pluginProcess.ts";

let emulator: SlsEmulator;
let plugin: PluginProcess;
let begin: string;

beforeAll(async () => {
  emulator = await SlsEmulator.start();
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  begin = emulator.cursorAt("shop", "orders", 0, "begin");
  plugin = await PluginProcess.start();
  const request = new protocol.ConfigureRequest();
  const { accessKeyId, accessKeySecret } = defaultIdentity;
  request.setArgs(structOf({ endpoint: emulator.endpoint, accessKeyId, accessKeySecret }));
  expect((await send("Configure", request)).error).toBeUndefined();
});

afterAll(async () => {
  const wrote =
    emulator.requestsOf("UpdateCheckPoint").length + emulator.requestsOf("UpdateConsumerGroup").length;
  await emulator.stop();
  const lived = plugin.isRunning;
  await plugin.stop();
  expect({ lived, wrote }).toEqual({ lived: true, wrote: 0 });
});

interface Message {
  serializeBinary(): Uint8Array;
}

function send(method: string, message: Message): Promise<CallAnswer> {
  return plugin.send(method, Buffer.from(message.serializeBinary()));
}

function urnOf(kind: string): string {
  return `urn:pulumi:dev::shop::sls:index:${kind}::it`;
}

/** What is wrong, as `property: reason` lines or the text of an error. */
type Said = string;

async function checked(kind: string, news: Struct, olds?: Struct): Promise<Said> {
  const request = new protocol.CheckRequest();
  request.setUrn(urnOf(kind));
  request.setNews(news);
  if (olds !== undefined) request.setOlds(olds);
  const answer = await send("Check", request);
  if (answer.error !== undefined) return answer.error.text;
  return problemsOf(answer.bytes);
}

function problemsOf(checkResponse: Buffer): Said {
  const failures = protocol.CheckResponse.deserializeBinary(checkResponse).getFailuresList();
  return failures.map((failure) => `${failure.getProperty()} ${failure.getReason()}`.trim()).join("\n");
}

async function created(kind: string, inputs: Struct): Promise<Said> {
  const request = new protocol.CreateRequest();
  request.setUrn(urnOf(kind));
  request.setProperties(inputs);
  return (await send("Create", request)).error?.text ?? "";
}

async function updated(kind: string, olds: Struct, news: Struct): Promise<Said> {
  const request = new protocol.UpdateRequest();
  request.setUrn(urnOf(kind));
  request.setId("shop/orders/billing");
  request.setOlds(olds);
  request.setNews(news);
  return (await send("Update", request)).error?.text ?? "";
}

async function invoked(token: string, args: Struct): Promise<Said> {
  const request = new protocol.InvokeRequest();
  request.setTok(token);
  request.setArgs(args);
  const answer = await send("Invoke", request);
  if (answer.error !== undefined) return answer.error.text;
  const { text } = protocol.InvokeResponse.deserializeBinary(answer.bytes).getReturn()?.toJavaScript() ?? {};
  return JSON.stringify(text);
}

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
const self = urnOf("ConsumerGroupReplay");

/** Inputs of each kind that are right, so that one wrong one is alone. */
function rightInputs(kind: string): Readonly<Record<string, unknown>> {
  switch (kind) {
    case "ConsumerGroupCheckpoint":
      return { ...group, shard: 0, checkpoint: begin };
    case "ReplayPlan":
      return { ...group, self, from: "begin" };
    case "ConsumerGroup":
      return { ...group, consumerGroup: "another" };
    default:
      return group;
  }
}

/** Every type that an input can have on the wire. */
const values: Readonly<Record<string, unknown>> = {
  text: "wrong!",
  number: 1.5,
  "no number": NaN,
  boolean: true,
  list: ["wrong!"],
  map: { wrong: "wrong!" },
  secret: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: { wrong: 1 } },
  "a secret that is none": { "4dabf18193072939515e22adb298388d": "another mark", value: "wrong!" },
};

const types = Object.keys(values);

function without(...names: readonly string[]): readonly string[] {
  return types.filter((type) => !names.includes(type));
}

/** Which types are wrong for an input. */
const wrong: readonly (readonly [kind: string, input: string, types: readonly string[]])[] = [
  ["ConsumerGroupCheckpoint", "project", types],
  ["ConsumerGroupCheckpoint", "consumerGroup", types],
  ["ConsumerGroupCheckpoint", "shard", types],
  ["ConsumerGroupCheckpoint", "checkpoint", types],
  ["ConsumerGroupCheckpoint", "forceSuccess", without("boolean")],
  ["ConsumerGroupCheckpoint", "consumer", without("text")],
  ["ConsumerGroupCheckpoint", "maxMove", types],
  ["ConsumerGroupCheckpoint", "applyBefore", types],
  ["ConsumerGroupCheckpoint", "onActiveConsumers", types],
  ["ConsumerGroupCheckpoint", "allowUnordered", without("boolean")],
  ["ConsumerGroupCheckpoint", "reason", without("text")],
  ["ReplayPlan", "logstore", types],
  ["ReplayPlan", "from", types],
  ["ReplayPlan", "self", without("text")],
  ["ReplayPlan", "waitTimeout", types],
  ["ReplayPlan", "watchFor", types],
  ["ReplayPlan", "allowTruncated", without("boolean")],
  ["ReplayPlan", "allowSkip", without("boolean")],
  ["ReplayApply", "plan", types],
  ["ConsumerGroupSavepoint", "project", types],
  ["ConsumerGroupSavepoint", "reason", without("text")],
  ["ConsumerGroup", "consumerGroup", types],
  ["ConsumerGroup", "timeout", types],
  ["ConsumerGroup", "order", without("boolean")],
  ["ConsumerGroup", "adopt", without("boolean")],
  ["ConsumerGroup", "waitTimeout", types],
  ["ConsumerGroup", "reason", without("text")],
];

describe.each(wrong)("an input of a %s of the wrong type: %s", (kind, input, wrongTypes) => {
  it.each(wrongTypes)("%s", async (type) => {
    const inputs = structOf({ ...rightInputs(kind), [input]: values[type] });
    expect(await checked(kind, inputs)).toContain(input);
    // An engine that acts without a check has no other words to show than these.
    expect(await created(kind, inputs)).toContain(input);
    expect(await updated(kind, structOf({}), inputs)).toContain(input);
  });
});

describe("inputs that there are not", () => {
  it.each(["ConsumerGroupCheckpoint", "ReplayPlan", "ConsumerGroupSavepoint", "ConsumerGroup"])(
    "of a %s are named, with those that there are",
    async (kind) => {
      const inputs = structOf({ ...rightInputs(kind), checkpiont: "MA==" });
      for (const said of [await checked(kind, inputs), await created(kind, inputs)]) {
        expect(said).toContain("checkpiont");
        expect(said).toContain("it has project, logstore, consumerGroup");
      }
    },
  );

  it.each(["__proto__", "constructor", "toString"])("%s is no way to others", async (name) => {
    const inputs = structOf({ ...group, shard: 0 });
    inputs.getFieldsMap().set(name, structValueOf({ checkpoint: begin }));
    expect(await checked("ConsumerGroupCheckpoint", inputs)).toContain("checkpoint is missing");
  });
});

describe("what is far too much", () => {
  const many = 100_000;
  const positions = Object.fromEntries(Array.from({ length: many }, (_, shard) => [String(shard), "begin"]));

  it("a map of 100,000 shards is answered with those that there are", async () => {
    const inputs = structOf({ ...rightInputs("ReplayPlan"), from: positions });
    for (const said of [await checked("ReplayPlan", inputs), await created("ReplayPlan", inputs)]) {
      expect(said).toContain("shards 2-99999: the logstore has no such shard");
      expect(said.length).toBeLessThan(1_000);
    }
  });

  it("100,000 positions that are wrong are not all repeated", async () => {
    const from = Object.fromEntries(Object.keys(positions).map((shard) => [shard, "yesterday"]));
    const said = await checked("ReplayPlan", structOf({ ...rightInputs("ReplayPlan"), from }));
    expect(said).toContain('from["0"] is not one of');
    expect(said).toContain("and 99980 more like these");
    expect(said.length).toBeLessThan(5_000);
  });

  it("a function reads 100,000 shards", async () => {
    const shards = Array.from({ length: many }, (_, shard) => ({
      shard,
      status: "pinned",
      checkpoint: "MA==",
    }));
    expect(await invoked("sls:index:getReplayProgress", structOf({ ...group, shards }))).toContain(
      "shop/orders/billing",
    );
    expect(await invoked("sls:index:getReplayPlan", structOf({ ...group, from: positions }))).toContain(
      "the logstore has no such shard",
    );
  });

  it("100,000 inputs that there are not are not all repeated", async () => {
    const inputs = Object.fromEntries(
      Object.keys(positions).map((shard) => [`shard ${shard}\n::error::`, 1]),
    );
    const said = await checked("ConsumerGroupSavepoint", structOf({ ...group, ...inputs }));
    expect(said).toContain("shard 0 ");
    expect(said).not.toContain("\n::");
    expect(said).toContain("and 99980 more like these");
  });

  it("a key of 10 MB is not repeated", async () => {
    const said = await checked(
      "ReplayPlan",
      structOf({ ...rightInputs("ReplayPlan"), from: { [long]: "begin" } }),
    );
    expect(said).toContain("is not a shard id");
    expect(said.length).toBeLessThan(1_000);
  });

  const long = "x".repeat(10_000_000);

  it.each(["ConsumerGroupCheckpoint", "ReplayPlan", "ConsumerGroupSavepoint", "ConsumerGroup"])(
    "a reason of 10 MB of a %s",
    async (kind) => {
      const inputs = structOf({ ...rightInputs(kind), reason: long });
      for (const said of [await checked(kind, inputs), await created(kind, inputs)]) {
        expect(said).toContain("reason is 10000000 characters long; at most 10000 are accepted");
      }
    },
  );

  it.each([
    "project",
    "shard",
    "checkpoint",
    "maxMove",
    "applyBefore",
    "onActiveConsumers",
    "consumer",
    "forceSuccess",
  ])("10 MB of %s are not repeated", async (input) => {
    const said = await checked(
      "ConsumerGroupCheckpoint",
      structOf({ ...rightInputs("ConsumerGroupCheckpoint"), [input]: long }),
    );
    expect(said).toContain(input);
    expect(said.length).toBeLessThan(2_000);
  });

  it.each(["from", "allowSkip"])("10 MB of %s of a replay are not repeated", async (input) => {
    const said = await checked("ReplayPlan", structOf({ ...rightInputs("ReplayPlan"), [input]: long }));
    expect(said).toContain(input);
    expect(said.length).toBeLessThan(2_000);
  });
});

const calls = [
  "CheckConfig",
  "Configure",
  "Check",
  "Diff",
  "Create",
  "Update",
  "Read",
  "Delete",
  "Invoke",
  "Construct",
];

describe("bytes that are no message", () => {
  it.each(calls)("to %s", async (method) => {
    const name = `${method[0]?.toLowerCase() ?? ""}${method.slice(1)}`;
    for (const bytes of [Buffer.from("deadbeef", "hex"), Buffer.from([0x12, 0xff, 0xff, 0x03, 1, 2])]) {
      const { error } = await plugin.send(method, bytes);
      expect(error?.text).toContain(`The plugin sls cannot read what it was sent to ${name}: `);
    }
  });

  it("a value without a type", async () => {
    const said = await checked("ConsumerGroupCheckpoint", structWithoutType("project"));
    expect(said).toBe("The plugin sls was sent a value that is of no type");
  });

  it.each([100, 9_000])("a value that is %d levels deep", async (depth) => {
    const answer = await plugin.send("Check", nested(urnOf("ConsumerGroupCheckpoint"), depth));
    const text = answer.error === undefined ? problemsOf(answer.bytes) : answer.error.text;
    expect(text).toMatch(/project|cannot read what it was sent to check/);
  });
});

/** A CheckRequest whose `triggers` are lists in lists, which the library's own encoder could not write. */
function nested(urn: string, depth: number): Buffer {
  let value = Buffer.from([0x08, 0]);
  for (let level = 0; level < depth; level += 1) value = field(0x32, field(0x0a, value));
  const entry = Buffer.concat([field(0x0a, Buffer.from("triggers")), field(0x12, value)]);
  return Buffer.concat([field(0x0a, Buffer.from(urn)), field(0x1a, field(0x0a, entry))]);
}

function field(tag: number, content: Buffer): Buffer<ArrayBuffer> {
  const length = [];
  let rest = content.length;
  for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([tag, ...length, rest]), content]);
}

describe("what the plugin does not have", () => {
  const requests = {
    Check: protocol.CheckRequest,
    Diff: protocol.DiffRequest,
    Create: protocol.CreateRequest,
    Update: protocol.UpdateRequest,
    Read: protocol.ReadRequest,
    Delete: protocol.DeleteRequest,
  };

  describe.each(["", "nothing", urnOf("Nope"), urnOf("constructor"), urnOf("__proto__")])(
    "a resource %j",
    (urn) => {
      it.each(Object.entries(requests))("%s", async (method, Request) => {
        const request = new Request();
        request.setUrn(urn);
        const { error } = await send(method, request);
        expect(error?.text).toContain("The plugin sls has no resource ");
        expect(error?.text).toContain("it has sls:index:ConsumerGroupCheckpoint, ");
      });
    },
  );

  it.each(["", "nothing", "sls:index:toString", "__proto__"])("a function %j", async (token) => {
    expect(await invoked(token, structOf({}))).toContain(`The plugin sls has no function ${token}; it has `);
  });

  it("a component", async () => {
    const request = new protocol.ConstructRequest();
    request.setType("sls:index:Nope");
    expect((await send("Construct", request)).error?.text).toBe(
      "The plugin sls has no component sls:index:Nope; it has sls:index:ConsumerGroupReplay",
    );
  });

  it("a call", async () => {
    expect((await plugin.send("Parameterize", Buffer.of())).error?.text).toBe(
      "The plugin sls does not serve parameterize",
    );
  });
});

describe("a replay without an engine to register it with", () => {
  it.each([
    ["", "The plugin sls was not told where Pulumi registers resources"],
    ["127.0.0.1:1", "it: Pulumi does not answer any more, so nothing more is registered"],
  ])("at %j", async (address, why) => {
    const request = new protocol.ConstructRequest();
    request.setType("sls:index:ConsumerGroupReplay");
    request.setName("it");
    request.setMonitorendpoint(address);
    expect((await send("Construct", request)).error?.text).toContain(why);
  });
});

describe("state that no version wrote", () => {
  it.each([
    "ConsumerGroupCheckpoint",
    "ReplayPlan",
    "ReplayApply",
    "ConsumerGroupSavepoint",
    "ConsumerGroup",
  ])("of a %s is refused where something would follow from it", async (kind) => {
    const olds = structOf({
      ...rightInputs(kind),
      schemaVersion: "newest",
      status: 7,
      plan: [],
      adopted: "maybe",
    });
    expect(await updated(kind, olds, structOf(rightInputs(kind)))).not.toBe("");
  });

  it.each(["ConsumerGroupCheckpoint", "ReplayPlan", "ReplayApply", "ConsumerGroupSavepoint"])(
    "of a %s does not hold up a refresh or a destroy",
    async (kind) => {
      const read = new protocol.ReadRequest();
      read.setUrn(urnOf(kind));
      read.setId("it");
      read.setProperties(structOf({ anything: [1, "2", null] }));
      const destroyed = new protocol.DeleteRequest();
      destroyed.setUrn(urnOf(kind));
      destroyed.setProperties(structOf({ anything: [1, "2", null] }));
      const answers = [await send("Read", read), await send("Delete", destroyed)];
      expect(answers.map(({ error }) => error)).toEqual([undefined, undefined]);
    },
  );
});
