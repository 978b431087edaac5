import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type IncomingMessage, createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import {
  type AddressInfo,
  type Socket,
  type Server as SocketServer,
  createServer as createSocketServer,
} from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { SlsClient } from "../../provider/src/sls/client.js";
import { type Configuration, readConfiguration } from "../../provider/src/sls/configuration.js";
import { Connections } from "../../provider/src/sls/connections.js";
import { makeCertificate } from "../emulator/certificate.ts";
import { outcomeOfRead, outcomeOfWrite, shard } from "./clientUnderTest.js";

const cursor = '{"cursor":"MTUyNDE1NTM3OTM3MzkwODQ5Ng=="}';

const started: SocketServer[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of started.splice(0)) {
    server.close();
    await once(server, "close");
  }
});

async function portOf(server: SocketServer): Promise<string> {
  started.push(server);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client may hang up in the middle.
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return String((server.address() as AddressInfo).port);
}

/** A server that answers each request after a while, and counts. */
class CountingServer {
  requests: IncomingMessage[] = [];
  connections = 0;
  mostAtOnce = 0;
  #atOnce = 0;
  port = "";

  static async start(delay = 0): Promise<CountingServer> {
    const counting = new CountingServer();
    const server = createServer((request, response) => {
      counting.requests.push(request);
      counting.#atOnce += 1;
      counting.mostAtOnce = Math.max(counting.mostAtOnce, counting.#atOnce);
      void wait(delay).then(() => {
        counting.#atOnce -= 1;
        response.end(cursor);
      });
    });
    server.on("connection", () => (counting.connections += 1));
    counting.port = await portOf(server);
    return counting;
  }
}

/** A proxy that answers in place of whatever it is asked for, and lets no tunnel through. */
class RecordingProxy {
  readonly asked: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  url = "";

  static async start(user = ""): Promise<RecordingProxy> {
    const proxy = new RecordingProxy();
    const server = createServer((request, response) => {
      proxy.#record(request, `${request.method ?? ""} ${new URL(request.url ?? "").origin}`);
      response.end(cursor);
    });
    server.on("connect", (request, socket) => {
      proxy.#record(request, `CONNECT ${request.url ?? ""}`);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    proxy.url = `http://${user}127.0.0.1:${await portOf(server)}`;
    return proxy;
  }

  #record(request: IncomingMessage, asked: string): void {
    this.asked.push(asked);
    this.authorizations.push(request.headers["proxy-authorization"]);
  }
}

interface Options {
  readonly endpoint: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly configuration?: Partial<Configuration>;
}

function clientOf({ endpoint, environment = {}, configuration: more }: Options): SlsClient {
  const credentials = { accessKeyId: "an-id", accessKeySecret: "a-secret" };
  const keys: Readonly<Record<string, string>> = {
    "sls:endpoint": endpoint,
    "sls:accessKeyId": "an-id",
    "sls:accessKeySecret": "a-secret",
    "sls:maxRetries": "0",
  };
  const configuration = { ...readConfiguration((key) => keys[key], environment, "1.2.3"), ...more };
  const connections = new Connections();
  const effects = {
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: () => Promise.resolve(),
    random: () => 0,
    dispatcher: (origin: string) => connections.dispatcher(origin, configuration),
  };
  return new SlsClient(configuration, { current: () => Promise.resolve(credentials) }, effects);
}

async function read(client: SlsClient): Promise<string> {
  return outcomeOfRead(client.getCursor(shard, "begin"));
}

async function write(client: SlsClient): Promise<string> {
  const pin = { checkpoint: cursorAt(1n), forceSuccess: true };
  return outcomeOfWrite(client.updateCheckPoint(shard, pin, { attempt: 0, beforeSend: () => undefined }));
}

async function readAtOnce(client: SlsClient, count: number): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: count }, () => read(client)));
}

describe("a connection", () => {
  test("is kept for requests that follow each other", async () => {
    const server = await CountingServer.start();
    const client = clientOf({ endpoint: `http://127.0.0.1:${server.port}` });
    for (let count = 0; count < 5; count += 1) expect(await read(client)).toBe("answered");
    // undici may make another while it clears up after the first answer.
    expect(server.requests).toHaveLength(5);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test("belongs to an origin and its settings", () => {
    const connections = new Connections();
    const settings = { maxConcurrency: 2, proxy: undefined, requestTimeout: durationOfSeconds(1) };
    const one = connections.dispatcher("http://a.example", settings);
    expect(connections.dispatcher("http://a.example", { ...settings })).toBe(one);
    expect(connections.dispatcher("http://b.example", settings)).not.toBe(one);
    expect(connections.dispatcher("http://a.example", { ...settings, maxConcurrency: 3 })).not.toBe(one);
  });

  test("that is not made in time proves that nothing was sent", async () => {
    // It accepts, and never speaks TLS. undici's timers tick every half a second, so less time would not do.
    const port = await portOf(createSocketServer());
    const client = clientOf({
      endpoint: `https://127.0.0.1:${port}`,
      configuration: { requestTimeout: durationOfSeconds(4) },
    });
    expect(await write(client)).toBe("refused Timeout");
  });

  test("whose certificate is not trusted proves that nothing was sent", async () => {
    const { cert, key } = makeCertificate();
    const requests: IncomingMessage[] = [];
    const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request) => {
      requests.push(request);
    });
    const client = clientOf({ endpoint: `https://127.0.0.1:${await portOf(server)}` });
    expect(await write(client)).toMatch(/^refused /);
    expect(requests).toEqual([]);
  });
});

