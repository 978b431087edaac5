import "../nodeVersion.js";
import {
  Server,
  ServerCredentials,
  status,
  type ServerUnaryCall,
  type UntypedHandleCall,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb.js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import * as protocol from "@pulumi/pulumi/proto/provider_pb.js";
import { type LifecycleContext } from "../lifecycle/context.js";
import { type Declared } from "../lifecycle/declared.js";
import { contextOf, packageVersion } from "../lives.js";
import { Cancellation, keysOf } from "./configuration.js";
import { CustomResources } from "./customResources.js";
import { EngineLog } from "./engineLog.js";
import { serviceErrorOf } from "./failures.js";
import { invoke } from "./functions.js";
import { constructReplay } from "./replayComponent.js";
import { schemaOf } from "./schema.js";
import { type Properties, declaredOf, propertiesOf } from "./values.js";

/** The program `pulumi-resource-sls`: serves Pulumi's provider protocol to the engine whose address it is given. */

const version = packageVersion();
const log = new EngineLog(process.argv.at(-1) ?? "");
const cancellation = new Cancellation();
let settings: Declared = {};
let context: LifecycleContext | undefined;

const resources = new CustomResources((urn) => {
  context ??= contextOf(keysOf(settings), () => undefined);
  return {
    ...cancellation.guard(context),
    emit: (event) => {
      log.show(urn, event);
    },
  };
});

const handlers = {
  handshake() {
    const response = new protocol.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    return response;
  },
  attach(request: PluginAttach) {
    log.attach(request.getAddress());
    return new Empty();
  },
  getPluginInfo() {
    const info = new PluginInfo();
    info.setVersion(version);
    return info;
  },
  getSchema() {
    const response = new protocol.GetSchemaResponse();
    response.setSchema(JSON.stringify(schemaOf(version)));
    return response;
  },
  checkConfig(request: protocol.CheckRequest) {
    const response = new protocol.CheckResponse();
    response.setInputs(request.getNews());
    return response;
  },
  /** A changed connection acts on no checkpoint, and replaces nothing. */
  diffConfig() {
    const response = new protocol.DiffResponse();
    response.setChanges(protocol.DiffResponse.DiffChanges.DIFF_NONE);
    return response;
  },
  configure(request: protocol.ConfigureRequest) {
    settings = declaredOf(request.getArgs());
    const response = new protocol.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  },
  check: (request: protocol.CheckRequest) => resources.check(request),
  diff: (request: protocol.DiffRequest) => resources.diff(request),
  create: (request: protocol.CreateRequest) => resources.create(request),
  update: (request: protocol.UpdateRequest) => resources.update(request),
  read: (request: protocol.ReadRequest) => resources.read(request),
  delete: () => resources.delete(),
  invoke: (request: protocol.InvokeRequest) => invoke(request, keysOf(settings)),
  construct: (request: protocol.ConstructRequest) => constructReplay(request, version),
  cancel() {
    cancellation.cancel();
    return new Empty();
  },
  getMapping: () => new protocol.GetMappingResponse(),
};

/** What a failed call leaves in state is sealed like the inputs that it was given. */
function inputsOf(request: unknown): Properties {
  if (request instanceof protocol.CreateRequest) return propertiesOf(request.getProperties());
  return request instanceof protocol.UpdateRequest ? propertiesOf(request.getNews()) : {};
}

function served(name: string): UntypedHandleCall {
  const handle = (handlers as unknown as Record<string, ((request: unknown) => unknown) | undefined>)[name];
  return (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
    if (handle === undefined) {
      done({ code: status.UNIMPLEMENTED, details: `The plugin sls does not serve ${name}` });
      return;
    }
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (answer) => done(null, answer),
        (error: unknown) => done(serviceErrorOf(error, inputsOf(call.request))),
      );
  };
}

const server = new Server({ "grpc.max_receive_message_length": -1 });
server.addService(
  ResourceProviderService,
  Object.fromEntries(Object.keys(ResourceProviderService).map((name) => [name, served(name)])),
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${String(port)}\n`);
});
