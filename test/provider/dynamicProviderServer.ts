import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { startEngineLines } from "./engineLines.js";

// The protocol's classes have to be the very ones that Pulumi uses, so they are resolved from where it is.
const requireHere = createRequire(import.meta.url);
const require = createRequire(requireHere.resolve("@pulumi/pulumi"));
const grpc = require("@grpc/grpc-js") as {
  credentials: { createInsecure(): unknown };
};
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js") as {
  Struct: { fromJavaScript(value: Properties): unknown };
};
const messages = require("@pulumi/pulumi/proto/provider_pb.js") as Record<string, new () => ProtocolMessage>;
const services = require("@pulumi/pulumi/proto/provider_grpc_pb.js") as {
  ResourceProviderClient: new (address: string, credentials: unknown) => ProtocolClient;
};

export type Properties = Record<string, unknown>;

/** The generated classes set and get by name; only what these tests use is written down. */
type ProtocolMessage = Record<string, (value?: unknown) => unknown>;

interface ProtocolClient {
  close(): void;
  [method: string]: (
    request?: ProtocolMessage,
    callback?: (error: ProtocolError | null, answer: ProtocolMessage) => void,
  ) => void;
}

interface ProtocolError extends Error {
  readonly details: string;
  readonly metadata: { get(key: string): Buffer[] };
}

/** What a failed create or update made Pulumi keep. */
export interface KeptState {
  readonly id: string;
  readonly properties: Properties;
  readonly reasons: readonly string[];
}

/** An error that came over the protocol; `kept` is set when Pulumi keeps state in spite of it. */
export class ProviderFailure extends Error {
  override readonly name = "ProviderFailure";
  constructor(
    message: string,
    readonly kept: KeptState | undefined,
  ) {
    super(message);
  }
}

export interface ServerOptions {
  /** `sls:…` and `alicloud:…` keys, as stack config or an explicit provider gives them. */
  readonly config?: Readonly<Record<string, string>>;
  /** What stands for the engine's address; one that never answers is not probed. */
  readonly engineAddress?: string;
}

/** Whether the same tests are run on the plugin. */
const isPlugin = process.env["SLS_TEST_FRONT"] === "plugin";

/** Which resource of the plugin a shim is. */
const pluginTypes: Readonly<Record<ShimName, string>> = {
  consumerGroupCheckpointProvider: "ConsumerGroupCheckpoint",
  replayPlanProvider: "ReplayPlan",
  replayApplyProvider: "ReplayApply",
  savepointProvider: "ConsumerGroupSavepoint",
  consumerGroupProvider: "ConsumerGroup",
};

/**
 * A front in a process, spoken to as the engine does: Pulumi's own server for dynamic providers, or, where the tests are run
 * on it, the plugin.
 */
export class DynamicProviderServer {
  /** Every line that the provider printed. */
  readonly lines: string[];
  readonly #child: ChildProcess;
  readonly #client: ProtocolClient;
  readonly #shim: string;
  readonly #urn: string;
  #stopEngine: () => void = () => undefined;

  private constructor(
    child: ChildProcess,
    client: ProtocolClient,
    resource: { readonly shim: string; readonly urn: string },
    lines: string[] = [],
  ) {
    this.lines = lines;
    this.#child = child;
    this.#client = client;
    this.#shim = resource.shim;
    this.#urn = resource.urn;
  }

