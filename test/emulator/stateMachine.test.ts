import fc from "fast-check";
import { expect, it } from "vitest";
import { SlsService } from "../../emulator/src/service/slsService.js";
import { encodeCursor } from "../../emulator/src/service/cursor.js";
import { ServiceError } from "../../emulator/src/service/serviceError.js";

/** A consumer as official libraries behave: it reports what it holds, and then holds what it was answered. */
interface Consumer {
  held: number[];
  lastBeat: number;
}

const timeout = 60;
const names = ["a", "b", "c", "d"];

/** The whole system under random events, with the invariants that hold at any time. */
class World {
  now = 1_800_000_000_000;
  readonly service = new SlsService(() => this.now);
  readonly store = this.service
    .createProject("p")
    .createLogstore("l", { ttl: 1, shardCount: 3, other: {} }, this.now);
  readonly group;
  readonly consumers = new Map<string, Consumer>();
  readonly saved = new Map<number, string>();
  readonly seenEnds = new Map<number, bigint>();
  readonly seenBegins = new Map<number, bigint>();

  constructor(order: boolean) {
    this.group = this.store.createConsumerGroup("g", { timeout, order });
  }

  /** A heartbeat; `lost` says that its answer does not arrive. */
  beat(name: string, lost = false): void {
    const consumer = this.consumers.get(name) ?? { held: [], lastBeat: this.now };
    this.consumers.set(name, consumer);
    try {
      const answer = this.group.heartbeat(name, consumer.held, this.store.view(this.now), this.now);
      consumer.lastBeat = this.now;
      if (!lost) consumer.held = answer;
    } catch (error) {
      expect((error as ServiceError).code).toBe("NotExistConsumerWithBody");
      consumer.held = [];
    }
  }

  /** What official libraries do when they cannot reach the service for too long, and what a killed process does. */
  crash(name: string): void {
    this.consumers.delete(name);
  }

  pass(seconds: number): void {
    this.now += seconds * 1000;
    for (const [name, { lastBeat }] of this.consumers) {
      if (this.now - lastBeat > timeout * 1000) this.crash(name);
    }
  }

  commit(name: string, choice: number): void {
    const held = this.consumers.get(name)?.held ?? [];
    const shard = this.store.shard(held[choice % held.length] ?? -1, this.now);
    if (shard === undefined) return;
    const horizon = this.store.horizon(this.now);
    const span = Number(shard.end - shard.begin(horizon));
    const checkpoint = encodeCursor(shard.begin(horizon) + BigInt(choice % (span + 1)));
    this.group.update(
      { shard: shard.id, checkpoint, consumer: name, force: false },
      this.store.view(this.now),
      this.now,
    );
    this.saved.set(shard.id, checkpoint);
  }

  pin(choice: number): void {
    const shards = this.store.shards(this.now);
    const shard = shards[choice % shards.length];
    if (shard === undefined) return;
    const checkpoint = encodeCursor(choice % 3 === 0 ? shard.end : shard.begin(this.store.horizon(this.now)));
    this.group.update({ shard: shard.id, checkpoint, force: true }, this.store.view(this.now), this.now);
    this.saved.set(shard.id, checkpoint);
  }

  write(choice: number): void {
    const writable = this.store.shards(this.now).filter(({ status }) => status === "readwrite");
    const shard = writable[choice % writable.length];
    if (shard !== undefined)
      this.store.append(shard, [{ receivedAt: this.now, content: { logs: [] } }], this.now);
  }

  reshape(choice: number): void {
    const shards = this.store.shards(this.now);
    const id = shards[choice % shards.length]?.id ?? 0;
    try {
      if (choice % 3 === 0) this.store.merge(id, this.now);
      else if (shards.length < 12) this.store.split(id, this.now);
    } catch (error) {
      expect((error as ServiceError).code).toBe("ParameterInvalid");
    }
  }

  /** A save that is not the owner's, without force, never passes. */
  steal(name: string, choice: number): void {
    const shards = this.store.shards(this.now);
    const shard = shards[choice % shards.length]?.id ?? 0;
    const owner = this.group
      .shardStates(this.store.view(this.now), this.now)
      .find((state) => state.shard === shard)?.owner;
    if (owner === name) return;
    const update = { shard, checkpoint: "MQ==", consumer: name, force: false };
    expect(() => this.group.update(update, this.store.view(this.now), this.now)).toThrow(ServiceError);
  }

  check(): void {
    const owned = [...this.consumers.values()].flatMap(({ held }) => held);
    expect(new Set(owned).size).toBe(owned.length);
    const horizon = this.store.horizon(this.now);
    for (const shard of this.store.shards(this.now)) {
      const [begin, end] = [shard.begin(horizon), shard.end];
      expect(begin).toBeGreaterThanOrEqual(this.seenBegins.get(shard.id) ?? 0n);
      expect(end).toBeGreaterThanOrEqual(this.seenEnds.get(shard.id) ?? 0n);
      expect(begin).toBeLessThanOrEqual(end);
      this.seenBegins.set(shard.id, begin);
      this.seenEnds.set(shard.id, end);
      expect(this.group.record(shard.id)?.checkpoint).toBe(this.saved.get(shard.id));
    }
  }

  /** Everyone who is alive beats until nothing moves: then the balance is within one and no shard is forgotten. */
  settle(): void {
    this.beat("a");
    const rounds = 6;
    for (let round = 0; round < rounds; round += 1) {
      for (const name of this.consumers.keys()) this.beat(name);
      this.check();
    }
    const states = this.group.shardStates(this.store.view(this.now), this.now);
    const counts = [...this.consumers.keys()].map(
      (name) => states.filter(({ owner, state }) => owner === name && state === "already_alloc").length,
    );
    const members = this.group.members(this.now);
    const owners = states.flatMap(({ owner }) => (owner === undefined ? [] : [owner]));
    expect(owners.filter((owner) => !members.includes(owner))).toEqual([]);
    if (members.length === this.consumers.size) {
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      expect(states.filter(({ state }) => state === "not_alloc" || state === "transfer")).toEqual([]);
    }
  }
}

const consumer = fc.constantFrom(...names);
const choice = fc.nat(1000);
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("beat" as const), consumer, lost: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("commit" as const), consumer, choice }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 50 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      seconds: fc.integer({ min: 60, max: 90_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("write" as const), choice }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reshape" as const), choice }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pin" as const), choice }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("steal" as const), consumer, choice }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("crash" as const), consumer }) },
);

function play(world: World, happening: typeof event extends fc.Arbitrary<infer E> ? E : never): void {
  switch (happening.kind) {
    case "beat":
      return world.beat(happening.consumer, happening.lost);
    case "commit":
      return world.commit(happening.consumer, happening.choice);
    case "pass":
      return world.pass(happening.seconds);
    case "write":
      return world.write(happening.choice);
    case "reshape":
      return world.reshape(happening.choice);
    case "pin":
      return world.pin(happening.choice);
    case "steal":
      return world.steal(happening.consumer, happening.choice);
    case "crash":
      return world.crash(happening.consumer);
  }
}

it.each([false, true])("random life of a group (order %s) keeps its invariants", (order) => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const world = new World(order);
      for (const happening of events) {
        play(world, happening);
        world.check();
      }
      world.settle();
    }),
    { numRuns: 300 },
  );
});
