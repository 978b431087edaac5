/** Either front as a process, called as an engine does, in as far as the two differ in what they answer. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pluginFolder } from "../../tools/plugin/bundle.mjs";
import { type Properties, type ShimName, serializeShim } from "../provider/dynamicProviderServer.js";

const requireHere = createRequire(import.meta.url);
const require = createRequire(requireHere.resolve("@pulumi/pulumi"));
const grpc = require("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
export const protocol =
  require("@pulumi/pulumi/proto/provider_pb.js") as typeof import("@pulumi/pulumi/proto/provider_pb.js");
const { ResourceProviderClient } =
  require("@pulumi/pulumi/proto/provider_grpc_pb.js") as typeof import("@pulumi/pulumi/proto/provider_grpc_pb.js");
const { EngineService } =
  require("@pulumi/pulumi/proto/engine_grpc_pb.js") as typeof import("@pulumi/pulumi/proto/engine_grpc_pb.js");
const { Empty } =
  require("google-protobuf/google/protobuf/empty_pb.js") as typeof import("google-protobuf/google/protobuf/empty_pb.js");
const { Struct } =
  require("google-protobuf/google/protobuf/struct_pb.js") as typeof import("google-protobuf/google/protobuf/struct_pb.js");

/** Lets each look at the clock take half a second, so that an act takes long enough to tell how far it is. */
const hurriedClock = join(import.meta.dirname, "hurriedClock.cjs");

export type Front = "dynamic" | "plugin";

/** The resources that are called, and the shim by which the dynamic front knows each. */
const shims = {
  ConsumerGroupCheckpoint: "consumerGroupCheckpointProvider",
  ReplayPlan: "replayPlanProvider",
  ReplayApply: "replayApplyProvider",
} as const satisfies Readonly<Record<string, ShimName>>;

export type Kind = keyof typeof shims;

/** A line that a user sees. One that stays gets a place below Diagnostics; another only shows on its row, until the next. */
export interface Line {
  readonly text: string;
  readonly stays: boolean;
}

type Client = InstanceType<typeof ResourceProviderClient>;
type Call<Answer> = (request: unknown, done: (error: Error | null, answer: Answer) => void) => unknown;
type CheckAnswer = InstanceType<typeof protocol.CheckResponse>;
type CreateAnswer = InstanceType<typeof protocol.CreateResponse>;
type ReadAnswer = InstanceType<typeof protocol.ReadResponse>;

export class FrontProcess {
  readonly front: Front;
  readonly lines: Line[] = [];
  #child: ChildProcess | undefined;
  #client: Client | undefined;
  readonly #engine = new grpc.Server();

  private constructor(front: Front) {
    this.front = front;
  }

  /** `settings` are keys of the stack, as `sls:region`. */
  static async start(front: Front, settings: Properties): Promise<FrontProcess> {
    const started = new FrontProcess(front);
    await started.#start();
    const own = Object.entries(settings).filter(([key]) => front === "dynamic" || key.startsWith("sls:"));
    const named = own.map(([key, value]) => [front === "dynamic" ? key : key.slice("sls:".length), value]);
    const request = new protocol.ConfigureRequest();
    request.setArgs(structOf(Object.fromEntries(named) as Properties));
    await started.#call("configure", request);
    return started;
  }

  async #start(): Promise<void> {
    this.#engine.addService(EngineService, {
      log: (
        { request }: { request: { getMessage(): string; getEphemeral(): boolean } },
        done: (error: null, answer: object) => void,
      ) => {
        this.lines.push({ text: request.getMessage(), stays: !request.getEphemeral() });
        done(null, new Empty());
      },
    });
    const address = await listening(this.#engine);
    const program =
      this.front === "plugin"
        ? join(pluginFolder, "program/start.js")
        : require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
    const child = spawn(process.execPath, ["--require", hurriedClock, program, address], {
      // The dynamic front loads the package from where the program is.
      cwd: join(import.meta.dirname, ".."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    const output = createInterface({ input: child.stdout });
    const [port] = (await once(output, "line")) as [string];
    this.#client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    // What a plugin prints is seen by nobody; a dynamic provider has nothing else.
    output.on("line", (text) => {
      if (this.front === "dynamic") this.lines.push({ text, stays: true });
    });
  }

  async check(kind: Kind, inputs: Properties): Promise<Properties> {
    const request = new protocol.CheckRequest();
    request.setUrn(urnOf(kind));
    request.setOlds(structOf({}));
    request.setNews(await this.#handed(kind, inputs));
    const answer = await this.#call<CheckAnswer>("check", request);
    return propertiesOf(answer.getInputs());
  }

  async diff(
    kind: Kind,
    { inputs: oldInputs, outs: olds }: { readonly inputs: Properties; readonly outs: Properties },
    news: Properties,
  ): Promise<InstanceType<typeof protocol.DiffResponse>> {
    const request = new protocol.DiffRequest();
    request.setUrn(urnOf(kind));
    request.setId("shop/orders/billing/0");
    request.setOlds(await this.#handed(kind, olds));
    request.setOldInputs(await this.#handed(kind, oldInputs));
    request.setNews(await this.#handed(kind, news));
    return this.#call("diff", request);
  }

  /** Returns what state keeps. */
  async create(kind: Kind, inputs: Properties, timeoutSeconds = 0): Promise<Properties> {
    const request = new protocol.CreateRequest();
    request.setUrn(urnOf(kind));
    request.setProperties(await this.#handed(kind, inputs));
    request.setTimeout(timeoutSeconds);
    return propertiesOf((await this.#call<CreateAnswer>("create", request)).getProperties());
  }

  /** Reads what is not in state yet, as an import does. Returns its inputs. */
  async read(kind: Kind, id: string): Promise<Properties> {
    const request = new protocol.ReadRequest();
    request.setUrn(urnOf(kind));
    request.setId(id);
    return propertiesOf((await this.#call<ReadAnswer>("read", request)).getInputs());
  }

  construct(request: InstanceType<typeof protocol.ConstructRequest>): Promise<unknown> {
    return this.#call("construct", request);
  }

  /** What a first Ctrl-C is to a provider. */
  cancel(): Promise<unknown> {
    return this.#call("cancel", new Empty());
  }

  async stop(): Promise<void> {
    this.#client?.close();
    if (this.#child?.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL");
      await once(this.#child, "exit");
    }
    this.#engine.forceShutdown();
  }

  async #handed(kind: Kind, values: Properties): Promise<InstanceType<typeof Struct>> {
    if (this.front === "plugin") return structOf(values);
    return structOf({ ...values, __provider: await serializeShim(shims[kind]) });
  }

  #call<Answer>(method: keyof Client, request: unknown): Promise<Answer> {
    const client = this.#client as unknown as Readonly<Record<keyof Client, Call<Answer>>>;
    return new Promise((resolve, reject) => {
      client[method](request, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(error);
      });
    });
  }
}

export function urnOf(kind: Kind | "ConsumerGroupReplay"): string {
  return `urn:pulumi:test::shop::sls:index:${kind}::it`;
}

function structOf(values: Properties): InstanceType<typeof Struct> {
  return Struct.fromJavaScript(values as Parameters<typeof Struct.fromJavaScript>[0]);
}

function propertiesOf(struct: InstanceType<typeof Struct> | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

function listening(server: InstanceType<typeof grpc.Server>): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(`127.0.0.1:${String(port)}`);
      else reject(error);
    });
  });
}