describe("requests at once", () => {
  test.each([1, 3])("are no more than %i where that is the bound", async (maxConcurrency) => {
    const server = await CountingServer.start(10);
    const client = clientOf({
      endpoint: `http://127.0.0.1:${server.port}`,
      configuration: { maxConcurrency },
    });
    expect(new Set(await readAtOnce(client, 10))).toEqual(new Set(["answered"]));
    expect([server.mostAtOnce, server.connections]).toEqual([maxConcurrency, maxConcurrency]);
  });

  test("do not run out of time while they wait for each other", async () => {
    const server = await CountingServer.start(300);
    const client = clientOf({
      endpoint: `http://127.0.0.1:${server.port}`,
      configuration: { maxConcurrency: 1, requestTimeout: durationOfSeconds(2) },
    });
    expect(new Set(await readAtOnce(client, 8))).toEqual(new Set(["answered"]));
  });

  test("give their place free when they fail", async () => {
    const client = clientOf({ endpoint: "http://127.0.0.1:1", configuration: { maxConcurrency: 1 } });
    expect(await readAtOnce(client, 3)).toEqual(["Network", "Network", "Network"]);
    expect(await read(client)).toBe("Network");
  });
});

// 0.0.0.0 stands for a host elsewhere: it is none of the names of this machine, and yet reaches it.
describe("a proxy", () => {
  test("is asked for what is elsewhere", async () => {
    const server = await CountingServer.start();
    const proxy = await RecordingProxy.start();
    const endpoint = `http://0.0.0.0:${server.port}`;
    const client = clientOf({ endpoint, environment: { HTTP_PROXY: proxy.url } });
    expect(await read(client)).toBe("answered");
    expect(proxy.asked).toEqual([`GET ${endpoint}`]);
    expect(server.requests).toHaveLength(0);
  });

  test("is asked for a tunnel to what speaks HTTPS", async () => {
    const proxy = await RecordingProxy.start();
    const client = clientOf({
      endpoint: "cn-hangzhou.log.aliyuncs.com",
      environment: { HTTPS_PROXY: proxy.url, HTTP_PROXY: "http://127.0.0.1:1" },
    });
    const failure: unknown = await client.getCursor(shard, "begin").catch((error: unknown) => error);
    expect(proxy.asked).toEqual(["CONNECT shop.cn-hangzhou.log.aliyuncs.com:443"]);
    expect((failure as Error).message).toMatch(/^GetCursor got no answer from https:.*\(403\)/);
  });

  test("that lets no tunnel through proves that nothing was sent", async () => {
    const proxy = await RecordingProxy.start();
    const client = clientOf({
      endpoint: "cn-hangzhou.log.aliyuncs.com",
      environment: { HTTPS_PROXY: proxy.url },
    });
    expect(await write(client)).toMatch(/^refused /);
    expect(proxy.asked).toEqual(["CONNECT shop.cn-hangzhou.log.aliyuncs.com:443"]);
  });

  test("gets its user, and the answer shows no password", async () => {
    const proxy = await RecordingProxy.start("user:a-password@");
    const client = clientOf({
      endpoint: "cn-hangzhou.log.aliyuncs.com",
      environment: { HTTPS_PROXY: proxy.url },
    });
    const failure: unknown = await client.getCursor(shard, "begin").catch((error: unknown) => error);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from("user:a-password").toString("base64")}`]);
    expect((failure as Error).message).not.toContain("password");
  });

  test.each(["0.0.0.0", "example.com,0.0.0.0", "*"])("is not asked where NO_PROXY is %s", async (except) => {
    const server = await CountingServer.start();
    const proxy = await RecordingProxy.start();
    const client = clientOf({
      endpoint: `http://0.0.0.0:${server.port}`,
      environment: { HTTP_PROXY: proxy.url, NO_PROXY: except },
    });
    expect(await read(client)).toBe("answered");
    expect([proxy.asked.length, server.requests.length]).toEqual([0, 1]);
  });

  test.each(["127.0.0.1", "localhost", "127.1.2.3"])(
    "is never asked for this machine itself: %s",
    async (host) => {
      const proxy = await RecordingProxy.start();
      const client = clientOf({ endpoint: `http://${host}:1`, environment: { HTTP_PROXY: proxy.url } });
      expect(await read(client)).toBe("Network");
      expect(proxy.asked).toEqual([]);
    },
  );

  test("of the process's own environment is not asked, but the one that was configured", async () => {
    const server = await CountingServer.start();
    const endpoint = `http://0.0.0.0:${server.port}`;
    const before = process.env["HTTP_PROXY"];
    process.env["HTTP_PROXY"] = "http://127.0.0.1:1";
    try {
      const client = clientOf({ endpoint, environment: { HTTPS_PROXY: "http://127.0.0.1:1" } });
      expect(await read(client)).toBe("answered");
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, "HTTP_PROXY");
      else process.env["HTTP_PROXY"] = before;
    }
    expect(server.requests).toHaveLength(1);
  });

  test("bounds what is under way at once too", async () => {
    const server = await CountingServer.start(10);
    const client = clientOf({
      endpoint: "http://sls.example",
      environment: { HTTP_PROXY: `http://127.0.0.1:${server.port}` },
      configuration: { maxConcurrency: 2 },
    });
    expect(new Set(await readAtOnce(client, 8))).toEqual(new Set(["answered"]));
    expect(server.mostAtOnce).toBe(2);
    expect(server.requests[0]?.headers.host).toBe("shop.sls.example");
  });
});
