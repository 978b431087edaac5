import { expect, it } from "vitest";
import { encodeCursor } from "../../emulator/src/index.js";
import { sequences, startReaders, type Printed } from "./readers.js";
import type { ClientCommand } from "./wholeJourney.js";

/** What every official consumer library must be able to do against the emulator. */
export function testConsumerLibrary(command: ClientCommand): void {
  it("shares a group between two consumers, and one takes over when the other is killed", async () => {
    const { consumer, stop, readToEnd, write, total, emulator } = await startReaders(command, {
      shardCount: 2,
      count: 30,
    });
    const first = consumer("first");
    await first.until((lines) => lines.length >= 60);
    const second = consumer("second");
    await emulator.waitForRequest(
      ({ call, query, body }) => call === "HeartBeat" && query["consumer"] === "second" && body !== "[]",
    );
    const owners = new Set(emulator.shardStates("shop", "events", "readers").map(({ owner }) => owner));
    expect(owners).toEqual(new Set(["first", "second"]));
    first.kill();
    await first.exited;
    write(0, 20);
    write(1, 20);
    await readToEnd(0, 1);
    await stop(second);
    const seen = new Set(sequences(first, second));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: total() }, (_, index) => index));
    expect(emulator.shardStates("shop", "events", "readers").map(({ owner }) => owner)).not.toContain(
      "first",
    );
  });

  it("goes on through a split and a merge", async () => {
    const { consumer, stop, readToEnd, write, total, emulator } = await startReaders(command, {
      shardCount: 1,
      count: 10,
    });
    const reader = consumer("reader");
    await reader.until((lines) => lines.length >= 10);
    emulator.splitShard("shop", "events", 0);
    write(1, 10);
    write(2, 10);
    await readToEnd(1, 2);
    emulator.mergeShards("shop", "events", 1);
    write(3, 10);
    await readToEnd(3);
    await stop(reader);
    expect(sequences(reader).sort((a, b) => a - b)).toEqual(
      Array.from({ length: total() }, (_, index) => index),
    );
  });

  it("reads parents before their children in an ordered group", async () => {
    const { consumer, stop, readToEnd, write, emulator } = await startReaders(command, {
      shardCount: 1,
      count: 50,
      order: "ordered",
    });
    emulator.splitShard("shop", "events", 0);
    write(1, 20);
    write(2, 20);
    const reader = consumer("reader");
    await readToEnd(0, 1, 2);
    await stop(reader);
    const printed = reader.lines.map((line) => JSON.parse(line) as Printed);
    const lastOfParent = printed.findLastIndex(({ shard }) => shard === 0);
    const firstOfChildren = printed.findIndex(({ shard }) => shard !== 0);
    expect(printed).toHaveLength(90);
    expect(lastOfParent).toBeLessThan(firstOfChildren);
  });

  it("overwrites a pin while it runs, at its next commit", async () => {
    const { consumer, stop, write, begin, position, emulator, readToEnd } = await startReaders(command, {
      shardCount: 1,
      count: 20,
    });
    const reader = consumer("reader");
    await readToEnd(0);
    const pin = encodeCursor(begin(0) + 5n);
    emulator.pin("shop", "events", "readers", 0, pin);
    expect(position(0)).toBe(begin(0) + 5n);
    write(0, 3);
    await readToEnd(0);
    expect(position(0)).toBe(begin(0) + 23n);
    await stop(reader);
    expect(sequences(reader)).toEqual(Array.from({ length: 23 }, (_, index) => index));
  });

  it("reads exactly the pinned log groups when it is started after the pin", async () => {
    const { consumer, stop, begin, emulator, readToEnd } = await startReaders(command, {
      shardCount: 1,
      count: 20,
    });
    const before = consumer("reader");
    await readToEnd(0);
    await stop(before);
    emulator.pin("shop", "events", "readers", 0, encodeCursor(begin(0) + 5n));
    emulator.clearRequests();
    const after = consumer("reader");
    await readToEnd(0);
    await stop(after);
    expect(sequences(after)).toEqual(Array.from({ length: 15 }, (_, index) => index + 5));
  });
}
