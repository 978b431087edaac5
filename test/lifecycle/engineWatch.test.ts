import { once } from "node:events";
import { createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type EngineSigns, EngineWatch } from "../../provider/src/engineWatch.js";

const address = "127.0.0.1:40000";

/** A watch whose engine shows what the test makes it show. */
function watching(clock = { now: 0 }): { watch: EngineWatch; signs: EngineSigns[] } {
  const signs: EngineSigns[] = [];
  const watch = new EngineWatch(
    address,
    (_address, heard) => signs.push(heard),
    () => clock.now,
  );
  return { watch, signs };
}

function stops(watch: EngineWatch): boolean {
  try {
    watch.assertAlive();
    return false;
  } catch {
    return true;
  }
}

describe("an engine that", () => {
  test("answers lets every write pass", () => {
    const { watch, signs } = watching();
    signs[0]?.answers();
    expect(stops(watch)).toBe(false);
  });

  test("never answered proves nothing, and is not asked again", () => {
    const { watch, signs } = watching();
    signs[0]?.ends("refused");
    expect([stops(watch), signs.length]).toEqual([false, 1]);
  });

  test("ends stops every write at once, and is named, with what to do", () => {
    const { watch, signs } = watching();
    signs[0]?.answers();
    signs[0]?.ends("ended");
    expect(() => {
      watch.assertAlive();
    }).toThrow(
      `The Pulumi engine at ${address} is gone, so nothing more is written\n` +
        "Run pulumi cancel --yes, then pulumi refresh --yes --clear-pending-creates, then pulumi up: it looks where each shard stands before it writes.",
    );
  });

  test("closes an idle connection and answers the next one was never gone", () => {
    const { watch, signs } = watching();
    signs[0]?.answers();
    signs[0]?.ends("ended");
    signs[1]?.answers();
    expect([stops(watch), signs.length]).toEqual([false, 2]);
  });

  test("cannot be reached for another reason is asked again, and nothing is written meanwhile", () => {
    const { watch, signs } = watching();
    signs[0]?.answers();
    signs[0]?.ends("ended");
    signs[1]?.ends("ended");
    expect([stops(watch), signs.length]).toEqual([true, 3]);
    signs[2]?.answers();
    expect(stops(watch)).toBe(false);
  });

  test("ends one connection after the other at once is asked five times, and then is gone", () => {
    const { watch, signs } = watching();
    for (let ended = 0; ended < 20; ended += 1) {
      signs[ended]?.answers();
      signs[ended]?.ends("ended");
    }
    expect([stops(watch), signs.length]).toEqual([true, 5]);
  });

  test("closes a connection now and then is there, however often", () => {
    const clock = { now: 0 };
    const { watch, signs } = watching(clock);
    for (let ended = 0; ended < 20; ended += 1) {
      signs[ended]?.answers();
      clock.now += 1_000;
      signs[ended]?.ends("ended");
    }
    signs.at(-1)?.answers();
    expect([stops(watch), signs.length]).toEqual([false, 21]);
  });

  test("refuses the next connection is gone for good", () => {
    const { watch, signs } = watching();
    signs[0]?.answers();
    signs[0]?.ends("ended");
    signs[1]?.ends("refused");
    expect([stops(watch), signs.length]).toEqual([true, 2]);
  });
});

describe("a real address", () => {
  const sockets = new Set<Socket>();
  let server: Server | undefined;

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    server?.close();
  });

  async function listen(started: Server): Promise<string> {
    server = started;
    started.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
    });
    started.listen(0, "127.0.0.1");
    await once(started, "listening");
    return `127.0.0.1:${String((started.address() as AddressInfo).port)}`;
  }

  async function until(holds: () => boolean): Promise<void> {
    for (let waits = 0; waits < 500 && !holds(); waits += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(holds()).toBe(true);
  }

  test.each([
    { what: "an HTTP/2 server", start: () => createHttp2Server() as unknown as Server },
    { what: "a server of another protocol", start: () => createServer() },
  ])("of $what that is killed is seen", async ({ start }) => {
    const watch = new EngineWatch(await listen(start()));
    await until(() => sockets.size > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stops(watch)).toBe(false);
    server?.close();
    for (const socket of sockets) socket.destroy();
    await until(() => stops(watch));
  });

  test("that resets a connection and takes the next one was never gone", async () => {
    const watch = new EngineWatch(await listen(createHttp2Server()));
    await until(() => sockets.size === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const socket of sockets) socket.resetAndDestroy();
    await until(() => sockets.size === 2 && !stops(watch));
  });

  test("of a server that answers in another protocol is left after five connections", async () => {
    const watch = new EngineWatch(await listen(createServer((socket) => socket.end("no HTTP/2\r\n"))));
    await until(() => sockets.size === 5 && stops(watch));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([sockets.size, stops(watch)]).toEqual([5, true]);
  });

  test.each(["", "no address", "127.0.0.1:99999", "/some/path"])(
    "that is none, %j, watches nothing",
    (none) => {
      expect(stops(new EngineWatch(none))).toBe(false);
    },
  );
});
