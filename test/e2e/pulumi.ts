/** Runs programs through Pulumi's real command line and engine, each in a workspace that nothing else can see. */
import { spawn, type ChildProcess } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { prepareEngine, type PreparedEngine } from "../engine/engineForTests.mjs";
import { isRunning } from "../engine/isRunning.ts";

export interface CommandResult {
  /** `null` when a signal ended the command. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly pid: number;
  readonly finished: Promise<CommandResult>;
  /** Resolves as soon as the command has written this text; rejects when it ends without. */
  seen(text: string): Promise<void>;
  /** The process that runs the dynamic provider; rejects when the command ends without one. */
  providerPid(): Promise<number>;
  kill(signal: NodeJS.Signals): void;
}

/** File names below the project folder, and what is in them. */
export type Files = Readonly<Record<string, string>>;

export interface WorkspaceOptions {
  /** Names the folder, for whoever looks into it while a test is held. */
  readonly name: string;
  /** A project folder that is copied, or the files of one. */
  readonly program: string | Files;
  /** Variables on top of the scrubbed environment, for every command and for the processes that it starts. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the stack's state file holds, as the engine wrote it; without it the stack is created empty. */
  readonly state?: unknown;
  /** The folder in which the workspace is made; by default one of this repository, whose packages a program finds. */
  readonly within?: string;
}

export interface LocalProcess {
  readonly pid: number;
  readonly command: string;
}

const workspaces = join(dirname(fileURLToPath(import.meta.url)), ".work");
const stack = "test";
const plainText = ["--color", "never", "--non-interactive"];
const pollMs = 20;
/** How long processes may take to end by themselves after the last command. */
const graceMs = 3_000;

let engine: Promise<PreparedEngine> | undefined;

/** Creates the workspace and, in it, the stack. Close it whatever happens: it removes what it started and wrote. */
export async function openWorkspace(options: WorkspaceOptions): Promise<PulumiWorkspace> {
  engine ??= prepareEngine({ log: (line) => process.stderr.write(`${line}\n`) });
  const workspace = new PulumiWorkspace(await engine, options);
  if (options.state !== undefined) return workspace;
  const created = await workspace.run("stack", "init", stack);
  if (created.exitCode === 0) return workspace;
  await workspace.close();
  throw new Error(`pulumi stack init ${stack} exited with ${created.exitCode}:\n${created.stderr}`);
}

export class PulumiWorkspace {
  /** The project folder, where every command runs. */
  readonly project: string;
  readonly #root: string;
  readonly #engine: PreparedEngine;
  readonly #env: NodeJS.ProcessEnv;
  readonly #running = new Set<RunningCommand>();
  #crashed = false;

