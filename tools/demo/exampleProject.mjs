import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));

export const stack = "demo";
export const stackFile = `Pulumi.${stack}.yaml`;

/** How long Pulumi gets to end what it has started, after it was asked to twice. */
const graceMs = 10_000;

/** @typedef {{ exitCode: number | null, output: string }} Outcome */

/** A copy of an example with a stack of its own, run by Pulumi's real command line. */
export class ExampleProject {
  #example;
  #root;
  #pulumi;
  #env;
  #interrupted;
  /** The stack's file as Pulumi has written it. @type {string | undefined} */
  #configuration;

  /**
   * @param {string} name of the folder in examples
   * @param {import("../../test/engine/engineForTests.mjs").PreparedEngine} engine
   * @param {AbortSignal} interrupted
   */
  constructor(name, { pulumi, env }, interrupted) {
    this.#example = join(repository, "examples", name);
    this.#root = join(repository, ".work", `demo-${process.pid}-${name}`);
    this.#pulumi = pulumi;
    this.#interrupted = interrupted;
    this.#env = {
      ...env,
      PULUMI_HOME: join(this.#root, "pulumi"),
      PULUMI_BACKEND_URL: `file://${join(this.#root, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "demo",
    };
  }

  /** Lays the copy out inside of the repository, so that it finds the packages that are installed there. */
  create() {
    mkdirSync(join(this.#root, "state"), { recursive: true });
    // The stacks of whoever tries the example are not the demo's.
    const kept = (/** @type {string} */ file) =>
      !/^(node_modules|\.work|Pulumi\..+\.yaml)$/.test(basename(file));
    cpSync(this.#example, this.#folder, { recursive: true, filter: kept });
  }

  get #folder() {
    return join(this.#root, "project");
  }

  /**
   * Puts lines into the configuration of the stack, in place of those that were put there before.
   * @param {string[]} lines
   */
  declare(lines) {
    const file = join(this.#folder, stackFile);
    this.#configuration ??= readFileSync(file, "utf8");
    const indented = lines.map((line) => `  ${line}\n`).join("");
    writeFileSync(
      file,
      this.#configuration.replace(/^config:\n/m, (start) => start + indented),
    );
  }

  /**
   * Runs a command to its end. Ends it, with all that it has started, when the demo is interrupted.
   * @param {string[]} command
   * @returns {Promise<Outcome>}
   */
  async run(...command) {
    this.#interrupted.throwIfAborted();
    const child = spawn(this.#pulumi, [...command, "--non-interactive", "--color", "never"], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
      // Out of reach of the terminal's Ctrl-C, which would race with ours.
      detached: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    }
    /** @type {Promise<number | null>} */
    const closed = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    const end = () => void endGently(child, closed);
    this.#interrupted.addEventListener("abort", end);
    const exitCode = await closed.finally(() => this.#interrupted.removeEventListener("abort", end));
    this.#interrupted.throwIfAborted();
    return { exitCode, output };
  }

  /** Removes everything that the project has written. */
  remove() {
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/**
 * Only Pulumi knows all the processes that it has started, so it must end them itself: the first interrupt asks it to
 * finish what is under way, the second to stop at once.
 * @param {import("node:child_process").ChildProcess} child
 * @param {Promise<unknown>} closed
 */
async function endGently(child, closed) {
  const isOver = closed.then(() => true);
  for (const waitMs of [300, graceMs]) {
    child.kill("SIGINT");
    if (await Promise.race([isOver, sleep(waitMs, false, { ref: false })])) return;
  }
  child.kill("SIGKILL");
}
