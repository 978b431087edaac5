/** Runs an example outside of this repository as its README says: command by command, in the order in which a reader comes to them. */
import { readFileSync, realpathSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Grant } from "../../emulator/src/service/policy.ts";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.ts";
import { type CommandResult, type PulumiWorkspace } from "./pulumi.ts";
import { installedExample, openExample } from "./readersCopy.ts";

const hour = 3_600_000;

/** The afternoon on which the examples happen: 18:00 at +08:00. */
const now = Date.parse("2026-11-20T10:00:00Z");

type Own = Readonly<Record<string, string>>;

export class ExampleProject {
  now = now;
  readonly emulator: SlsEmulator;
  readonly pulumi: PulumiWorkspace;
  readonly #blocks: readonly Block[];
  /** What a reader puts in place of what is made up, by the word or the configuration as the README has it. */
  readonly #own: Own;
  #position = 0;

  private constructor(emulator: SlsEmulator, pulumi: PulumiWorkspace, folder: string, own: Own) {
    this.emulator = emulator;
    this.pulumi = pulumi;
    this.#blocks = blocksOf(readFileSync(join(folder, "README.md"), "utf8"));
    this.#own = {
      YOUR_ACCESS_KEY_ID: defaultIdentity.accessKeyId,
      "MTUyNDE1NTM3OTM3MzkwODQ5Ng==": this.cursor("2026-11-20T00:00:00Z"),
      ...own,
    };
  }

  /**
   * A logstore with a log group an hour in each of two shards, read by consumers until an hour ago and then stopped.
   * `own` stands for words of the README that are the reader's own.
   */
  static async open(name: string, own: Own = {}): Promise<ExampleProject> {
    const clock = { now: () => now };
    const emulator = await SlsEmulator.start({ clock: () => clock.now() });
    fillLogstore(emulator, "orders");
    emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
    const pulumi = await openExample(name);
    const project = new ExampleProject(emulator, pulumi, pulumi.project, own);
    clock.now = () => project.now;
    for (const shard of [0, 1]) project.commit("2026-11-20T09:00:00Z", shard);
    project.passQuietTime();
    return project;
  }

  /** Lays another example beside this one; what its README says is run in the project of this one. */
  async beside(name: string): Promise<ExampleProject> {
    const copy = await installedExample(name);
    symlinkSync(copy, join(this.pulumi.project, "..", name));
    return new ExampleProject(this.emulator, this.pulumi, copy, {});
  }

  /** Runs something while a package is not installed. */
  async without<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    const installed = join(realpathSync(join(this.pulumi.project, "node_modules")), name);
    renameSync(installed, `${installed}.away`);
    return run().finally(() => {
      renameSync(`${installed}.away`, installed);
    });
  }

  addLogstore(logstore: string): void {
    fillLogstore(this.emulator, logstore);
  }

  /**
   * Runs what the README says up to the next command that begins so, and answers how that one ended. What goes
   * before it has to succeed.
   */
  async through(start: string): Promise<CommandResult> {
    for (let block = this.#next(); block !== undefined; block = this.#next()) {
      const result = await this.#follow(block);
      if (block.text.startsWith(start)) return result;
      if (result.exitCode !== 0) throw new Error(`${block.text}\n${result.stdout}${result.stderr}`);
    }
    throw new Error(`The README has no further command that begins with ${start}`);
  }

  /** What the README says and nobody ran. */
  rest(): readonly string[] {
    return this.#blocks.slice(this.#position).map(({ text }) => text);
  }

  cursor(instant: string, shard = 0): string {
    return this.emulator.cursorAt("shop", "orders", shard, Date.parse(instant));
  }

  /** The cursors of an instant, one a shard. */
  cursors(instant: string): readonly string[] {
    return [0, 1].map((shard) => this.cursor(instant, shard));
  }

  commit(instant: string, shard = 0, { logstore, group } = { logstore: "orders", group: "billing" }): void {
    const cursor = this.emulator.cursorAt("shop", logstore, shard, Date.parse(instant));
    this.emulator.commit("shop", logstore, group, shard, cursor, { consumer: "host-a" });
  }

  passQuietTime(): void {
    this.now += 10 * 60_000;
  }

  /** Lets the key do no more than a policy says. */
  allow(policy: readonly Grant[]): void {
    this.emulator.setIdentities([{ ...defaultIdentity, policy }]);
  }

  stands(): readonly (string | undefined)[] {
    return [0, 1].map((shard) => this.emulator.checkpoint("shop", "orders", "billing", shard)?.checkpoint);
  }

  writes(): number {
    return this.emulator.requestsOf("UpdateCheckPoint").length;
  }

  async close(): Promise<void> {
    await this.pulumi.close();
    await this.emulator.stop();
  }

  #next(): Block | undefined {
    this.#position += 1;
    return this.#blocks[this.#position - 1];
  }

  async #follow({ kind, text }: Block): Promise<CommandResult> {
    if (kind === "configuration") return this.#configure(text);
    if (kind === "settings") return this.#write("settings.json", text);
    // It was done when the copy was made.
    if (text === "npm install") return { exitCode: 0, stdout: "", stderr: "" };
    const [program = "", ...args] = await this.#words(text);
    return program === "pulumi" ? this.#run(args) : this.#runOther(program, args);
  }

  /** Runs a command of Node.js, with the keys that the README says to have. */
  async #runOther(program: string, args: readonly string[]): Promise<CommandResult> {
    const { accessKeyId, accessKeySecret } = defaultIdentity;
    const connection = args.join(" ").replace("--region cn-hangzhou", `--endpoint ${this.emulator.endpoint}`);
    return this.pulumi.runProgram(program, connection.split(" "), {
      ALICLOUD_ACCESS_KEY: accessKeyId,
      ALICLOUD_SECRET_KEY: accessKeySecret,
    });
  }

  async #run(args: readonly string[]): Promise<CommandResult> {
    const [command = "", ...rest] = args;
    if (args.join(" ") === "config set sls:region cn-hangzhou") {
      return this.pulumi.setConfig("sls:endpoint", this.emulator.endpoint);
    }
    if (args.join(" ") === "config set --secret sls:accessKeySecret") {
      return this.pulumi.setSecret("sls:accessKeySecret", defaultIdentity.accessKeySecret);
    }
    // A person has read the preview, and says yes.
    const yes = command === "up" ? ["--yes", "--skip-preview"] : [];
    return this.pulumi.run(command, ...yes, ...rest);
  }

  /** Puts lines below `config:` in the stack's file, as someone would who edits it. */
  #configure(yaml: string): CommandResult {
    const file = join(this.pulumi.project, "Pulumi.dev.yaml");
    const lines = (this.#own[yaml] ?? yaml).replace(/^config:\n/, "");
    const stack = readFileSync(file, "utf8").replace(/^config:\n/m, (config) => `${config}${lines}`);
    return this.#write("Pulumi.dev.yaml", stack);
  }

  #write(name: string, text: string): CommandResult {
    this.pulumi.write({ [name]: text });
    return { exitCode: 0, stdout: "", stderr: "" };
  }

  /** The words of a command as a shell reads them, in as far as the READMEs need a shell. */
  async #words(line: string): Promise<readonly string[]> {
    const words = line.match(/"\$\([^)]*\)"|"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
    return Promise.all(
      words.map(async (word) => {
        const inner = /^"\$\(pulumi (.*)\)"$/.exec(word)?.[1];
        if (inner !== undefined) return (await this.pulumi.run(...inner.split(" "))).stdout.trim();
        const plain = word.replace(/^(["'])(.*)\1$/, "$2");
        return this.#own[plain] ?? plain;
      }),
    );
  }
}

function fillLogstore(emulator: SlsEmulator, logstore: string): void {
  emulator.createLogstore("shop", logstore, { ttl: 7, shardCount: 2 });
  const series = { count: 35, from: now - 34 * hour, to: now };
  for (const shard of [0, 1]) emulator.appendLogGroups("shop", logstore, shard, series);
}

interface Block {
  readonly kind: "command" | "configuration" | "settings";
  readonly text: string;
}

/** Every command, every piece of stack configuration and every file of settings, in order. */
function blocksOf(readme: string): readonly Block[] {
  const fenced = /^```(\w+)\n(.*?)^```/gms;
  return [...readme.matchAll(fenced)].flatMap(([, language, text = ""]): readonly Block[] => {
    if (language === "yaml") return [{ kind: "configuration", text }];
    if (language === "json") return [{ kind: "settings", text }];
    return language === "sh" ? commandsOf(text) : [];
  });
}

function commandsOf(text: string): readonly Block[] {
  return text
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ kind: "command", text: line }));
}