  /** Starts a server for one of the package's shims, as it was built. */
  static async start(shim: ShimName, options: ServerOptions = {}): Promise<DynamicProviderServer> {
    const lines: string[] = [];
    const engine =
      isPlugin && options.engineAddress === undefined ? await startEngineLines(lines) : undefined;
    const child = spawn(
      process.execPath,
      [program(), options.engineAddress ?? engine?.address ?? "127.0.0.1:1"],
      {
        cwd: fileURLToPath(new URL("..", import.meta.url)),
        env: cleanEnvironment(),
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const output = createInterface({ input: child.stdout });
    const [port] = (await once(output, "line")) as [string];
    const client = new services.ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    const server = new DynamicProviderServer(child, client, await resourceOf(shim), lines);
    if (engine !== undefined) server.#stopEngine = engine.stop;
    output.on("line", (line) => server.lines.push(line));
    createInterface({ input: child.stderr }).on("line", (line) => server.lines.push(`stderr: ${line}`));
    await server.#call(
      "configure",
      message("ConfigureRequest", { setArgs: struct(settingsOf(options.config ?? {})) }),
    );
    return server;
  }

  /** The same process, spoken to about another kind of resource: one process serves all of a stack. */
  async as(shim: ShimName): Promise<DynamicProviderServer> {
    return new DynamicProviderServer(this.#child, this.#client, await resourceOf(shim), this.lines);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }> {
    const answer = await this.#call(
      "check",
      message("CheckRequest", { setOlds: this.#struct(olds), setNews: this.#struct(news) }),
    );
    return {
      inputs: properties(answer["getInputs"]?.()),
      failures: (answer["getFailuresList"]?.() as ProtocolMessage[]).map((failure) => ({
        property: failure["getProperty"]?.() as string,
        reason: failure["getReason"]?.() as string,
      })),
    };
  }

  async diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ changes: "unknown" | "none" | "some"; replaces: string[] }> {
    const answer = await this.#call(
      "diff",
      message("DiffRequest", { setId: id, setOlds: this.#struct(olds), setNews: this.#struct(news) }),
    );
    const changes = (["unknown", "none", "some"] as const)[answer["getChanges"]?.() as number];
    return { changes: changes ?? "unknown", replaces: answer["getReplacesList"]?.() as string[] };
  }

  async create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
    const answer = await this.#call(
      "create",
      message("CreateRequest", { setProperties: this.#struct(inputs) }),
    );
    return { id: answer["getId"]?.() as string, outs: properties(answer["getProperties"]?.()) };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<Properties> {
    const answer = await this.#call(
      "update",
      message("UpdateRequest", { setId: id, setOlds: this.#struct(olds), setNews: this.#struct(news) }),
    );
    return properties(answer["getProperties"]?.());
  }

  async read(id: string, outs: Properties): Promise<{ id: string; outs: Properties }> {
    const answer = await this.#call(
      "read",
      message("ReadRequest", { setId: id, setProperties: this.#struct(outs) }),
    );
    return { id: answer["getId"]?.() as string, outs: properties(answer["getProperties"]?.()) };
  }

  async delete(id: string, outs: Properties): Promise<void> {
    await this.#call("delete", message("DeleteRequest", { setId: id, setProperties: this.#struct(outs) }));
  }

  async stop(): Promise<void> {
    this.#stopEngine();
    this.#client.close();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  /** The engine hands the shim along with every set of properties. */
  #struct(values: Properties): unknown {
    if (isPlugin) return struct(values);
    return struct(Object.keys(values).length === 0 ? {} : { ...values, __provider: this.#shim });
  }

  /** A plugin is not told `self`: a pin has its own URN. */
  #urnFor(request: ProtocolMessage): string {
    const given = request["getNews"]?.() ?? request["getProperties"]?.();
    const self = given === undefined ? undefined : properties(given)["self"];
    return isPlugin && typeof self === "string" && !self.includes("::")
      ? this.#urn.replace(/it$/, self)
      : this.#urn;
  }

  async #call(method: string, request: ProtocolMessage): Promise<ProtocolMessage> {
    if (method !== "configure") request["setUrn"]?.(this.#urnFor(request));
    return new Promise((resolve, reject) => {
      this.#client[method]?.(request, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(new ProviderFailure(error.details, keptState(error)));
      });
    });
  }
}

function program(): string {
  if (isPlugin) return fileURLToPath(new URL("../../provider/dist/plugin/program/start.js", import.meta.url));
  return require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
}

/** A plugin gets the keys of its own name, without the name. */
function settingsOf(config: Readonly<Record<string, string>>): Properties {
  if (!isPlugin) return config;
  const own = Object.entries(config).filter(([key]) => key.startsWith("sls:"));
  return Object.fromEntries(own.map(([key, value]) => [key.slice("sls:".length), value]));
}

async function resourceOf(name: ShimName): Promise<{ readonly shim: string; readonly urn: string }> {
  return {
    shim: isPlugin ? "" : await serializeShim(name),
    urn: `urn:pulumi:test::shop::sls:index:${pluginTypes[name]}::it`,
  };
}

export type ShimName =
  | "consumerGroupCheckpointProvider"
  | "replayPlanProvider"
  | "replayApplyProvider"
  | "savepointProvider"
  | "consumerGroupProvider";

/** The shim that a front keeps with a resource: a plugin keeps none. */
export async function shimInState(name: ShimName): Promise<string | undefined> {
  return isPlugin ? undefined : serializeShim(name);
}

/** The text that Pulumi stores with every resource. It is that of the built package: tests transform sources. */
export async function serializeShim(name: ShimName): Promise<string> {
  const shims = requireHere("../../provider/dist/dynamicProvider.js") as Record<
    ShimName,
    pulumi.dynamic.ResourceProvider
  >;
  const provider = shims[name];
  const { text } = await pulumi.runtime.serializeFunction(() => provider, { allowSecrets: true });
  return text;
}

function message(type: string, fields: Readonly<Record<string, unknown>>): ProtocolMessage {
  const Message = messages[type];
  if (Message === undefined) throw new Error(`Pulumi's protocol has no message ${type}`);
  const built = new Message();
  for (const [setter, value] of Object.entries(fields)) built[setter]?.(value);
  return built;
}

function struct(values: Properties): unknown {
  return Struct.fromJavaScript(values);
}

/** Absent is empty, as the engine reads it. */
function properties(value: unknown): Properties {
  const { __provider: _shim, ...rest } =
    (value as { toJavaScript(): Properties } | undefined)?.toJavaScript() ?? {};
  return rest;
}

const detailsHeader = "grpc-status-details-bin";

function keptState(error: ProtocolError): KeptState | undefined {
  const [details] = error.metadata.get(detailsHeader);
  if (details === undefined) return undefined;
  const { Status } = require("@pulumi/pulumi/proto/status_pb.js") as {
    Status: { deserializeBinary(bytes: Buffer): { getDetailsList(): { getValue_asU8(): Uint8Array }[] } };
  };
  const [detail] = Status.deserializeBinary(details).getDetailsList();
  if (detail === undefined) return undefined;
  const InitFailed = messages["ErrorResourceInitFailed"] as unknown as {
    deserializeBinary(bytes: Uint8Array): ProtocolMessage;
  };
  const failed = InitFailed.deserializeBinary(detail.getValue_asU8());
  return {
    id: failed["getId"]?.() as string,
    properties: (failed["getProperties"]?.() as { toJavaScript(): Properties }).toJavaScript(),
    reasons: failed["getReasonsList"]?.() as string[],
  };
}

/** No key of the machine's own may reach a test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(ALICLOUD|ALIBABA_?CLOUD)_/.test(name)),
  );
}
