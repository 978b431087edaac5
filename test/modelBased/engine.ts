import { type ResourceName, type TraceItem } from "./oracle/trace.ts";

/** Inputs and outputs as the engine keeps them: plain JSON. */
export type Properties = Readonly<Record<string, unknown>>;

/** One kind of resource, in one process of the provider. */
export interface Life {
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: readonly string[] }>;
  diff(olds: Properties, news: Properties): Promise<{ changes: boolean; replaces: readonly string[] }>;
  create(news: Properties): Promise<Properties>;
  update(olds: Properties, news: Properties): Promise<Properties>;
}

/** A failure that asks to keep state. */
export class InitFailure extends Error {
  override readonly name = "InitFailure";

  constructor(
    message: string,
    readonly outs: Properties,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** A process of the provider: nothing in it outlives an operation of the engine. */
export interface ProviderProcess {
  readonly id: number;
  life(resource: ResourceName): Life;
  /** Rejects with {@link Killed} when the process and its engine are killed. */
  readonly killed: Promise<never>;
  /** Stands for a value that is not known yet. */
  readonly unknown: unknown;
}

export class Killed extends Error {
  override readonly name = "Killed";
}

interface Saved {
  readonly inputs: Properties;
  readonly outs: Properties;
  /** The next up updates the resource, whatever diff says, unless a refresh came between. */
  readonly initFailed: boolean;
}

/** A program: a replay with its two children, and a pin that may be missing. */
export interface Program {
  readonly replay: Properties;
  readonly pin: Properties | undefined;
}

/** A replacement that the engine decides. `taint`: check sees no olds, and diff is not called. */
export interface Replacement {
  readonly resource: ResourceName;
  readonly by: "taint" | "trigger";
}

export interface UpOptions {
  /** Only these are touched; undefined: all. */
  readonly targets?: readonly ResourceName[];
  readonly replace?: Replacement;
}

export interface Outcome {
  /** Whether a pipeline would be green. */
  readonly green: boolean;
  readonly killed: boolean;
  readonly failures: readonly string[];
  /** Whether any resource was created, updated or replaced. */
  readonly changed: boolean;
}

/** Not an input of the writes: what the component hands on is everything else. */
const planOnly = ["from", "triggers"];

/** Plays the engine: what it calls, in which order, with which olds, and what it saves. Knows nothing of the provider. */
export class Engine {
  #state: Partial<Record<ResourceName, Saved>> = {};

  constructor(
    private readonly start: (phase: "preview" | "update" | "refresh") => ProviderProcess,
    private readonly tell: (item: TraceItem) => void,
  ) {}

  has(resource: ResourceName): boolean {
    return this.#state[resource] !== undefined;
  }

  outsOf(resource: ResourceName): Properties | undefined {
    return this.#state[resource]?.outs;
  }

  /** An up with state that a newer version wrote. Whatever it saved is dropped after it. */
  async upWithNewerState(resource: ResourceName, program: Program): Promise<Outcome> {
    const before = this.#state;
    const saved = before[resource];
    if (saved !== undefined) this.#state = { ...before, [resource]: { ...saved, outs: newer(saved.outs) } };
    const outcome = await this.up(program);
    // What others of the stack did stays done.
    if (saved !== undefined) this.#state = { ...this.#state, [resource]: saved };
    return outcome;
  }

  /** Calls check and diff of everything, with the plan unknown to the writes where it would be made anew. */
  async preview(program: Program, options: UpOptions = {}): Promise<Outcome> {
    const run = new Run(this.start("preview"), this.#state, this.tell, options, true);
    return run.go(program);
  }

  async up(program: Program, options: UpOptions = {}): Promise<Outcome> {
    const run = new Run(this.start("update"), this.#state, this.tell, options, false);
    const outcome = await run.go(program);
    this.#state = run.state;
    return outcome;
  }

  /** Erases init failures; calls diff of everything without any check before it. */
  async refresh(): Promise<Outcome> {
    const run = new Run(this.start("refresh"), this.#state, this.tell, {}, true);
    const outcome = await run.refresh();
    this.#state = Object.fromEntries(
      Object.entries(this.#state).map(([name, saved]) => [name, { ...saved, initFailed: false }]),
    );
    return outcome;
  }
}

/** A step that did not come to an end, after which nothing that depends on it is reached. */
class Failed extends Error {
  override readonly name = "Failed";
}

class Run {
  state: Partial<Record<ResourceName, Saved>>;
  readonly #failures: string[] = [];
  #changed = false;

  constructor(
    private readonly process: ProviderProcess,
    state: Partial<Record<ResourceName, Saved>>,
    private readonly tell: (item: TraceItem) => void,
    private readonly options: UpOptions,
    private readonly dry: boolean,
  ) {
    this.state = { ...state };
  }

  async go(program: Program): Promise<Outcome> {
    try {
      await this.#settled(() => this.#replay(program.replay));
      const { pin } = program;
      if (pin !== undefined) await this.#settled(() => this.#step("pin", pin));
      return this.#outcome(false);
    } catch (error) {
      if (error instanceof Killed) return this.#outcome(true);
      throw error;
    }
  }

  async refresh(): Promise<Outcome> {
    for (const [name, saved] of Object.entries(this.state)) {
      await this.#settled(async () => {
        await this.#diff(name as ResourceName, saved.outs, saved.inputs);
      });
    }
    return this.#outcome(false);
  }

  #outcome(killed: boolean): Outcome {
    const failures = this.#failures;
    return { green: !killed && failures.length === 0, killed, failures, changed: this.#changed };
  }

  /** Resources do not wait for others that failed, unless they depend on them. */
  async #settled(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
    }
  }

  async #replay(declared: Properties): Promise<void> {
    if (this.#isTargeted("plan")) {
      await this.#step("plan", declared);
    }
    const plan = this.#planned === "unknown" ? this.process.unknown : this.state.plan?.outs["plan"];
    // A target whose dependency does not exist is an error of the engine.
    if (plan === undefined || !this.#isTargeted("apply")) return;
    const order = Object.fromEntries(Object.entries(declared).filter(([name]) => !planOnly.includes(name)));
    await this.#step("apply", { ...order, plan });
  }

  #planned: "known" | "unknown" = "known";

  #isTargeted(resource: ResourceName): boolean {
    return this.options.targets?.includes(resource) ?? true;
  }

