import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.js";

export const bin = fileURLToPath(new URL("../../cli/bin/sls-checkpoint.js", import.meta.url));

export const noon = Date.parse("2026-11-22T12:00:00Z");
export const hour = 3_600_000;
export const minute = 60_000;

/** What a command wrote, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** A running command. */
export interface Running {
  readonly ended: Promise<Ended>;
  readonly interrupt: () => void;
  /** Resolves as soon as the output so far satisfies the question. */
  readonly shows: (pattern: RegExp) => Promise<void>;
}

/** An operator with a shell, and a local service to look at. */
export class Operator {
  now = noon;
  readonly emulator: SlsEmulator;

  private constructor(emulator: SlsEmulator) {
    this.emulator = emulator;
  }

  /** Opens with thirteen log groups in each of two shards, an hour apart, the last received at noon. */
  static async open(): Promise<Operator> {
    const clock = { now: () => noon };
    const operator = new Operator(await SlsEmulator.start({ clock: () => clock.now() }));
    clock.now = () => operator.now;
    operator.emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
    operator.emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
    const series = { count: 13, from: noon - 12 * hour, to: noon };
    for (const shard of [0, 1]) operator.emulator.appendLogGroups("shop", "orders", shard, series);
    return operator;
  }

  /** The cursor of the log group that was received so many hours before noon. */
  cursor(hours: number, shard = 0): string {
    return this.emulator.cursorAt("shop", "orders", shard, noon - hours * hour);
  }

  commit(hours: number, shard = 0): void {
    this.emulator.commit("shop", "orders", "billing", shard, this.cursor(hours, shard), {
      consumer: "host-a",
    });
  }

  /** Shards as a replay's output has them: moved from one hour before noon to seven hours before. */
  pinned(...shards: number[]): string {
    return JSON.stringify(
      shards.map((shard) => {
        this.#move(shard, this.cursor(7, shard));
        return {
          shard,
          status: "pinned",
          checkpoint: this.cursor(7, shard),
          checkpointTime: new Date(noon - 7 * hour).toISOString(),
          previousCheckpoint: this.cursor(1, shard),
          previousCheckpointTime: new Date(noon - hour).toISOString(),
          pinnedAt: new Date(this.now).toISOString(),
        };
      }),
    );
  }

  /** Moves a shard as a replay does, also where the service refuses to for one that nobody touched. */
  #move(shard: number, checkpoint: string): void {
    const place = ["shop", "orders", "billing", shard] as const;
    const { consumer = "" } = this.emulator.checkpoint(...place) ?? {};
    const updateTime = this.now * 1_000;
    this.emulator.restoreCheckpoint(...place, { checkpoint, updateTime, consumer });
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], input = "", environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.start(args, input, environment).ended;
  }

  start(args: readonly string[], input = "", environment: NodeJS.ProcessEnv = {}): Running {
    const child = spawn(process.execPath, [bin, ...args, ...this.#connection(args)], {
      env: {
        PATH: process.env["PATH"],
        HOME: "/nonexistent",
        ALICLOUD_ACCESS_KEY: defaultIdentity.accessKeyId,
        ALICLOUD_SECRET_KEY: defaultIdentity.accessKeySecret,
        ...environment,
      },
    });
    let [out, error] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (error += text));
    child.stdin.end(input);
    const ended = new Promise<Ended>((resolve) => {
      child.on("close", (code) => resolve({ code, out, error }));
    });
    const shows = async (pattern: RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        const ask = (): void => {
          if (pattern.test(out)) resolve();
        };
        child.stdout.on("data", ask);
        child.on("close", () => reject(new Error(`it ended without ${String(pattern)}: ${out}${error}`)));
        ask();
      });
    return { ended, shows, interrupt: () => child.kill("SIGINT") };
  }

  #connection(args: readonly string[]): readonly string[] {
    const isLook = args.length > 0 && !args.includes("--help") && !args.includes("--endpoint");
    return isLook ? ["--endpoint", this.emulator.endpoint] : [];
  }

  async close(): Promise<void> {
    await this.emulator.stop();
  }
}
