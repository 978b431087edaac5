import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.js";
import { openWorkspace, type PulumiWorkspace } from "../e2e/pulumi.ts";
import { ClientProcess } from "./clientProcess.js";
import { hasClient, installed, proxyEnvironment } from "./installed.js";
import { sequences } from "./readers.js";

const minute = 60_000;
const hour = 60 * minute;
const example = fileURLToPath(new URL("../../examples/side-replay/", import.meta.url));
const production = fileURLToPath(new URL("python/consumer.py", import.meta.url));

/** The consumers of the example, and how each ends: the Python one by itself, Go's when it is told to. */
const languages = {
  python: { command: [installed.python, `${example}consumers/python/consumer.py`], endsByItself: true },
  go: { command: [`${installed.go}/side-replay`], endsByItself: false },
} as const;

type Language = keyof typeof languages;

/**
 * A logstore with a log group a minute in each of two shards for six hours, which production has read to its end, and
 * goes on to read; and the example's stack, to read the hours from four to two hours ago once more.
 */
class SideReplay {
  readonly emulator: SlsEmulator;
  readonly pulumi: PulumiWorkspace;
  readonly language: Language;
  readonly from: number;
  readonly until: number;
  /** When each numbered log group was received. */
  readonly received: number[];
  #production: ClientProcess | undefined;

  private constructor(emulator: SlsEmulator, pulumi: PulumiWorkspace, language: Language, now: number) {
    this.emulator = emulator;
    this.pulumi = pulumi;
    this.language = language;
    this.from = now - 4 * hour;
    this.until = now - 2 * hour;
    this.received = [];
  }

  static async open(language: Language): Promise<SideReplay> {
    const emulator = await SlsEmulator.start();
    onTestFinished(async () => emulator.stop());
    const now = Math.floor(emulator.now() / 1_000) * 1_000;
    emulator.createLogstore("shop", "events", { shardCount: 2, bornAt: now - 24 * hour });
    const pulumi = await openWorkspace({ name: "side-replay", program: example });
    onTestFinished(async () => pulumi.close());
    const replay = new SideReplay(emulator, pulumi, language, now);
    for (let at = now - 6 * hour; at <= now; at += minute)
      for (const shard of [0, 1]) replay.write(shard, at);
    await replay.configure({
      "sls:endpoint": emulator.endpoint,
      "sls:accessKeyId": defaultIdentity.accessKeyId,
      "sls:accessKeySecret": defaultIdentity.accessKeySecret,
      project: "shop",
      logstore: "events",
      consumerGroup: "readers-again",
      from: new Date(replay.from).toISOString(),
      until: new Date(replay.until).toISOString(),
      maxMove: "PT12H",
      progress: "true",
    });
    return replay;
  }

  async configure(values: Readonly<Record<string, string>>): Promise<void> {
    const pairs = Object.entries(values).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    expect((await this.pulumi.run("config", "set-all", ...pairs)).exitCode).toBe(0);
  }

  write(shard: number, receivedAt: number): void {
    const sequence = String(this.received.push(receivedAt) - 1);
    const logs = [{ time: Math.floor(receivedAt / 1_000), contents: { sequence } }];
    this.emulator.appendLogGroups("shop", "events", shard, [{ receivedAt, logs }]);
  }

  /** The numbers of the log groups that the replay is to read. */
  wanted(): number[] {
    return this.received.flatMap((at, sequence) => (at >= this.from && at < this.until ? [sequence] : []));
  }

  /** Production's own consumers, in a group of their own. */
  async startProduction(): Promise<void> {
    const environment = proxyEnvironment(this.emulator);
    const reader = new ClientProcess(installed.python, [production, "production", "unordered"], environment);
    this.#production = reader;
    await reader.until((lines) => lines.length >= this.received.length);
  }

