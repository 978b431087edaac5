/** The built plugin as a process of its own, called over gRPC as an engine does, down to the bytes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pluginFolder } from "../../tools/plugin/bundle.mjs";

const require = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));
const grpc = require("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
export const protocol =
  require("@pulumi/pulumi/proto/provider_pb.js") as typeof import("@pulumi/pulumi/proto/provider_pb.js");
const { EngineService } =
  require("@pulumi/pulumi/proto/engine_grpc_pb.js") as typeof import("@pulumi/pulumi/proto/engine_grpc_pb.js");
const { Empty } =
  require("google-protobuf/google/protobuf/empty_pb.js") as typeof import("google-protobuf/google/protobuf/empty_pb.js");
const { Struct, Value } =
  require("google-protobuf/google/protobuf/struct_pb.js") as typeof import("google-protobuf/google/protobuf/struct_pb.js");

export type Struct = InstanceType<typeof Struct>;
type Plain = Parameters<typeof Struct.fromJavaScript>[0];

/** What a call came to: bytes, or the code and the text of an error. */
export type CallAnswer =
  | { readonly bytes: Buffer; readonly error?: undefined }
  | { readonly error: { readonly code: number; readonly text: string } };

export function structOf(values: object): Struct {
  return Struct.fromJavaScript(values as Plain);
}

export function structValueOf(values: object): InstanceType<typeof Value> {
  const value = new Value();
  value.setStructValue(structOf(values));
  return value;
}

/** A struct that no program can write: a field of it has a value without a type. */
export function structWithoutType(name: string): Struct {
  const struct = new Struct();
  struct.getFieldsMap().set(name, new Value());
  return struct;
}

export class PluginProcess {
  readonly #child: ChildProcess;
  readonly #engine: InstanceType<typeof grpc.Server>;
  readonly #client: InstanceType<typeof grpc.Client>;

  private constructor(child: ChildProcess, engine: InstanceType<typeof grpc.Server>, port: number) {
    this.#child = child;
    this.#engine = engine;
    this.#client = new grpc.Client(`127.0.0.1:${String(port)}`, grpc.credentials.createInsecure(), {
      "grpc.max_send_message_length": -1,
      "grpc.max_receive_message_length": -1,
    });
  }

  static start(): Promise<PluginProcess> {
    return PluginProcess.#start((address) => [address]);
  }

  /** Starts it as for a debugger: engines attach to it. */
  static startDebugged(port: number): Promise<PluginProcess> {
    return PluginProcess.#start(() => ["--port", String(port)]);
  }

  static async #start(argumentsFor: (engine: string) => readonly string[]): Promise<PluginProcess> {
    // An engine that is there and drops every line: what it prints is looked at elsewhere.
    const engine = new grpc.Server();
    engine.addService(
      { log: EngineService.log },
      { log: (_call: unknown, done: Answering) => done(null, new Empty()) },
    );
    const port = await listening(engine);
    const program = join(pluginFolder, "program/start.js");
    const child = spawn(process.execPath, [program, ...argumentsFor(`127.0.0.1:${String(port)}`)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [printed] = (await once(child.stdout, "data")) as [Buffer];
    return new PluginProcess(child, engine, Number(printed.toString()));
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends bytes as they are, which need not be a message. */
  send(method: string, bytes: Buffer): Promise<CallAnswer> {
    return new Promise((resolve) => {
      const same = (value: Buffer): Buffer => value;
      this.#client.makeUnaryRequest(
        `/pulumirpc.ResourceProvider/${method}`,
        same,
        same,
        bytes,
        (error, answer) => {
          if (error !== null) resolve({ error: { code: error.code, text: error.details } });
          else resolve({ bytes: answer ?? Buffer.of() });
        },
      );
    });
  }

  async stop(): Promise<void> {
    this.#client.close();
    if (this.isRunning) {
      this.#child.kill("SIGKILL");
      await once(this.#child, "exit");
    }
    this.#engine.forceShutdown();
  }
}

type Answering = (error: null, answer: InstanceType<typeof Empty>) => void;

function listening(server: InstanceType<typeof grpc.Server>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
