import { defaultIdentity } from "sls-emulator";
import { ExampleProject, stack, stackFile } from "./exampleProject.mjs";
import { describeWrite, differencesOf, isOfPulumi, isWrite, summaryOf } from "./requestProof.mjs";

/** @typedef {import("./requestProof.mjs").Write} Write */
/**
 * @typedef {object} Expected
 * @property {number} [exitCode]
 * @property {string} [shows] what the command must have said
 * @property {"reads" | "nothing"} [sends] what the service sees of it, apart from the writes
 * @property {Write[]} [writes] the checkpoints that it writes
 */

/** Something that went otherwise than the demo promises; the message is for people. */
export class DemoError extends Error {}

/** Where the demo takes place: it shows what is done, and holds what comes of it against what was promised. */
export class Stage {
  #shop;
  #engine;
  #interrupted;
  #steps = 0;
  /** @type {ExampleProject | undefined} */
  #project;
  /** All writes that were promised so far. @type {Write[]} */
  #promised = [];

  /**
   * @param {import("./shop.mjs").Shop} shop
   * @param {import("../../test/engine/engineForTests.mjs").PreparedEngine} engine
   * @param {AbortSignal} interrupted
   */
  constructor(shop, engine, interrupted) {
    this.#shop = shop;
    this.#engine = engine;
    this.#interrupted = interrupted;
  }

  /**
   * Plays with a copy of an example, which is removed at the end.
   * @param {string} example
   * @param {Record<string, string | number>} configuration
   * @param {() => Promise<void>} play
   */
  async within(example, configuration, play) {
    this.#project = new ExampleProject(example, this.#engine, this.#interrupted);
    try {
      this.#project.create();
      await this.#succeed("stack", "init", stack);
      await this.#configureAll(configuration);
      await play();
    } finally {
      this.#project.remove();
    }
  }

  /** @param {string} why one would do what comes next, in a line */
  step(why) {
    this.#interrupted.throwIfAborted();
    this.#steps += 1;
    say("", `${this.#steps}. ${why}`);
  }

  /** @param {string[]} lines what came of something that is no command of Pulumi */
  note(...lines) {
    say(...lines.map((line) => `   → ${line}`));
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  async configure(key, value) {
    say(`   $ pulumi config set ${key} ${value}`);
    await this.#succeed("config", "set", key, value);
  }

  /** @param {string[]} lines of YAML that someone writes into the stack's configuration */
  declare(...lines) {
    say(`   $ edit ${stackFile}`, ...lines.map((line) => `     ${line}`));
    this.#running.declare(lines);
  }

  /**
   * Runs a command of Pulumi, and shows what it says.
   * @param {string} command
   * @param {Expected} [expected]
   */
  async pulumi(command, { exitCode = 0, shows = "", sends = "reads", writes = [] } = {}) {
    const earlier = this.#requestsOfPulumi().length;
    say(`   $ pulumi ${command}`);
    const ended = await this.#running.run(...command.split(" "), "--suppress-progress");
    if (ended.exitCode !== exitCode) throw unexpectedEnd(command, ended, exitCode);
    const requests = this.#requestsOfPulumi().slice(earlier);
    say(...relevant(ended.output).map((line) => `     ${line}`), `   → ${summaryOf(requests)}`);
    this.#promised.push(...writes);
    const differences = differencesOf({ sends, writes }, requests);
    if (!ended.output.includes(shows)) differences.push(`expected Pulumi to say "${shows}"`);
    this.demand(differences);
  }

  /**
   * What the program on stage outputs as `shards` of a group.
   * @param {string} group
   * @returns {Promise<unknown>}
   */
  async shardsOfReplay(group) {
    const { output } = await this.#running.run("stack", "output", "shards", "--json");
    /** @type {Readonly<Record<string, unknown>>} */
    const byGroup = JSON.parse(output.slice(output.indexOf("{")));
    return byGroup[group];
  }

  /** @param {string[]} differences from what the step promises */
  demand(differences) {
    if (differences.length === 0) return;
    throw new DemoError([`Step ${this.#steps} went wrong:`, ...differences].join("\n  "));
  }

  /** Proves by the log of all requests that nothing was written beside what was promised. */
  conclude() {
    const requests = this.#requestsOfPulumi();
    const writes = requests.filter(isWrite);
    const saves = this.#shop.emulator.requestsOf("UpdateCheckPoint").filter((save) => !isOfPulumi(save));
    say(
      "",
      `The log of the service: ${requests.length - writes.length} reads of Pulumi, and these writes:`,
      ...writes.map((write) => `  ${describeWrite(write)}`),
    );
    const differences = differencesOf({ sends: "reads", writes: this.#promised }, requests);
    const { billing } = this.#shop;
    if (saves.length !== billing.saves) {
      differences.push(`${billing.name} saved ${billing.saves} times, but the service saw ${saves.length}`);
    }
    if (differences.length > 0) throw new DemoError(["The log is not right:", ...differences].join("\n  "));
    say(
      `Exactly the ${writes.length} that were asked for. ${billing.name} itself saved ${saves.length} times.`,
    );
  }

  get #running() {
    if (this.#project === undefined) throw new Error("Nothing is on stage");
    return this.#project;
  }

  #requestsOfPulumi() {
    return this.#shop.emulator.requests.filter(isOfPulumi);
  }

  /** @param {Record<string, string | number>} configuration */
  async #configureAll(configuration) {
    const plain = {
      "sls:endpoint": this.#shop.emulator.endpoint,
      "sls:accessKeyId": defaultIdentity.accessKeyId,
      ...configuration,
    };
    const flags = Object.entries(plain).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    const secret = ["--secret", `sls:accessKeySecret=${defaultIdentity.accessKeySecret}`];
    await this.#succeed("config", "set-all", ...flags, ...secret);
  }

  /** @param {string[]} command */
  async #succeed(...command) {
    const ended = await this.#running.run(...command);
    if (ended.exitCode !== 0) throw unexpectedEnd(command.join(" "), ended, 0);
  }
}

/**
 * @param {string} command
 * @param {import("./exampleProject.mjs").Outcome} outcome
 * @param {number} expected
 */
function unexpectedEnd(command, { exitCode, output }, expected) {
  const text = `\`pulumi ${command}\` ended with ${exitCode} instead of ${expected}. It wrote:\n${output.trim()}`;
  return new DemoError(text);
}

/**
 * What Pulumi sums up at the end of a command; the rows of progress before it say the same.
 * @param {string} output
 */
function relevant(output) {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const first = lines.findIndex((line) => /^(Diagnostics|Outputs|Resources):/.test(line));
  const last = lines.findIndex((line) => line.startsWith("Duration:"));
  return lines.slice(Math.max(first, 0), last === -1 ? undefined : last);
}

/** @param {string[]} lines */
export function say(...lines) {
  console.log(lines.join("\n"));
}

/** @param {number} time */
export function clock(time) {
  return `${new Date(time).toISOString().slice(11, 16)}Z`;
}

/** A count as people read it, and as the preview writes it. @param {number} count */
export function grouped(count) {
  return count.toLocaleString("en-US");
}
