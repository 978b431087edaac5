import { expect, onTestFinished } from "vitest";
import { fileURLToPath } from "node:url";
import { SlsEmulator } from "../../emulator/src/index.js";
import { ClientProcess } from "./clientProcess.js";
import { installed, proxyEnvironment } from "./installed.js";
import { type Printed } from "./readers.js";

const minute = 60_000;
const hour = 60 * minute;
const productionConsumer = fileURLToPath(new URL("python/consumer.py", import.meta.url));

/** What production read and saved, by shard: the order of shards among each other is chance. */
export type ProductionRecord = Readonly<
  Record<number, { readonly printed: readonly string[]; readonly saved: readonly string[] }>
>;

/** A group as the service keeps it. */
export interface KeptGroup {
  readonly name: string;
  readonly settings: unknown;
  readonly checkpoints: readonly unknown[];
}

/**
 * A logstore with a numbered log group a minute in each writable shard for six hours. Shard 0 was split three hours ago,
 * in the middle of what a side replay reads once more: four to two hours ago.
 */
export class EventsLogstore {
  readonly emulator: SlsEmulator;
  readonly from: number;
  readonly until: number;
  /** When each numbered log group was received. */
  readonly #received: number[] = [];
  #production: ClientProcess | undefined;

  private constructor(emulator: SlsEmulator, now: number) {
    this.emulator = emulator;
    this.from = now - 4 * hour;
    this.until = now - 2 * hour;
    emulator.createLogstore("shop", "events", { shardCount: 2, bornAt: now - 24 * hour });
    this.#write([0, 1], now - 6 * hour, now - 3 * hour);
    emulator.advanceClock(-3 * hour);
    emulator.splitShard("shop", "events", 0);
    emulator.advanceClock(3 * hour);
    this.#write([1, 2, 3], now - 3 * hour, now);
  }

  static async open(): Promise<EventsLogstore> {
    const emulator = await SlsEmulator.start({ requestLogLimit: 100_000 });
    onTestFinished(async () => emulator.stop());
    return new EventsLogstore(emulator, Math.floor(emulator.now() / 1_000) * 1_000);
  }

  /** The numbers of the log groups that a side replay is to read. */
  wanted(): number[] {
    return this.#received.flatMap((at, sequence) => (at >= this.from && at < this.until ? [sequence] : []));
  }

  /** Starts the consumer that serves production, in the group "readers", and lets it read everything. */
  async startProduction(): Promise<void> {
    const environment = proxyEnvironment(this.emulator);
    const args = [productionConsumer, "production", "unordered"];
    this.#production = new ClientProcess(installed.python, args, environment);
    await this.#productionReadsAll();
  }

  /** Splits shard 1. What is received afterwards, production reads and a side replay does not. */
  async splitMeanwhile(): Promise<void> {
    const children = this.emulator.splitShard("shop", "events", 1);
    this.#write(children, this.emulator.now(), this.emulator.now() + 1);
    await this.#productionReadsAll();
  }

  /** Ends production, and returns all that it read and saved. */
  async endProduction(): Promise<ProductionRecord> {
    const consumer = this.#production;
    if (consumer === undefined) throw new Error("Production was not started.");
    consumer.write("stop");
    expect(await consumer.exited, consumer.errors).toBe(0);
    const shardOf = (line: string): number => (JSON.parse(line) as Printed).shard;
    const shards = new Set(consumer.lines.map(shardOf));
    return Object.fromEntries(
      [...shards].map((shard) => {
        const printed = consumer.lines.filter((line) => shardOf(line) === shard);
        return [shard, { printed, saved: this.#savedByProduction(shard) }];
      }),
    );
  }

  /** The groups of the logstore as they are kept now. */
  groups(): readonly KeptGroup[] {
    const { emulator } = this;
    return emulator.consumerGroups("shop", "events").map(({ name, ...settings }) => ({
      name,
      settings,
      checkpoints: emulator
        .shardStates("shop", "events", name)
        .map(({ shard }) => [shard, emulator.checkpoint("shop", "events", name, shard)]),
    }));
  }

  async #productionReadsAll(): Promise<void> {
    await this.#production?.until((lines) => lines.length >= this.#received.length);
  }

  /** Every save in production's group, whoever made it. The library repeats its last one when it idles. */
  #savedByProduction(shard: number): readonly string[] {
    const saves = this.emulator
      .requestsOf("UpdateCheckPoint")
      .filter((request) => request.consumerGroup === "readers" && request.shard === shard)
      .map(({ query, body }) => `${query["consumer"] ?? "nobody"} ${body}`);
    return saves.filter((save, index) => save !== saves[index - 1]);
  }

  /** Log groups a minute apart, from the first instant to before the second. */
  #write(shards: readonly number[], first: number, end: number): void {
    for (let receivedAt = first; receivedAt < end; receivedAt += minute) {
      for (const shard of shards) {
        const sequence = String(this.#received.push(receivedAt) - 1);
        const logs = [{ time: Math.floor(receivedAt / 1_000), contents: { sequence } }];
        this.emulator.appendLogGroups("shop", "events", shard, [{ receivedAt, logs }]);
      }
    }
  }
}
