import { once } from "node:events";
import { createServer } from "node:http";
import {
  type AddressInfo,
  type Server,
  type Socket,
  connect,
  createServer as createTcpServer,
} from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { durationOfMilliseconds } from "../../provider/src/model/duration.js";
import { type ClientEffects } from "../../provider/src/sls/client.js";
import { SlsError, SlsNetworkError } from "../../provider/src/sls/errors.js";
import { exchange } from "../../provider/src/sls/exchange.js";
import { type Fault, FaultServer, serverDate } from "./faultServer.js";
import { undici } from "./clientUnderTest.js";

type Dispatcher = ReturnType<ClientEffects["dispatcher"]>;

let server: FaultServer;
const dispatchers: Dispatcher[] = [];
const others: Server[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const dispatcher of dispatchers.splice(0)) await dispatcher.destroy();
  for (const other of others.splice(0)) other.close();
  await server.stop();
});

function kept<Kind extends Dispatcher>(dispatcher: Kind): Kind {
  dispatchers.push(dispatcher);
  return dispatcher;
}

/** What one exchange did, in the order in which it did it. */
interface Course {
  readonly asked: () => number;
  readonly done: Promise<string>;
}

interface Settings {
  readonly beforeSend?: () => void;
  readonly headers?: Readonly<Record<string, string>>;
  readonly requestTimeout?: number;
  readonly origin?: string;
  readonly body?: string;
}

/** Starts a write, and tells how often it was asked whether it may leave. */
function start(dispatcher: Dispatcher, settings: Settings = {}): Course {
  const { beforeSend = () => undefined, headers = {}, requestTimeout = 30_000 } = settings;
  const { origin = server.endpoint, body = "{}" } = settings;
  let asked = 0;
  const done = exchange(
    {
      request: {
        operation: "UpdateCheckPoint",
        method: "POST",
        path: "/logstores/orders/consumergroups/billing",
        query: {},
        body,
        about: { project: "shop", logstore: "orders" },
      },
      origin,
      redact: (text) => text,
    },
    headers,
    {
      destination: { origin, host: "unused", dispatcher },
      requestTimeout: durationOfMilliseconds(requestTimeout),
      userAgent: "test",
      beforeSend: () => {
        asked += 1;
        beforeSend();
      },
      monotonic: () => performance.now(),
    },
  ).then(({ status }) => `answered ${String(status)}`, describeError);
  return { asked: () => asked, done };
}

function describeError(error: unknown): string {
  if (error instanceof SlsNetworkError)
    return `${error.code}, ${error.mayHaveArrived ? "may have arrived" : "never sent"}`;
  if (SlsError.isInstance(error)) return error.code;
  return error instanceof Error ? error.message : String(error);
}

function refuse(): never {
  throw new Error("the engine is gone");
}

async function serverThat(...faults: readonly Fault[]): Promise<void> {
  server = await FaultServer.start(faults);
}

/** Starts a server that answers its first request once it is told to, and all others at once. */
async function serverThatHolds(): Promise<() => void> {
  let answer: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await serverThat({ kind: "held", until }, { kind: "ok" });
  return answer;
}

/** Connections that are made only once they are let. */
class HeldConnections {
  readonly dispatcher: Dispatcher;
  wanted = 0;
  #release: () => void = () => undefined;

  constructor() {
    const released = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    this.dispatcher = kept(
      new undici.Agent({
        connections: 1,
        connect: (options: { port: string }, done: (error: null, socket: Socket) => void) => {
          this.wanted += 1;
          void released.then(() => {
            const socket = connect(Number(options.port), "127.0.0.1", () => {
              done(null, socket);
            });
          });
        },
      }),
    );
  }

