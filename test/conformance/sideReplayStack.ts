import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { defaultIdentity } from "../../emulator/src/index.js";
import { openWorkspace, type PulumiWorkspace } from "../e2e/pulumi.ts";
import { ClientProcess } from "./clientProcess.js";
import { EventsLogstore } from "./eventsLogstore.js";
import { installed, proxyEnvironment } from "./installed.js";

const minute = 60_000;
const example = fileURLToPath(new URL("../../examples/side-replay/", import.meta.url));

/** The consumers of the example, and how each ends: the Python one by itself, Go's when it is told to. */
const languages = {
  python: { command: [installed.python, `${example}consumers/python/consumer.py`], endsByItself: true },
  go: { command: [`${installed.go}/side-replay`], endsByItself: false },
} as const;

export type SideReplayLanguage = keyof typeof languages;

/** The stack of the example, and its consumers in one language, on a logstore that production reads too. */
export class SideReplayStack {
  readonly logstore: EventsLogstore;
  readonly pulumi: PulumiWorkspace;
  readonly language: SideReplayLanguage;

  private constructor(logstore: EventsLogstore, pulumi: PulumiWorkspace, language: SideReplayLanguage) {
    this.logstore = logstore;
    this.pulumi = pulumi;
    this.language = language;
  }

  /** `openStack` makes the workspace: by default in this repository, which has everything installed. */
  static async open(
    language: SideReplayLanguage,
    openStack = () => openWorkspace({ name: "side-replay", program: example }),
  ): Promise<SideReplayStack> {
    const logstore = await EventsLogstore.open();
    const pulumi = await openStack();
    onTestFinished(async () => pulumi.close());
    const config = {
      "sls:endpoint": logstore.emulator.endpoint,
      "sls:accessKeyId": defaultIdentity.accessKeyId,
      "sls:accessKeySecret": defaultIdentity.accessKeySecret,
      project: "shop",
      logstore: "events",
      consumerGroup: "readers-again",
      from: new Date(logstore.from).toISOString(),
      until: new Date(logstore.until).toISOString(),
      maxMove: "PT12H",
      progress: "true",
    };
    const pairs = Object.entries(config).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    expect((await pulumi.run("config", "set-all", ...pairs)).exitCode).toBe(0);
    return new SideReplayStack(logstore, pulumi, language);
  }

  async up(): Promise<void> {
    const { exitCode, stdout, stderr } = await this.pulumi.up("--skip-preview");
    expect(exitCode, stdout + stderr).toBe(0);
  }

  async output(name: string): Promise<string> {
    return (await this.pulumi.run("stack", "output", name)).stdout.trim();
  }

  /** A consumer as the README starts it, with pages so small that reading takes several heartbeats. */
  async consumer(name: string): Promise<ClientProcess> {
    const [program, ...args] = languages[this.language].command;
    const environment = proxyEnvironment(this.logstore.emulator, {
      CONSUMERS: await this.output("consumers"),
      HEARTBEAT: "2",
      FETCH: "6",
    });
    return new ClientProcess(program, [...args, name], environment);
  }

  /** Lets consumers that end by themselves do so. The others read on until they are told to end. */
  async letEnd(consumer: ClientProcess): Promise<void> {
    if (languages[this.language].endsByItself) expect(await consumer.exited, consumer.errors).toBe(0);
  }

  /**
   * Waits until the stack says that it is done, as the README does: with the consumers that run, and with further
   * ones where they end by themselves. Returns all of them, ended.
   */
  async readUntilDone(...running: readonly ClientProcess[]): Promise<readonly ClientProcess[]> {
    const all = [...running];
    for (let round = 0; round < 20; round += 1) {
      await this.up();
      if ((await this.output("done")) === "true") return endAll(all);
      if (!languages[this.language].endsByItself) continue;
      const next = await this.consumer(`again-${round}`);
      await this.letEnd(next);
      all.push(next);
    }
    throw new Error(`Not done after 20 rounds; ${await this.output("progress")}`);
  }

  async destroy(): Promise<void> {
    // Consumers that ended a moment ago would be waited for.
    this.logstore.emulator.advanceClock(2 * minute);
    const { exitCode, stdout } = await this.pulumi.destroy();
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain("way back: ");
  }
}

async function endAll(consumers: readonly ClientProcess[]): Promise<readonly ClientProcess[]> {
  for (const consumer of consumers) consumer.terminate();
  await Promise.all(consumers.map(({ exited }) => exited));
  return consumers;
}