  async #step(resource: ResourceName, declared: Properties): Promise<void> {
    if (!this.#isTargeted(resource)) return;
    const saved = this.state[resource];
    const { replace } = this.options;
    const forced = replace?.resource === resource && saved !== undefined ? replace.by : undefined;
    if (saved === undefined || forced === "taint") {
      const inputs = await this.#check(resource, {}, declared);
      return this.#create(resource, inputs, saved !== undefined);
    }
    const inputs = await this.#check(resource, saved.inputs, declared);
    const { changes, replaces } = await this.#diff(resource, saved.outs, inputs);
    if (replaces.length > 0 || forced === "trigger") {
      return this.#create(resource, await this.#check(resource, {}, declared), false);
    }
    if (!changes && !saved.initFailed) {
      if (!this.dry) this.state[resource] = { ...saved, inputs };
      return;
    }
    await this.#update(resource, saved, inputs);
  }

  async #create(resource: ResourceName, inputs: Properties, forgotten: boolean): Promise<void> {
    this.#changed = true;
    if (resource === "plan") this.#planned = this.dry ? "unknown" : "known";
    if (this.dry) return;
    try {
      const outs = await this.#call(resource, "create", inputs, forgotten, (life) => life.create(inputs));
      this.state[resource] = { inputs, outs: plain(outs), initFailed: false };
    } catch (error) {
      if (error instanceof InitFailure) {
        this.state[resource] = { inputs, outs: plain(error.outs), initFailed: true };
      }
      throw this.#noted(error);
    }
  }

  async #update(resource: ResourceName, saved: Saved, inputs: Properties): Promise<void> {
    this.#changed = true;
    if (resource === "plan") this.#planned = this.dry ? "unknown" : "known";
    if (this.dry) return;
    try {
      const outs = await this.#call(resource, "update", inputs, false, (life) =>
        life.update(saved.outs, inputs),
      );
      this.state[resource] = { inputs, outs: plain(outs), initFailed: false };
    } catch (error) {
      // The engine keeps the old inputs with the new outs.
      if (error instanceof InitFailure) {
        this.state[resource] = { inputs: saved.inputs, outs: plain(error.outs), initFailed: true };
      }
      throw this.#noted(error);
    }
  }

  async #check(resource: ResourceName, olds: Properties, news: Properties): Promise<Properties> {
    const { inputs, failures } = await this.#call(resource, "check", news, false, (life) =>
      life.check(olds, news),
    );
    if (failures.length === 0) return inputs;
    this.#failures.push(...failures.map((failure) => `${resource} check: ${failure}`));
    throw new Failed();
  }

  async #diff(resource: ResourceName, olds: Properties, news: Properties) {
    try {
      return await this.#call(resource, "diff", news, false, (life) => life.diff(olds, news));
    } catch (error) {
      throw this.#noted(error);
    }
  }

  #noted(error: unknown): unknown {
    if (error instanceof Killed || !(error instanceof Error)) return error;
    this.#failures.push(`${error.name}: ${error.message}`);
    return new Failed(error.message, { cause: error });
  }

  async #call<Result>(
    resource: ResourceName,
    method: "check" | "diff" | "create" | "update",
    news: Properties,
    forgotten: boolean,
    call: (life: Life) => Promise<Result>,
  ): Promise<Result> {
    const { id, killed } = this.process;
    this.tell({ kind: "call", process: id, resource, method, declared: news, forgotten });
    const end = (how: "returned" | "unfinished" | "failed" | "killed"): void => {
      this.tell({ kind: "ended", process: id, resource, method, how });
    };
    try {
      const result = await Promise.race([call(this.process.life(resource)), killed]);
      end("returned");
      return result;
    } catch (error) {
      end(error instanceof Killed ? "killed" : error instanceof InitFailure ? "unfinished" : "failed");
      throw error;
    }
  }
}

/** The same state, as if a version to come had written it. */
function newer(value: Properties): Properties {
  return JSON.parse(
    JSON.stringify(value, (name, each: unknown) => (name === "schemaVersion" ? 99 : each)),
  ) as Properties;
}

function plain(value: Properties): Properties {
  return JSON.parse(JSON.stringify(value)) as Properties;
}
