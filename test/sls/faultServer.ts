import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { type AddressInfo, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";

/** What the server does with one request. */
export type Fault =
  /** The effect happens, and the answer is what SLS answers. */
  | { readonly kind: "ok" }
  /** As `ok`, once the promise is kept. */
  | { readonly kind: "held"; readonly until: Promise<void> }
  /** A complete answer; nothing happens. `date: null` leaves the header out. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly date?: string | null;
    }
  /** These bytes instead of an answer, then the end of the connection. */
  | { readonly kind: "bytes"; readonly bytes: string }
  /** The connection is reset; nothing happens. */
  | { readonly kind: "resetBefore" }
  /** The effect happens, then the connection is reset. */
  | { readonly kind: "resetAfter" }
  /** No answer, ever; nothing happens. */
  | { readonly kind: "slowHeaders" }
  /** The effect happens; the answer stops in the middle of its body and the connection stays open. */
  | { readonly kind: "slowBody" }
  /** The effect happens; the answer ends in the middle of its body. */
  | { readonly kind: "cutBody" }
  /** A body that never ends. */
  | { readonly kind: "endlessBody" };

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The date of every answer, unless one names another. */
export const serverDate = "Sun, 22 Nov 2026 12:00:00 GMT";

const cursorAnswer = '{"cursor":"MTUyNDE1NTM3OTM3MzkwODQ5Ng=="}';

/** A server that fails as it is told: the nth request meets the nth fault, and all later ones the last. */
export class FaultServer {
  /** How often a client connected. */
  connections = 0;
  readonly requests: ReceivedRequest[] = [];
  /** How many requests had their effect. */
  effects = 0;
  /** Called when an answer has come to a stop that nothing ends. */
  onStall = (): void => undefined;
  /** How much of endless bodies was taken off the server's hands. */
  flooded = 0;
  readonly #faults: readonly Fault[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(faults: readonly Fault[]) {
    this.#faults = faults;
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      void this.#meet(request, response);
    });
    this.#server.on("connection", (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(faults: readonly Fault[], port = 0): Promise<FaultServer> {
    const server = new FaultServer(faults);
    server.#server.listen(port, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #meet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await buffer(request)).toString();
    const headers = request.headers as Record<string, string>;
    this.requests.push({ method: request.method ?? "", target: request.url ?? "", headers, body });
    const fault = this.#faults[this.requests.length - 1] ?? this.#faults.at(-1);
    if (fault !== undefined) this.#act(fault, request, response);
  }

  #act(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
    switch (fault.kind) {
      case "ok":
        this.effects += 1;
        answer(response, 200, request.method === "GET" ? cursorAnswer : "");
        return;
      case "held":
        void fault.until.then(() => {
          this.#act({ kind: "ok" }, request, response);
        });
        return;
      case "answer":
        answer(response, fault.status, fault.body ?? "", fault.headers, fault.date);
        return;
      case "bytes":
        request.socket.end(fault.bytes);
        return;
      case "resetBefore":
        request.socket.resetAndDestroy();
        return;
      case "resetAfter":
        this.effects += 1;
        request.socket.resetAndDestroy();
        return;
      case "slowHeaders":
        this.onStall();
        return;
      case "slowBody":
      case "cutBody":
        this.effects += 1;
        request.socket.write(
          `HTTP/1.1 200 OK\r\nDate: ${serverDate}\r\nContent-Length: 100\r\n\r\n{"cursor":`,
        );
        if (fault.kind === "cutBody") request.socket.end();
        // The client shall have read the headers by then; how it ends does not depend on it.
        else setTimeout(() => this.onStall(), 20);
        return;
      case "endlessBody":
        this.#flood(response);
    }
  }

  /** Writes as fast as the client takes, until it hangs up. */
  #flood(response: ServerResponse): void {
    const chunk = Buffer.alloc(1024 * 1024, " ");
    response.sendDate = false;
    response.writeHead(200, { date: serverDate });
    const write = (): void => {
      while (!response.destroyed) {
        this.flooded += chunk.length;
        if (!response.write(chunk)) {
          response.once("drain", write);
          return;
        }
      }
    };
    write();
  }
}

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  date: string | null = serverDate,
): void {
  response.sendDate = false;
  response.writeHead(status, {
    "x-log-requestid": "5EF1A2B3",
    ...(date !== null && { date }),
    ...headers,
  });
  response.end(body);
}

/** An error as SLS answers it. */
export function serviceError(status: number, code: string, message = "no"): Fault {
  const body = JSON.stringify({ errorCode: code, errorMessage: message });
  return { kind: "answer", status, headers: { "content-type": "application/json" }, body };
}

/** A page of something between here and the service. */
export function page(status: number, headers: Readonly<Record<string, string>> = {}): Fault {
  const body = "<html><h1>Powered by AliyunSLS</h1></html>";
  return { kind: "answer", status, headers: { "content-type": "text/html", ...headers }, body };
}
