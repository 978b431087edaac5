import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb.js";
import * as protocol from "@pulumi/pulumi/proto/provider_pb.js";
import { type LifecycleContext } from "../lifecycle/context.js";
import { type Declared } from "../lifecycle/declared.js";
import { type Operation, beginOperation, contextOf } from "../lives.js";
import { confidentialityOf } from "../marks.js";
import { CustomResources, type ResourceCall } from "./customResources.js";
import { EngineLog } from "./engineLog.js";
import { invoke } from "./functions.js";
import { type Connection, refuseSecondConnection } from "./connection.js";
import { Interruption } from "./interruption.js";
import { keysOf } from "./providerKeys.js";
import { constructReplay } from "./replayComponent.js";
import { GroupVersions } from "./groupVersions.js";
import { type PackageSchema } from "./schema.js";
import { checkSettings } from "./settings.js";
import { declaredOf, propertiesOf } from "./values.js";

/** Pulumi's provider protocol: what each call is answered. A call that is not here is refused as not served. */
export class ProviderService {
  readonly #schema: PackageSchema;
  readonly #log = new EngineLog();
  #operation: Operation;
  #context: LifecycleContext | undefined;
  #settings: Declared = {};
  #reference: string | undefined;
  #engineAddress: string;
  #connection: Connection | undefined;
  #interruption = new Interruption();
  readonly #groups = new GroupVersions();
  readonly #resources = new CustomResources((call) => this.#contextFor(call));

  /** @param engineAddress absent where an engine will attach */
  constructor(schema: PackageSchema, engineAddress?: string) {
    this.#schema = schema;
    this.#engineAddress = engineAddress ?? "";
    this.#operation = beginOperation(this.#engineAddress);
    if (engineAddress !== undefined) this.#log.attach(engineAddress);
  }

  /** Resolves once the engine that this process was started by is gone. */
  get engineGone(): Promise<void> {
    return this.#operation.engine.gone;
  }

  /** One client for all calls: its slots and connections bound what is under way together. */
  #contextFor({ urn, inputs, timeoutSeconds }: ResourceCall): LifecycleContext {
    const confidentiality = confidentialityOf(inputs);
    const keys = keysOf(this.#settings);
    this.#context ??= contextOf(keys, () => undefined, this.#operation);
    const emit: LifecycleContext["emit"] = (event) => {
      this.#log.show(urn, event, confidentiality);
    };
    return this.#interruption.guard({ ...this.#context, emit }, timeoutSeconds);
  }

  /** Resolves once the engine has every line. */
  linesShown(): Promise<void> {
    return this.#log.shown();
  }

  handshake(): protocol.ProviderHandshakeResponse {
    const response = new protocol.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    return response;
  }

  /**
   * Turns to another engine. One process that is debugged serves one engine after the other, and each of them attaches
   * once for each provider of its stack.
   */
  attach(request: PluginAttach): Empty {
    if (request.getAddress() === this.#engineAddress) return new Empty();
    this.#engineAddress = request.getAddress();
    this.#operation = beginOperation(this.#engineAddress);
    this.#log.attach(this.#engineAddress);
    this.#context = undefined;
    this.#connection = undefined;
    this.#interruption = new Interruption();
    return new Empty();
  }

  getPluginInfo(): PluginInfo {
    const info = new PluginInfo();
    info.setVersion(this.#schema.version);
    return info;
  }

  getSchema(): protocol.GetSchemaResponse {
    const response = new protocol.GetSchemaResponse();
    response.setSchema(this.#schema.text);
    return response;
  }

  checkConfig(request: protocol.CheckRequest): protocol.CheckResponse {
    return checkSettings(request);
  }

  /** A changed connection acts on no checkpoint, and replaces nothing. */
  diffConfig(): protocol.DiffResponse {
    const response = new protocol.DiffResponse();
    response.setChanges(protocol.DiffResponse.DiffChanges.DIFF_NONE);
    return response;
  }

  configure(request: protocol.ConfigureRequest): protocol.ConfigureResponse {
    const settings = declaredOf(request.getArgs());
    const connection = { provider: request.getUrn() ?? "", settings };
    if (this.#connection !== undefined) refuseSecondConnection(this.#connection, connection);
    this.#connection = connection;
    this.#settings = settings;
    this.#reference = referenceOf(request);
    this.#context = undefined;
    const response = new protocol.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  }

  check(request: protocol.CheckRequest): Promise<protocol.CheckResponse> {
    const { endpoint, region } = this.#settings;
    this.#groups.refuseSecondVersion(request.getUrn(), propertiesOf(request.getNews()), {
      service: String(endpoint ?? region),
      engine: this.#engineAddress,
      version: this.#schema.version,
    });
    return this.#resources.check(request);
  }

  diff(request: protocol.DiffRequest): Promise<protocol.DiffResponse> {
    return this.#resources.diff(request);
  }

  create(request: protocol.CreateRequest): Promise<protocol.CreateResponse> {
    return this.#resources.create(request);
  }

  update(request: protocol.UpdateRequest): Promise<protocol.UpdateResponse> {
    return this.#resources.update(request);
  }

  read(request: protocol.ReadRequest): Promise<protocol.ReadResponse> {
    return this.#resources.read(request);
  }

  delete(request: protocol.DeleteRequest): Promise<Empty> {
    return this.#resources.delete(request);
  }

  invoke(request: protocol.InvokeRequest): Promise<protocol.InvokeResponse> {
    return invoke(request, keysOf(this.#settings));
  }

  construct(request: protocol.ConstructRequest): Promise<protocol.ConstructResponse> {
    return constructReplay(request, { ...this.#schema, reference: this.#reference });
  }

  cancel(): Empty {
    this.#interruption.interrupt();
    return new Empty();
  }

  getMapping(): protocol.GetMappingResponse {
    return new protocol.GetMappingResponse();
  }
}

/** What resources name this very process by; an older engine does not tell. */
function referenceOf(request: protocol.ConfigureRequest): string | undefined {
  const [urn, id] = [request.getUrn(), request.getId()];
  return urn === undefined || id === undefined ? undefined : `${urn}::${id}`;
}
