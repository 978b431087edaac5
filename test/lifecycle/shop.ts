import { SlsEmulator, type Assumptions } from "../../emulator/src/index.js";
import { type LifecycleContext } from "../../provider/src/lifecycle/context.js";
import { type Declared } from "../../provider/src/lifecycle/declared.js";
import { RefusedError, UnfinishedError } from "../../provider/src/lifecycle/failures.js";
import { describeReport } from "../../provider/src/texts/describeReport.js";
import { ProcessMemory } from "../../provider/src/lifecycle/processMemory.js";
import { describeEvent } from "../../provider/src/texts/describeEvent.js";
import { millisecondsOf } from "../../provider/src/model/duration.js";
import { instantOfMilliseconds } from "../../provider/src/model/instant.js";
import { ClientUnderTest, secrets } from "../sls/clientUnderTest.js";

export const minute = 60_000;
export const hour = 60 * minute;

/** A pin of this shard, declared with nothing but what is needed. */
export const declaredPin: Declared = {
  project: "shop",
  logstore: "orders",
  consumerGroup: "billing",
  shard: 0,
  checkpoint: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==",
};

/**
 * A service whose logstore `orders` holds thirteen log groups in shard 0, one an hour until noon, and none in
 * shard 1; and the life of resources that reach it, as one provider process has it.
 */
export class Shop {
  static readonly noon = Date.parse("2026-11-22T12:00:00Z");
  readonly lines: string[] = [];
  readonly emulator: SlsEmulator;
  readonly context: LifecycleContext;
  readonly #tested: ClientUnderTest;
  #now = Shop.noon;

  private constructor(start: (clock: () => number) => SlsEmulator) {
    this.emulator = start(() => this.#now);
    this.#tested = new ClientUnderTest({ endpoint: this.emulator.endpoint });
    this.context = contextOf(this.#tested, this.lines);
    this.emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
    this.emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
    const series = { count: 13, from: Shop.noon - 12 * hour, to: Shop.noon };
    this.emulator.appendLogGroups("shop", "orders", 0, series);
  }

  static async open(assumptions: Partial<Assumptions> = {}): Promise<Shop> {
    let clock = (): number => Shop.noon;
    const identity = {
      accessKeyId: "an-access-key-id",
      accessKeySecret: secrets.accessKeySecret,
      securityToken: secrets.securityToken,
    };
    const emulator = await SlsEmulator.start({ clock: () => clock(), identities: [identity], assumptions });
    return new Shop((now) => {
      clock = now;
      return emulator;
    });
  }

  async close(): Promise<void> {
    await this.#tested.stop();
    await this.emulator.stop();
  }

  get now(): number {
    return this.#now;
  }

  /** Lets time pass, for the service and for this machine. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    this.#tested.now = this.#now;
  }

  /** The cursor of the log group that was received so many hours before noon. */
  cursor(hoursBeforeNoon: number): string {
    return this.emulator.cursorAt("shop", "orders", 0, Shop.noon - hoursBeforeNoon * hour);
  }

  /** Saves a checkpoint as a consumer does. */
  commit(checkpoint: string): void {
    this.emulator.commit("shop", "orders", "billing", 0, checkpoint, { consumer: "host-a" });
  }

  pinAt(hoursBeforeNoon: number, more: Declared = {}): Declared {
    return { ...declaredPin, checkpoint: this.cursor(hoursBeforeNoon), ...more };
  }

  /** The calls since the last look at them, in order of arrival. */
  takeCalls(): readonly string[] {
    const calls = this.emulator.requests.map(({ call }) => call);
    this.emulator.clearRequests();
    return calls;
  }
}

function contextOf(tested: ClientUnderTest, lines: string[]): LifecycleContext {
  let ids = 0;
  return {
    client: tested.client,
    memory: new ProcessMemory(),
    strictPreview: false,
    emit: (event) => void lines.push(describeEvent(event)),
    engineAlive: () => undefined,
    now: () => instantOfMilliseconds(tested.now),
    monotonic: () => tested.now,
    sleep: (duration) => {
      tested.now += millisecondsOf(duration);
      return Promise.resolve();
    },
    newId: () => `id-${String((ids += 1))}`,
    mostAtOnce: 16,
  };
}

/** Runs what is expected to fail, and returns the words for it that a person would see. */
export async function wordsOf(attempt: Promise<unknown>): Promise<string> {
  try {
    return `it did not fail: ${JSON.stringify(await attempt)}`;
  } catch (error) {
    if (error instanceof RefusedError || error instanceof UnfinishedError)
      return describeReport(error.report);
    throw error;
  }
}
