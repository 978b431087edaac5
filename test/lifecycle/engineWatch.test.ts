import { once } from "node:events";
import { createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { EngineGoneError, type EngineSigns, EngineWatch } from "../../provider/src/engineWatch.js";

type Sign = "answers" | "ends" | "is refused";

const address = "127.0.0.1:40000";

/** A watch whose connections show these signs, one after the other, and how often it connected. */
function watching(...signs: readonly Sign[]): { watch: EngineWatch; connected: string[] } {
  const connected: string[] = [];
  let signsOfNow: EngineSigns | undefined;
  const watch = new EngineWatch(address, (at, heard) => {
    connected.push(at);
    signsOfNow = heard;
  });
  for (const sign of signs) {
    if (sign === "answers") signsOfNow?.answers();
    else signsOfNow?.ends(sign === "is refused");
  }
  return { watch, connected };
}

function goesOn(watch: EngineWatch): boolean {
  try {
    watch.assertAlive();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(EngineGoneError);
    return false;
  }
}

describe("an engine that", () => {
  test.each([
    { signs: [], alive: true, connections: 1 },
    { signs: ["answers"], alive: true, connections: 1 },
    { signs: ["is refused"], alive: true, connections: 1 },
    { signs: ["ends"], alive: true, connections: 1 },
    { signs: ["answers", "ends"], alive: false, connections: 2 },
    { signs: ["answers", "is refused"], alive: false, connections: 1 },
    { signs: ["answers", "ends", "is refused"], alive: false, connections: 2 },
    { signs: ["answers", "ends", "ends"], alive: false, connections: 3 },
    { signs: ["answers", "ends", "answers"], alive: true, connections: 2 },
    { signs: ["answers", "ends", "answers", "is refused"], alive: false, connections: 2 },
  ] as const)("shows $signs: writes go on: $alive", ({ signs, alive, connections }) => {
    const { watch, connected } = watching(...signs);
    expect(goesOn(watch)).toBe(alive);
    expect(connected).toEqual(Array<string>(connections).fill(address));
  });

  test("is gone is named, with what to do", () => {
    const { watch } = watching("answers", "is refused");
    expect(() => {
      watch.assertAlive();
    }).toThrow(
      "The Pulumi engine at 127.0.0.1:40000 is gone, so nothing more is written\n" +
        "Run pulumi cancel, then pulumi up: it finds out where the shard stands before it writes.",
    );
  });
});

/** Listens on loopback, and ends every connection with the server. */
async function listening(server: Server): Promise<{ at: string; end: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const end = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { at, end };
}

describe("a real address", () => {
  test("is noticed when the server there ends", async () => {
    const server = createHttp2Server();
    const { at, end } = await listening(server);
    const session = once(server, "session");
    const watch = new EngineWatch(at);
    await session;
    expect(goesOn(watch)).toBe(true);
    await end();
    await vi.waitFor(() => {
      expect(goesOn(watch)).toBe(false);
    });
  });

  test("that speaks no HTTP/2 and is destroyed is noticed too: the connection was made", async () => {
    const server = createServer();
    const { at, end } = await listening(server);
    const connection = once(server, "connection");
    const watch = new EngineWatch(at);
    await connection;
    await new Promise((resolve) => setImmediate(resolve));
    await end();
    await vi.waitFor(() => {
      expect(goesOn(watch)).toBe(false);
    });
  });

  test.each(["", "no address", "127.0.0.1", "--watch", "127.0.0.1:99999"])(
    'proves nothing where it is none: "%s"',
    (text) => {
      expect(goesOn(new EngineWatch(text))).toBe(true);
    },
  );
});
