import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** A program in some language that talks to the emulator; ended when the test ends. */
export class ClientProcess {
  readonly lines: string[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcessWithoutNullStreams;
  #errors = "";
  #wake: () => void = () => undefined;

  constructor(command: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    const { PATH = "", HOME = "" } = process.env;
    this.#child = spawn(command, args, { env: { PATH, HOME, ...environment } });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.lines.push(line);
      this.#wake();
    });
    this.exited = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code) => {
        resolve(code);
        this.#wake();
      });
    });
    onTestFinished(async () => {
      this.kill();
      await this.exited;
    });
  }

  /** Everything it wrote to standard error. */
  get errors(): string {
    return this.#errors;
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends it at once, as a crash does. */
  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
  }

  /** Asks it to end, as a service manager does. */
  terminate(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGTERM");
  }

  /** Resolves when the lines printed so far satisfy a condition; rejects when it ends before. */
  async until(satisfied: (lines: readonly string[]) => boolean): Promise<void> {
    while (!satisfied(this.lines)) {
      if (this.#child.exitCode !== null) throw new Error(`It ended too early.\n${this.#errors}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The JSON object that it prints before it ends well. */
  async result(): Promise<Record<string, unknown>> {
    const code = await this.exited;
    const last = this.lines.at(-1);
    if (code !== 0 || last === undefined)
      throw new Error(`It ended with ${code}.\n${this.#errors}\n${this.lines.join("\n")}`);
    return JSON.parse(last) as Record<string, unknown>;
  }
}
