import { type LoggedRequest, SlsEmulator } from "../../emulator/src/index.js";
import { DynamicProviderServer, type Properties } from "./dynamicProviderServer.js";
import { ProviderInThisProcess } from "./providerInThisProcess.js";
import { ReplayStack } from "./replayStack.js";

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const noon = Date.parse("2026-11-22T12:00:00Z");
export const id = "shop/orders/billing";

/** The instant so many hours before noon. */
export function at(hoursBeforeNoon: number): string {
  return new Date(noon - hoursBeforeNoon * hour).toISOString();
}

/** A service whose logstore holds thirteen log groups a shard, one an hour until noon, and a stack that replays it. */
export class ReplayShop {
  now = noon;
  readonly emulator: SlsEmulator;
  readonly stack: ReplayStack;
  /** On top of what it takes to reach the service. */
  moreConfig: Readonly<Record<string, string>> = {};

  private constructor(emulator: SlsEmulator, ownProcess: boolean) {
    this.emulator = emulator;
    this.stack = new ReplayStack(() =>
      ownProcess ? this.startProcess() : ProviderInThisProcess.start(this.#config),
    );
  }

  get #config(): Readonly<Record<string, string>> {
    return {
      "sls:endpoint": this.emulator.endpoint,
      "sls:accessKeyId": "emulatorAccessKeyId",
      "sls:accessKeySecret": "emulatorAccessKeySecret",
      ...this.moreConfig,
    };
  }

  /** A process with Pulumi's own server. */
  async startProcess(engineAddress?: string): Promise<DynamicProviderServer> {
    return DynamicProviderServer.start("replayPlanProvider", {
      config: this.#config,
      ...(engineAddress !== undefined && { engineAddress }),
    });
  }

  /**
   * Opens at ten past noon, ten minutes after the consumers stopped an hour behind. With `ownProcess`, every up goes
   * through Pulumi's own server.
   */
  static async open({ shards = 2, ownProcess = false } = {}): Promise<ReplayShop> {
    const clock = { now: (): number => noon };
    const emulator = await SlsEmulator.start({ clock: () => clock.now() });
    const shop = new ReplayShop(emulator, ownProcess);
    clock.now = () => shop.now;
    emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: shards });
    emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
    for (let shard = 0; shard < shards; shard += 1) {
      emulator.appendLogGroups("shop", "orders", shard, { count: 13, from: noon - 12 * hour, to: noon });
      shop.commit(shard, 1);
    }
    shop.pass(10 * minute);
    return shop;
  }

  async close(): Promise<void> {
    await this.emulator.stop();
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
  }

  /** A replay of the whole group. */
  replay(from: unknown, more: Properties = {}): Properties {
    return { project: "shop", logstore: "orders", consumerGroup: "billing", from, ...more };
  }

  /** The cursor of the log group that a shard received so many hours before noon. */
  cursor(shard: number, hoursBeforeNoon: number): string {
    return this.emulator.cursorAt("shop", "orders", shard, noon - hoursBeforeNoon * hour);
  }

  /** A consumer saves its position. */
  commit(shard: number, hoursBeforeNoon: number, consumer = "host-a"): void {
    const checkpoint = this.cursor(shard, hoursBeforeNoon);
    this.emulator.commit("shop", "orders", "billing", shard, checkpoint, { consumer });
  }

  /** How many hours before noon each shard stands. */
  stands(shards: readonly number[] = [0, 1]): (number | string | undefined)[] {
    return shards.map((shard) => {
      const stands = this.emulator.checkpoint("shop", "orders", "billing", shard)?.checkpoint;
      const hours = Array.from({ length: 14 }, (_, count) => count - 1);
      return hours.find((count) => this.cursor(shard, count) === stands) ?? stands;
    });
  }

  writes(): LoggedRequest[] {
    return this.emulator.requestsOf("UpdateCheckPoint");
  }

  /** The shards that were written, in order. */
  written(): number[] {
    return this.writes()
      .map(({ shard }) => shard ?? -1)
      .sort((left, right) => left - right);
  }

  /** The status of each shard, as state has it. */
  statuses(): Record<number, string> {
    const shards = (this.stack.state.apply?.outs["shards"] ?? []) as { shard: number; status: string }[];
    return Object.fromEntries(shards.map(({ shard, status }) => [shard, status]));
  }

  get previousPositions(): Properties {
    return (this.stack.state.apply?.outs["previousPositions"] ?? {}) as Properties;
  }
}
