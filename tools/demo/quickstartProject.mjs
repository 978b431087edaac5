import { spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const quickstart = join(repository, "examples/quickstart");

/** How long Pulumi gets to end what it has started, after it was asked to twice. */
const graceMs = 10_000;

/** @typedef {{ exitCode: number | null, output: string }} Outcome */

/** A copy of examples/quickstart with a stack of its own, run by Pulumi's real command line. */
export class QuickstartProject {
  #root = join(repository, ".work", `demo-${process.pid}`);
  #pulumi;
  #env;
  #interrupted;

  /**
   * @param {import("../../test/engine/engineForTests.mjs").PreparedEngine} engine
   * @param {AbortSignal} interrupted
   */
  constructor({ pulumi, env }, interrupted) {
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
    cpSync(quickstart, this.#folder, {
      recursive: true,
      filter: (file) => !["node_modules", ".work"].includes(basename(file)),
    });
  }

  get #folder() {
    return join(this.#root, "quickstart");
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
