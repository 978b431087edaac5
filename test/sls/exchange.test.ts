import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, type Server, type Socket, connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { durationOfMilliseconds } from "../../provider/src/model/duration.js";
import { type ClientEffects } from "../../provider/src/sls/client.js";
import { SlsNetworkError } from "../../provider/src/sls/errors.js";
import { exchange } from "../../provider/src/sls/exchange.js";
import { type Fault, FaultServer } from "./faultServer.js";
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
}

/** Starts a write, and tells how often it was asked whether it may leave. */
function start(dispatcher: Dispatcher, settings: Settings = {}): Course {
  const { beforeSend = () => undefined, headers = {}, requestTimeout = 30_000 } = settings;
  let asked = 0;
  const done = exchange(
    {
      request: {
        operation: "UpdateCheckPoint",
        method: "POST",
        path: "/logstores/orders/consumergroups/billing",
        query: {},
        body: "{}",
        about: { project: "shop", logstore: "orders" },
      },
      origin: server.endpoint,
      redact: (text) => text,
    },
    headers,
    {
      destination: { origin: server.endpoint, host: "unused", dispatcher },
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
  if (!(error instanceof SlsNetworkError)) return error instanceof Error ? error.message : String(error);
  return `${error.code}, ${error.mayHaveArrived ? "may have arrived" : "never sent"}`;
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

describe("the time for a request", () => {
  test("ends it in the queue, and it is not sent when its turn comes", async () => {
    const answer = await serverThatHolds();
    const agent = kept(new undici.Agent({ connections: 1 }));
    const first = start(agent);
    await until(() => server.requests.length === 1);
    const queued = start(agent, { requestTimeout: 10 });
    expect(await queued.done).toBe("Timeout, never sent");
    answer();
    expect(await first.done).toBe("answered 200");
    expect(await start(agent).done).toBe("answered 200");
    expect([queued.asked(), server.requests.length]).toEqual([0, 2]);
  });

  test("ends it while a connection is being made, and it is not sent once that is there", async () => {
    await serverThat({ kind: "ok" });
    const slow = new HeldConnections();
    const write = start(slow.dispatcher, { requestTimeout: 10 });
    expect(await write.done).toBe("Timeout, never sent");
    slow.release();
    expect(await start(slow.dispatcher).done).toBe("answered 200");
    expect([write.asked(), server.requests.length]).toEqual([0, 1]);
  });
});

describe("the timer of a request", () => {
  const longWay = 7_919;
  let set: unknown[] = [];
  let cleared: unknown[] = [];

  beforeEach(() => {
    const [realSet, realClear] = [globalThis.setTimeout, globalThis.clearTimeout];
    set = [];
    cleared = [];
    vi.spyOn(globalThis, "setTimeout").mockImplementation((act: () => void, milliseconds?: number) => {
      const timer = realSet(act, milliseconds);
      if (milliseconds === longWay) set.push(timer);
      return timer;
    });
    vi.spyOn(globalThis, "clearTimeout").mockImplementation((timer) => {
      cleared.push(timer);
      realClear(timer);
    });
  });

  const early = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
  const paths: readonly { readonly path: string; readonly fault: Fault; readonly settings?: Settings }[] = [
    { path: "an answer", fault: { kind: "ok" } },
    { path: "an error of the service", fault: { kind: "answer", status: 500 } },
    { path: "a reset connection", fault: { kind: "resetBefore" } },
    { path: "a body cut short", fault: { kind: "cutBody" } },
    { path: "an answer too long", fault: { kind: "endlessBody" } },
    { path: "a head that only informs, then the end", fault: { kind: "bytes", bytes: early } },
    { path: "a no before sending", fault: { kind: "ok" }, settings: { beforeSend: refuse } },
    { path: "a header that cannot be", fault: { kind: "ok" }, settings: { headers: { a: "b\nc" } } },
  ];

  test.each(paths)("is cleared after $path", async ({ fault, settings }) => {
    await serverThat(fault);
    await start(kept(new undici.Agent()), { ...settings, requestTimeout: longWay }).done;
    expect(set).toHaveLength(1);
    expect(cleared).toContain(set[0]);
  });
});
