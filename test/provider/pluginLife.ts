import { createRequire } from "node:module";
import { type dynamic } from "@pulumi/pulumi";
import { vi } from "vitest";
import { type Properties } from "./dynamicProviderServer.js";

/** The plugin's service without gRPC and without a process: the calls of a life, through its messages. */

const requireHere = createRequire(import.meta.url);
const require = createRequire(requireHere.resolve("@pulumi/pulumi"));

/** The generated classes set and get by name; only what is used here is written down. */
type Message = Record<string, (value?: unknown) => unknown>;

/** The four calls that a test makes of a resource. */
export interface Life {
  check(olds: Properties, news: Properties): Promise<dynamic.CheckResult>;
  diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult>;
  create(inputs: Properties): Promise<dynamic.CreateResult>;
  update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult>;
}

const types = {
  checkpoint: "ConsumerGroupCheckpoint",
  replayPlan: "ReplayPlan",
  replayApply: "ReplayApply",
} as const;

/** Starts a service as an engine would configure it, and answers the life of each kind of resource. */
export async function startPlugin(
  config: Readonly<Record<string, string>>,
  lines: string[],
): Promise<(kind: keyof typeof types) => Life> {
  const { ProviderService } = await import("../../provider/src/plugin/service.js");
  const { EngineLog } = await import("../../provider/src/plugin/engineLog.js");
  const { describeInterruptibleEvent } = await import("../../provider/src/texts/describeEvent.js");
  const { serviceErrorOf } = await import("../../provider/src/plugin/failures.js");
  vi.spyOn(EngineLog.prototype, "show").mockImplementation((_urn, event) => {
    lines.push(...describeInterruptibleEvent(event).split("\n"));
  });
  const service = new ProviderService({ text: "{}", version: "0.0.0" });
  const own = Object.entries(config).flatMap(([key, value]) =>
    key.startsWith("sls:") ? [[key.slice("sls:".length), value]] : [],
  );
  const calls = service as unknown as Record<string, (request: Message) => Promise<Message>>;
  const call = async (method: string, request: Message, inputs: Properties): Promise<Message> => {
    try {
      return (await calls[method]?.call(service, request)) ?? {};
    } catch (error) {
      const { details, metadata } = serviceErrorOf(error, inputs);
      throw Object.assign(new Error(details), kept(metadata?.get("grpc-status-details-bin")[0]));
    }
  };
  await call(
    "configure",
    message("ConfigureRequest", { setArgs: struct(Object.fromEntries(own) as Properties) }),
    {},
  );
  return (kind) => lifeOf(call, types[kind]);
}

function lifeOf(
  call: (method: string, request: Message, inputs: Properties) => Promise<Message>,
  type: string,
): Life {
  const setUrn = `urn:pulumi:test::shop::sls:index:${type}::it`;
  return {
    async check(olds, news) {
      const request = { setUrn, setOlds: struct(olds), setNews: struct(news) };
      const answer = await call("check", message("CheckRequest", request), news);
      const failures = (answer["getFailuresList"]?.() as Message[]).map((failure) => ({
        property: failure["getProperty"]?.() as string,
        reason: failure["getReason"]?.() as string,
      }));
      return { inputs: propertiesOf(answer["getInputs"]?.()), failures };
    },
    async diff(setId, olds, news) {
      const request = { setUrn, setId, setOlds: struct(olds), setNews: struct(news) };
      const answer = await call("diff", message("DiffRequest", request), news);
      return { changes: answer["getChanges"]?.() === 2, replaces: answer["getReplacesList"]?.() as string[] };
    },
    async create(inputs) {
      const answer = await call(
        "create",
        message("CreateRequest", { setUrn, setProperties: struct(inputs) }),
        inputs,
      );
      return { id: answer["getId"]?.() as string, outs: propertiesOf(answer["getProperties"]?.()) };
    },
    async update(setId, olds, news) {
      const request = { setUrn, setId, setOlds: struct(olds), setNews: struct(news) };
      const answer = await call("update", message("UpdateRequest", request), news);
      return { outs: propertiesOf(answer["getProperties"]?.()) };
    },
  };
}

/** What an error makes the engine keep. */
function kept(details: unknown): object {
  if (details === undefined) return {};
  const { Status } = requireMessages("status_pb.js");
  const { ErrorResourceInitFailed } = requireMessages("provider_pb.js");
  const status = Status?.["deserializeBinary"]?.(details) as Message;
  const [any] = status["getDetailsList"]?.() as Message[];
  const failed = ErrorResourceInitFailed?.["deserializeBinary"]?.(any?.["getValue_asU8"]?.()) as Message;
  return {
    id: failed["getId"]?.(),
    properties: propertiesOf(failed["getProperties"]?.()),
    reasons: failed["getReasonsList"]?.(),
  };
}

function requireMessages(file: string): Record<string, Message & (new () => Message)> {
  return require(`@pulumi/pulumi/proto/${file}`) as Record<string, Message & (new () => Message)>;
}

function message(name: string, fields: Readonly<Record<string, unknown>>): Message {
  const Class = requireMessages("provider_pb.js")[name];
  if (Class === undefined) throw new Error(`there is no message ${name}`);
  const made = new Class();
  for (const [set, value] of Object.entries(fields)) made[set]?.(value);
  return made;
}

function struct(values: Properties): unknown {
  const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js") as {
    readonly Struct: { fromJavaScript(values: Properties): unknown };
  };
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as Properties);
}

function propertiesOf(value: unknown): Properties {
  return (value as { toJavaScript(): Properties }).toJavaScript();
}
