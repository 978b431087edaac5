import { setTimeout as sleep } from "node:timers/promises";
import {
  Server,
  ServerCredentials,
  logVerbosity,
  setLogVerbosity,
  status,
  type ServerUnaryCall,
  type UntypedHandleCall,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { CreateRequest, DiffRequest, UpdateRequest } from "@pulumi/pulumi/proto/provider_pb.js";
import { describeAttachable, describePortProblem, readCommandLine } from "./commandLine.js";
import { serviceErrorOf } from "./failures.js";
import { type Method, UnreadableRequest, readable } from "./readable.js";
import { readSchema } from "./schema.js";
import { ProviderService } from "./service.js";
import { type Properties, propertiesOf } from "./values.js";

/** The program `pulumi-resource-sls`: serves Pulumi's provider protocol to the engine that started it. */

type Handlers = Readonly<Record<string, ((request: unknown) => unknown) | undefined>>;

/** What a failed call leaves in state, and what it says, keeps the secrets of the inputs that it was given. */
function inputsOf(request: unknown): Properties {
  if (request instanceof CreateRequest) return propertiesOf(request.getProperties());
  if (request instanceof UpdateRequest || request instanceof DiffRequest) {
    return propertiesOf(request.getNews());
  }
  return {};
}

/** Calls that are not answered yet. */
let underWay = 0;

function served(service: ProviderService, name: string): UntypedHandleCall {
  return (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
    if (!(name in service)) {
      done({ code: status.UNIMPLEMENTED, details: `The plugin sls does not serve ${name}` });
      return;
    }
    if (call.request instanceof UnreadableRequest) {
      const details = `The plugin sls cannot read what it was sent to ${name}: ${call.request.problem}`;
      done({ code: status.INVALID_ARGUMENT, details });
      return;
    }
    underWay += 1;
    Promise.resolve()
      .then(() => (service as unknown as Handlers)[name]?.call(service, call.request))
      .finally(() => service.linesShown())
      .then(
        (answer) => done(null, answer),
        (error: unknown) => done(serviceErrorOf(error, inputsOf(call.request))),
      )
      .finally(() => {
        underWay -= 1;
      });
  };
}

function serve(service: ProviderService, port: number, onListening?: () => void): void {
  // The engine bounds what it sends; a reason or a map of any size gets an answer.
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  const methods = Object.entries(ResourceProviderService as Readonly<Record<string, Method>>);
  server.addService(
    Object.fromEntries(methods.map(([name, method]) => [name, readable(method)])),
    Object.fromEntries(methods.map(([name]) => [name, served(service, name)])),
  );
  server.bindAsync(`127.0.0.1:${String(port)}`, ServerCredentials.createInsecure(), (error, bound) => {
    if (error !== null) {
      stop(describePortProblem(port, error.message));
      return;
    }
    process.stdout.write(`${String(bound)}\n`);
    onListening?.();
  });
}

/** Pulumi ends its plugins, but not when it is killed itself. What is under way ends by itself before its next write. */
async function endWithEngine(service: ProviderService): Promise<void> {
  await service.engineGone;
  while (underWay > 0) await sleep(betweenLooks);
  process.exit(0);
}

const betweenLooks = 100;

function stop(message: string): void {
  tell(message);
  process.exitCode = 1;
}

function tell(message: string): void {
  process.stderr.write(`pulumi-resource-sls: ${message}\n`);
}

// What goes wrong is answered to the engine, or said below: the library's own lines are seen by nobody, or confuse.
setLogVerbosity(logVerbosity.NONE);

const start = readCommandLine(process.argv.slice(2));
switch (start.kind) {
  case "refused":
    stop(start.message);
    break;
  case "engine": {
    const service = new ProviderService(readSchema(), start.address);
    serve(service, 0);
    void endWithEngine(service);
    break;
  }
  case "attach":
    serve(new ProviderService(readSchema()), start.port, () => tell(describeAttachable(start.port)));
}