  /** Lets production read one more log group, and checks that it read each once and saved for itself alone. */
  async endProduction(): Promise<void> {
    const reader = this.#production;
    if (reader === undefined) throw new Error("Production was not started.");
    this.write(
      this.emulator.shardStates("shop", "events", "readers").at(-1)?.shard ?? 0,
      this.emulator.now(),
    );
    await reader.until((lines) => lines.length >= this.received.length);
    reader.write("stop");
    expect(await reader.exited).toBe(0);
    expect(sequences(reader).sort(byNumber)).toEqual(this.received.map((_at, sequence) => sequence));
    const writers = this.emulator
      .requestsOf("UpdateCheckPoint")
      .filter(({ consumerGroup }) => consumerGroup === "readers")
      .map(({ query }) => query["consumer"]);
    expect([...new Set(writers)]).toEqual(["production"]);
  }

  async up(): Promise<string> {
    const { exitCode, stdout, stderr } = await this.pulumi.up("--skip-preview");
    expect(exitCode, stdout + stderr).toBe(0);
    return stdout;
  }

  async output(name: string): Promise<string> {
    return (await this.pulumi.run("stack", "output", name)).stdout.trim();
  }

  /** A consumer as the README starts it. */
  async consumer(name: string, more: Readonly<Record<string, string>> = {}): Promise<ClientProcess> {
    const [program, ...args] = languages[this.language].command;
    const environment = proxyEnvironment(this.emulator, {
      CONSUMERS: await this.output("consumers"),
      HEARTBEAT: "2",
      ...more,
    });
    return new ClientProcess(program, [...args, name], environment);
  }

  /** Starts workers again until the stack says that it is done, as the README does. Returns all of them. */
  async readUntilDone(...running: ClientProcess[]): Promise<ClientProcess[]> {
    const all = [...running];
    for (let round = 0; round < 20; round += 1) {
      if (languages[this.language].endsByItself) {
        const worker = await this.consumer(`worker-${round}-again`);
        all.push(worker);
        expect(await worker.exited, worker.errors).toBe(0);
      } else if (all.length === 0) all.push(await this.consumer("worker"));
      await this.up();
      if ((await this.output("done")) === "true") return all;
    }
    throw new Error(`Not done after 20 rounds; ${await this.output("progress")}`);
  }

  /** What a destroy leaves: production's group alone. */
  async destroy(): Promise<void> {
    // Consumers that ended a moment ago would be waited for.
    this.emulator.advanceClock(2 * minute);
    const { exitCode, stdout } = await this.pulumi.destroy();
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain("way back: ");
    expect(() => this.emulator.shardStates("shop", "events", "readers-again")).toThrow(
      expect.objectContaining({ code: "ConsumerGroupNotExist" }),
    );
    if (this.#production === undefined) return;
    expect(this.emulator.shardStates("shop", "events", "readers")).not.toEqual([]);
  }
}

function byNumber(left: number, right: number): number {
  return left - right;
}

async function endAll(workers: readonly ClientProcess[]): Promise<void> {
  for (const worker of workers) worker.kill();
  await Promise.all(workers.map(({ exited }) => exited));
}

describe.each(["python", "go"] as const)("a side replay with the consumer library of %s", (language) => {
  const suite = it.skipIf(!hasClient(language) || !hasClient("python"));

  suite(
    "reads each log group between from and until once, and leaves production alone",
    async () => {
      const replay = await SideReplay.open(language);
      await replay.startProduction();
      const preview = await replay.pulumi.preview();
      expect(preview.exitCode, preview.stdout).toBe(0);
      expect(preview.stdout).toContain("shop/events/readers-again: 2 shards");
      await replay.up();
      expect(await replay.output("done")).toBe("false");
      const workers = await replay.readUntilDone();
      await endAll(workers);
      expect(sequences(...workers).sort(byNumber)).toEqual(replay.wanted());
      await replay.endProduction();
      await replay.destroy();
    },
    300_000,
  );

  suite(
    "reads each at least once where one of two workers is killed, and none outside",
    async () => {
      const replay = await SideReplay.open(language);
      await replay.up();
      const slow = { FETCH: "5" };
      const [first, second] = [await replay.consumer("first", slow), await replay.consumer("second", slow)];
      await first.until((lines) => lines.length >= 10);
      first.kill();
      if (languages[language].endsByItself) await second.exited;
      const workers = await replay.readUntilDone(first, second);
      await endAll(workers);
      expect([...new Set(sequences(...workers))].sort(byNumber)).toEqual(replay.wanted());
      await replay.destroy();
    },
    300_000,
  );
});
