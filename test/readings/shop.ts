import * as pulumi from "@pulumi/pulumi";
import { type ReplayedShard } from "pulumi-sls-checkpoint";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.js";

export const noon = Date.parse("2026-11-22T12:00:00Z");
export const hour = 3_600_000;
export const minute = 60_000;

export const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

/** A shop whose orders a consumer group bills, and the stack configuration of a program that reaches it. */
export class Shop {
  now = noon;
  readonly emulator: SlsEmulator;

  private constructor(emulator: SlsEmulator) {
    this.emulator = emulator;
  }

  /** Opens with thirteen log groups in each of two shards, an hour apart, the last received at noon. */
  static async open(): Promise<Shop> {
    const clock = { now: () => noon };
    const shop = new Shop(await SlsEmulator.start({ clock: () => clock.now() }));
    clock.now = () => shop.now;
    shop.emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
    shop.emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
    const series = { count: 13, from: noon - 12 * hour, to: noon };
    for (const shard of [0, 1]) shop.emulator.appendLogGroups("shop", "orders", shard, series);
    shop.configure(defaultIdentity);
    return shop;
  }

  configure({ accessKeyId, accessKeySecret }: { accessKeyId: string; accessKeySecret: string }): void {
    pulumi.runtime.setAllConfig({
      "sls:endpoint": this.emulator.endpoint,
      "sls:accessKeyId": accessKeyId,
      "sls:accessKeySecret": accessKeySecret,
    });
  }

  /** The cursor of the log group that was received so many hours before noon. */
  cursor(hours: number, shard = 0): string {
    return this.emulator.cursorAt("shop", "orders", shard, noon - hours * hour);
  }

  end(shard: number): string {
    return this.emulator.cursorAt("shop", "orders", shard, "end");
  }

  commit(checkpoint: string, shard = 0): void {
    this.emulator.commit("shop", "orders", "billing", shard, checkpoint, { consumer: "host-a" });
  }

  /** A shard as a replay's output shows it: pinned at one hour before noon, and moved from another. */
  pinned(shard: number, from: number, to: number): ReplayedShard {
    this.pin("billing", shard, this.cursor(to, shard));
    return {
      shard,
      act: `act-${String(shard)}`,
      status: "pinned",
      checkpoint: this.cursor(to, shard),
      checkpointTime: new Date(noon - to * hour).toISOString(),
      previousCheckpoint: this.cursor(from, shard),
      previousCheckpointTime: new Date(noon - from * hour).toISOString(),
    };
  }

  /** Moves a shard as a replay does, also where the service refuses to for one that nobody touched. */
  pin(group: string, shard: number, checkpoint: string): void {
    const place = ["shop", "orders", group, shard] as const;
    const { consumer = "" } = this.emulator.checkpoint(...place) ?? {};
    const updateTime = this.now * 1_000;
    this.emulator.restoreCheckpoint(...place, { checkpoint, updateTime, consumer });
  }

  calls(): readonly string[] {
    return this.emulator.requests.map(({ call }) => call);
  }

  /** Those that were answered; on a clock of its own, the service first refuses the client's. */
  answeredCalls(): readonly string[] {
    return this.emulator.requests.filter(({ status }) => status === 200).map(({ call }) => call);
  }

  async close(): Promise<void> {
    pulumi.runtime.setAllConfig({});
    await this.emulator.stop();
  }
}

/** The value of an Output; undefined while it is not known. */
export async function valueOf<Value>(output: pulumi.Output<Value>): Promise<Value | undefined> {
  const { isKnown } = output as unknown as { readonly isKnown: Promise<boolean> };
  if (!(await isKnown)) return undefined;
  return new Promise((resolve) => output.apply(resolve));
}