  constructor(
    prepared: PreparedEngine,
    { name, program, env, state, within = workspaces }: WorkspaceOptions,
  ) {
    mkdirSync(within, { recursive: true });
    this.#root = mkdtempSync(join(within, `${name}-`));
    this.project = join(this.#root, "project");
    this.#engine = prepared;
    this.#env = { ...prepared.env, ...isolation(this.#root), ...env };
    this.#layOut(program);
    if (state === undefined) return;
    this.#layOutState(state);
    // A stack that was created is selected; this one only lies there.
    this.#env["PULUMI_STACK"] = stack;
  }

  preview(...flags: string[]): Promise<CommandResult> {
    return this.run("preview", ...flags);
  }

  up(...flags: string[]): Promise<CommandResult> {
    return this.run("up", "--yes", ...flags);
  }

  refresh(...flags: string[]): Promise<CommandResult> {
    return this.run("refresh", "--yes", ...flags);
  }

  destroy(...flags: string[]): Promise<CommandResult> {
    return this.run("destroy", "--yes", ...flags);
  }

  /** Removes the lock that a command which was killed has left. */
  cancel(): Promise<CommandResult> {
    return this.run("cancel", "--yes");
  }

  setConfig(key: string, value: string): Promise<CommandResult> {
    return this.run("config", "set", "--plaintext", key, "--", value);
  }

  setSecret(key: string, value: string): Promise<CommandResult> {
    return this.run("config", "set", "--secret", key, "--", value);
  }

  /** The deployment with its secrets decrypted; look into `stateFile` for what is really on disk. */
  async exportStack(): Promise<unknown> {
    const { exitCode, stdout, stderr } = await this.run("stack", "export", "--show-secrets");
    if (exitCode !== 0) throw new Error(`pulumi stack export exited with ${exitCode}:\n${stderr}`);
    return JSON.parse(stdout);
  }

  get stateFile(): string {
    return join(this.#root, "state", ".pulumi", "stacks", this.#projectName, `${stack}.json`);
  }

  /** Adds files to the program, or replaces them: the next step of a test of updates. */
  write(files: Files): void {
    for (const [name, content] of Object.entries(files)) {
      const file = join(this.project, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }

  run(...command: string[]): Promise<CommandResult> {
    return this.start(...command).finished;
  }

  /** Like `run`, but hands out the command while it runs. */
  start(...command: string[]): RunningCommand {
    return this.#start(this.#engine.pulumi, withPlainText(command));
  }

  /** Runs a program of the project, such as a script of its CI, which finds `pulumi` on its path. */
  runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return this.#start(program, args, { PATH: this.#pathWithPulumi, ...env }).finished;
  }

  /** Like `runProgram`, but hands out the program while it runs. A signal reaches what it started too, as from a terminal. */
  startProgram(program: string, args: readonly string[]): RunningCommand {
    return this.#start(program, args, { PATH: this.#pathWithPulumi }, "group");
  }

  get #pathWithPulumi(): string {
    return [dirname(this.#engine.pulumi), dirname(process.execPath), this.#env["PATH"]].join(delimiter);
  }

  /** Sends a signal to the engine alone, whoever started it; what it started lives on. */
  signalEngine(signal: "SIGINT" | "SIGKILL"): void {
    const engines = this.processes().filter(isEngine);
    if (engines.length === 0) throw new Error("no engine runs");
    if (signal === "SIGKILL") this.#crashed = true;
    for (const { pid } of engines) process.kill(pid, signal);
  }

  /** Leaves the lock of a run that was killed, as the engine lays it out. */
  leaveLock(locked: string): void {
    const folder = join(this.#root, "state", ".pulumi", "locks", "organization", this.#projectName, locked);
    mkdirSync(folder, { recursive: true });
    const lock = { pid: 1, username: "somebody", hostname: "elsewhere", timestamp: "2026-11-20T10:00:00Z" };
    writeFileSync(join(folder, "2c5f1b9e-6f0a-4c57-9d0e-5a1f7c1f5b11.json"), JSON.stringify(lock));
  }

  #start(
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    signalled: "alone" | "group" = "alone",
  ): RunningCommand {
    const child = spawn(program, args, {
      cwd: this.project,
      env: { ...this.#env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: signalled === "group",
    });
    const output = collect(child);
    const running: RunningCommand = {
      pid: child.pid ?? -1,
      finished: output.finished.finally(() => this.#running.delete(running)),
      seen: (text) => output.until(() => output.text().includes(text), `it wrote ${JSON.stringify(text)}`),
      providerPid: () => this.#providerPid(output),
      kill: (signal) => this.#kill(child, signal, signalled),
    };
    this.#running.add(running);
    return running;
  }

  /** Everything that was started in this workspace and still runs, orphans included. Needs /proc. */
  processes(): LocalProcess[] {
    return processesWith(`PULUMI_HOME=${this.#env["PULUMI_HOME"]}`);
  }

  /**
   * Ends what still runs and removes the workspace. A process that was left behind is an error, unless the test itself
   * has killed a command with SIGKILL.
   */
  async close(): Promise<void> {
    for (const running of this.#running) running.kill("SIGKILL");
    const deadline = performance.now() + (this.#crashed ? 0 : graceMs);
    while (this.processes().length > 0 && performance.now() < deadline) await sleep(pollMs);
    const left = this.processes();
    await this.#endAll();
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    if (left.length === 0 || this.#crashed) return;
    throw new Error(`Left running after the last command:\n${left.map(describe).join("\n")}`);
  }

  #layOut(program: string | Files): void {
    mkdirSync(join(this.#root, "state"));
    mkdirSync(join(this.#root, "home"));
    if (typeof program === "string") cpSync(program, this.project, { recursive: true, filter: isSource });
    else this.write(program);
    if (!existsSync(join(this.project, "Pulumi.yaml"))) throw new Error("The program has no Pulumi.yaml");
    // Without one the package.json above would be the program's, and make an ES module of it.
    if (!existsSync(join(this.project, "package.json")))
      this.write({ "package.json": `{ "private": true }\n` });
  }

  #layOutState(state: unknown): void {
    mkdirSync(dirname(this.stateFile), { recursive: true });
    writeFileSync(this.stateFile, JSON.stringify(state));
    // Without it the engine looks for stacks where its first versions kept them.
    writeFileSync(join(this.#root, "state", ".pulumi", "meta.yaml"), "version: 1\n");
  }

  get #projectName(): string {
    const name = /^name:\s*(\S+)/m.exec(readFileSync(join(this.project, "Pulumi.yaml"), "utf8"))?.[1];
    if (name === undefined) throw new Error(`${this.project}/Pulumi.yaml has no line "name: …"`);
    return name;
  }

  async #providerPid(output: Output): Promise<number> {
    let pid: number | undefined;
    await output.until(
      () => (pid = this.processes().find(isProvider)?.pid) !== undefined,
      "it had a provider",
    );
    return pid ?? -1;
  }

  #kill(child: ChildProcess, signal: NodeJS.Signals, signalled: "alone" | "group"): void {
    if (signal === "SIGKILL") this.#crashed = true;
    if (signalled === "group" && child.pid !== undefined) process.kill(-child.pid, signal);
    else child.kill(signal);
  }

  /** A process that is about to end is not found any more, and still runs for a moment. */
  async #endAll(): Promise<void> {
    const ended = new Set<number>();
    do {
      if (ended.size > 0) await sleep(pollMs);
      for (const left of this.processes()) {
        end(left);
        ended.add(left.pid);
      }
    } while ([...ended].some(isRunning));
  }
}

function isolation(root: string): Record<string, string> {
  return {
    // Credentials and profiles are looked for below HOME too.
    HOME: join(root, "home"),
    PULUMI_HOME: join(root, "pulumi"),
    PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "correct horse",
    // A machine in the cloud could otherwise find credentials of its own.
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
  };
}

function isSource(file: string): boolean {
  return !["node_modules", ".git", ".work"].includes(basename(file));
}

/** Flags go before a "--", behind which everything is a value. */
function withPlainText(command: string[]): string[] {
  const end = command.indexOf("--");
  return end === -1
    ? [...command, ...plainText]
    : [...command.slice(0, end), ...plainText, ...command.slice(end)];
}

type Output = ReturnType<typeof collect>;

function collect(child: ChildProcess) {
  let stdout = "";
  let stderr = "";
  let ended = false;
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const finished = new Promise<CommandResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  }).finally(() => (ended = true));

  async function until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (ended) throw new Error(`pulumi ended before ${what}. It wrote:\n${stdout}${stderr}`);
      await sleep(pollMs);
    }
  }
  return { finished, until, text: () => stdout + stderr };
}

/** A variable names a process's workspace even when its parents are dead, where the tree of processes does not. */
function processesWith(variable: string): LocalProcess[] {
  if (!existsSync("/proc")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readProc(pid, "environ").includes(variable))
    .map((pid) => ({ pid: Number(pid), command: readProc(pid, "cmdline").join(" ") }));
}

function readProc(pid: string, file: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  } catch {
    // It ended while we looked, or belongs to someone else.
    return [];
  }
}

/** Whoever started Pulumi's command line, and by whichever path. */
export function isEngine({ command }: LocalProcess): boolean {
  return /^(\S*\/)?pulumi\s/.test(command);
}

function isProvider({ command }: LocalProcess): boolean {
  return /^\S*node \S*@pulumi\/pulumi\/cmd\/dynamic-provider/.test(command);
}

/** Kills a process that may end by itself meanwhile, as a provider does whose engine is dead. */
export function end({ pid }: LocalProcess): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was faster.
  }
}

function describe({ pid, command }: LocalProcess): string {
  return `  ${pid} ${command}`;
}
