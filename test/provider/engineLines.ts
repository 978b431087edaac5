import { createRequire } from "node:module";

const requireHere = createRequire(import.meta.url);
const require = createRequire(requireHere.resolve("@pulumi/pulumi"));

interface LogCall {
  readonly request: { getSeverity(): number; getMessage(): string };
}

interface Server {
  addService(service: unknown, handlers: object): void;
  bindAsync(address: string, credentials: unknown, done: (error: Error | null, port: number) => void): void;
  forceShutdown(): void;
}

const grpc = require("@grpc/grpc-js") as {
  readonly Server: new () => Server;
  readonly ServerCredentials: { createInsecure(): unknown };
};
const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb.js") as {
  readonly EngineService: unknown;
};
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js") as {
  readonly Empty: new () => object;
};

/** An engine that shows the lines of a plugin, as a terminal would: it does nothing else. */
export async function startEngineLines(
  lines: string[],
): Promise<{ readonly address: string; readonly stop: () => void }> {
  const server = new grpc.Server();
  server.addService(EngineService, {
    log({ request }: LogCall, done: (error: null, answer: object) => void) {
      const isWarning = request.getSeverity() === 2;
      lines.push(...`${isWarning ? "warning: " : ""}${request.getMessage()}`.split("\n"));
      done(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    address: `127.0.0.1:${String(port)}`,
    stop: () => {
      server.forceShutdown();
    },
  };
}