  release(): void {
    this.#release();
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !holds(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(holds()).toBe(true);
}

describe("the question right before the bytes leave", () => {
  test("is asked after the queue of a connection, and a no keeps the connection", async () => {
    const answer = await serverThatHolds();
    const agent = kept(new undici.Agent({ connections: 1 }));
    const first = start(agent);
    await until(() => server.requests.length === 1);
    const queued = start(agent, { beforeSend: refuse });
    expect([first.asked(), queued.asked()]).toEqual([1, 0]);
    answer();
    expect(await first.done).toBe("answered 200");
    expect(await queued.done).toBe("the engine is gone");
    expect(await start(agent).done).toBe("answered 200");
    expect([queued.asked(), server.requests.length, server.connections]).toEqual([1, 2, 1]);
  });

  test("is asked after a connection that took long", async () => {
    await serverThat({ kind: "ok" });
    const slow = new HeldConnections();
    const write = start(slow.dispatcher, { beforeSend: refuse });
    await until(() => slow.wanted === 1);
    expect(write.asked()).toBe(0);
    slow.release();
    expect(await write.done).toBe("the engine is gone");
    expect(await start(slow.dispatcher).done).toBe("answered 200");
    expect([write.asked(), server.requests.length, server.connections]).toEqual([1, 1, 1]);
  });

  test("is asked after the tunnel of a proxy was made", async () => {
    await serverThat({ kind: "ok" });
    let open: () => void = () => undefined;
    const proxy = createServer().on("connect", (_request, near: Socket) => {
      const far = connect(server.port, "127.0.0.1");
      far
        .on("error", () => undefined)
        .pipe(near.on("error", () => undefined))
        .pipe(far);
      open = () => near.write("HTTP/1.1 200 OK\r\n\r\n");
    });
    others.push(proxy.listen(0, "127.0.0.1"));
    await once(proxy, "listening");
    const uri = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
    const tunnel = kept(new undici.ProxyAgent({ uri, proxyTunnel: true, connections: 1 }));
    const asked = once(proxy, "connect");
    const write = start(tunnel, { beforeSend: refuse });
    await asked;
    expect(write.asked()).toBe(0);
    open();
    expect(await write.done).toBe("the engine is gone");
    expect(await start(tunnel).done).toBe("answered 200");
    expect([write.asked(), server.requests.length, server.connections]).toEqual([1, 1, 1]);
  });

  test("is asked once: what undici would send again is not sent again", async () => {
    await serverThat({ kind: "ok" });
    const controller = { abort: () => undefined } as never;
    const twice = {
      dispatch: (_options: unknown, handler: Required<Handler>): boolean => {
        handler.onRequestStart(controller, {});
        expect(() => {
          handler.onRequestStart(controller, {});
        }).toThrow("sent already");
        handler.onResponseError(controller, new Error("other side closed"));
        return true;
      },
    };
    const write = start(twice as never);
    expect([await write.done, write.asked()]).toEqual(["Network, may have arrived", 1]);
  });
});

type Handler = Parameters<Dispatcher["dispatch"]>[1];

/** Long enough never to run out by itself, and the time of no other timer. */
const requestTime = 7_919;

/** The timers of requests, which run out when a test says so and at no other moment. */
class RequestTimers {
  readonly set: NodeJS.Timeout[] = [];
  readonly cleared: unknown[] = [];
  #runOut: () => void = () => undefined;

  constructor() {
    const [realSet, realClear] = [globalThis.setTimeout, globalThis.clearTimeout];
    vi.spyOn(globalThis, "setTimeout").mockImplementation((act: () => void, milliseconds?: number) => {
      const timer = realSet(act, milliseconds);
      if (milliseconds !== requestTime) return timer;
      this.set.push(timer);
      this.#runOut = act;
      return timer;
    });
    vi.spyOn(globalThis, "clearTimeout").mockImplementation((timer) => {
      this.cleared.push(timer);
      realClear(timer);
    });
  }

  /** Lets the time of the request that was started last run out. */
  runOut(): void {
    this.#runOut();
  }
}

/** Accepts connections and never reads a byte of them. */
async function deafServer(): Promise<{ readonly origin: string; readonly sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const deaf = createTcpServer((socket) => {
    sockets.push(socket.on("error", () => undefined).pause());
  });
  others.push(deaf.listen(0, "127.0.0.1"));
  await once(deaf, "listening");
  return { origin: `http://127.0.0.1:${String((deaf.address() as AddressInfo).port)}`, sockets };
}

describe("the time for a request ends it", () => {
  let timers: RequestTimers;

  beforeEach(async () => {
    await serverThat({ kind: "ok" });
    timers = new RequestTimers();
  });

  afterEach(() => {
    expect(timers.set).toHaveLength(1);
    expect(timers.cleared).toContain(timers.set[0]);
  });

  test("while a connection is being made, and it is not sent once that is there", async () => {
    const slow = new HeldConnections();
    const write = start(slow.dispatcher, { requestTimeout: requestTime });
    await until(() => slow.wanted === 1);
    timers.runOut();
    expect(await write.done).toBe("Timeout, never sent");
    slow.release();
    expect(await start(slow.dispatcher).done).toBe("answered 200");
    expect([write.asked(), server.requests.length, server.connections]).toEqual([0, 1, 1]);
  });

  test("in the queue, and it is not sent when its turn comes", async () => {
    await server.stop();
    const answer = await serverThatHolds();
    const agent = kept(new undici.Agent({ connections: 1 }));
    const first = start(agent);
    await until(() => server.requests.length === 1);
    const queued = start(agent, { requestTimeout: requestTime });
    timers.runOut();
    expect(await queued.done).toBe("Timeout, never sent");
    answer();
    expect(await first.done).toBe("answered 200");
    expect(await start(agent).done).toBe("answered 200");
    expect([queued.asked(), server.requests.length, server.connections]).toEqual([0, 2, 1]);
  });

  test("while it is being sent, and the rest of it does not leave", async () => {
    const { origin, sockets } = await deafServer();
    const body = " ".repeat(32 * 1024 * 1024);
    const write = start(kept(new undici.Agent()), { requestTimeout: requestTime, origin, body });
    await until(() => sockets.length === 1 && write.asked() === 1);
    timers.runOut();
    expect(await write.done).toBe("Timeout, may have arrived");
    let arrived = 0;
    const [socket] = sockets;
    socket?.on("data", (chunk: Buffer) => (arrived += chunk.length)).resume();
    await until(() => socket?.closed === true);
    expect(arrived).toBeLessThan(body.length);
  });

  test.each([
    { phase: "before the answer begins", fault: { kind: "slowHeaders" } },
    { phase: "in the middle of the answer", fault: { kind: "slowBody" } },
  ] as const)("$phase, and its connection", async ({ fault }) => {
    await server.stop();
    await serverThat(fault, { kind: "ok" });
    let isStalled = false;
    server.onStall = () => (isStalled = true);
    const agent = kept(new undici.Agent({ connections: 1 }));
    const write = start(agent, { requestTimeout: requestTime });
    await until(() => isStalled);
    timers.runOut();
    expect(await write.done).toBe("Timeout, may have arrived");
    // The one connection would be waited for still.
    expect(await start(agent).done).toBe("answered 200");
    expect([server.requests.length, server.connections]).toEqual([2, 2]);
  });
});

const early = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
const late = `HTTP/1.1 200 OK\r\ndate: ${serverDate}\r\ncontent-length: 2\r\n\r\n{}`;
const longHead = `HTTP/1.1 200 OK\r\nx-a: ${"a".repeat(100_000)}\r\n\r\n`;
const ok: Fault = { kind: "ok" };

/** Every way in which an exchange comes to its end without its time running out. */
const ways: readonly (readonly [way: string, end: string, fault: Fault, settings?: Settings])[] = [
  ["an answer", "answered 200", ok],
  ["an answer of nothing but a head", "answered 204", { kind: "answer", status: 204 }],
  ["an error of the service", "answered 500", { kind: "answer", status: 500 }],
  ["a head that only informs, then the answer", "answered 200", { kind: "bytes", bytes: early + late }],
  ["many heads that only inform", "answered 200", { kind: "bytes", bytes: early.repeat(3) + late }],
  ["a head that only informs, then the end", "Network, may have arrived", { kind: "bytes", bytes: early }],
  ["a head that is too long", "Network, may have arrived", { kind: "bytes", bytes: longHead }],
  ["what is not HTTP", "Network, may have arrived", { kind: "bytes", bytes: "SSH-2.0\r\n" }],
  ["a reset connection", "Network, may have arrived", { kind: "resetBefore" }],
  ["an error after the head", "Network, may have arrived", { kind: "cutBody" }],
  ["an answer too long", "UnreadableAnswer", { kind: "endlessBody" }],
  ["a no before sending", "the engine is gone", ok, { beforeSend: refuse }],
  ["a header that cannot be", "Network, never sent", ok, { headers: { a: "b\nc" } }],
  ["a destination that is none", "Network, never sent", ok, { origin: "nowhere" }],
];

describe("an exchange", () => {
  for (const [way, end, fault, settings] of ways) {
    test(`ends after ${way}: ${end}; and no timer stays`, async () => {
      await serverThat(fault);
      const timers = new RequestTimers();
      const write = start(kept(new undici.Agent()), { ...settings, requestTimeout: requestTime });
      expect(await write.done).toBe(end);
      expect(timers.set).toHaveLength(1);
      expect(timers.cleared).toContain(timers.set[0]);
    });
  }

  test("through a dispatcher that is closed is never sent", async () => {
    await serverThat(ok);
    const timers = new RequestTimers();
    const agent = new undici.Agent();
    await agent.destroy();
    const write = start(agent, { requestTimeout: requestTime });
    expect([await write.done, write.asked()]).toEqual(["Network, never sent", 0]);
    expect(timers.cleared).toContain(timers.set[0]);
  });

  test("that the dispatcher does not take is never sent", async () => {
    await serverThat(ok);
    const timers = new RequestTimers();
    const proxy = kept(new undici.ProxyAgent({ uri: server.endpoint }));
    const headers = { "proxy-authorization": "belongs to the proxy" };
    const write = start(proxy, { headers, requestTimeout: requestTime });
    expect([await write.done, write.asked()]).toEqual(["Network, never sent", 0]);
    expect(timers.cleared).toContain(timers.set[0]);
  });

  test("leaves the connection for the next one, unless something of the answer is missing", async () => {
    await serverThat(ok, { kind: "answer", status: 500 }, { kind: "endlessBody" }, ok);
    const agent = kept(new undici.Agent({ connections: 1 }));
    const connections: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await start(agent).done;
      connections.push(server.connections);
    }
    expect(connections).toEqual([1, 1, 1, 2]);
  });
});
