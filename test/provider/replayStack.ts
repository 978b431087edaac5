import { ProviderFailure, type Properties } from "./dynamicProviderServer.js";

/** What the engine keeps of one resource. */
export interface SavedResource {
  readonly id: string;
  readonly inputs: Properties;
  readonly outs: Properties;
  /** An init failure: the next up updates the resource, whatever diff says, unless a refresh came between. */
  readonly failed: boolean;
}

/** A stack with one ConsumerGroupReplay, as the state file has it. */
export interface SavedStack {
  readonly plan?: SavedResource;
  readonly apply?: SavedResource;
}

export type Step = "same" | "create" | "update" | "replace" | "not reached";

/** What one up did. */
export interface Up {
  /** What check refused. */
  readonly problems: readonly string[];
  readonly failure: ProviderFailure | undefined;
  readonly plan: Step;
  readonly apply: Step;
  readonly lines: readonly string[];
}

/** A provider process, spoken to about one kind of resource. */
export interface ReplayProvider {
  readonly lines: readonly string[];
  as(
    shim: "replayPlanProvider" | "replayApplyProvider" | "consumerGroupCheckpointProvider",
  ): Promise<ReplayProvider>;
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: readonly { property: string; reason: string }[] }>;
  diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ changes: "unknown" | "none" | "some"; replaces: readonly string[] }>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  stop(): Promise<void>;
}

/** How a step of the engine reaches the provider. */
type Call = (provider: ReplayProvider) => Promise<SavedResource>;

const notApplyInputs = ["from", "triggers"];

/** How Pulumi writes a value that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Plays the engine for a ConsumerGroupReplay and its two children: what is called, in which order, what is saved. */
export class ReplayStack {
  state: SavedStack = {};
  /** Runs once the plan of an up is in state, before apply is called; and before that, once check has answered. */
  onPlanned: () => void = () => undefined;
  onChecked: () => void = () => undefined;
  /** Pulumi starts a process for each operation. */
  readonly connect: () => Promise<ReplayProvider>;
  /** The URN of the component, which both children are given. */
  readonly #self: string;

  constructor(connect: () => Promise<ReplayProvider>, name = "replay") {
    this.connect = connect;
    this.#self = `urn:pulumi:test::shop::sls:index:ConsumerGroupReplay::${name}`;
  }

  /** A preview calls check and diff of both children; the plan is unknown to the writes where it would be made anew. */
  async preview(replay: Properties): Promise<{ problems: readonly string[]; lines: readonly string[] }> {
    const server = await this.connect();
    try {
      const problems = await this.previewWith(server, replay);
      return { problems, lines: [...server.lines] };
    } finally {
      await server.stop();
    }
  }

  /** A preview through a process that other resources share. Answers what it refuses. */
  async previewWith(server: ReplayProvider, replay: Properties): Promise<readonly string[]> {
    const checked = await server.check(this.state.plan?.inputs ?? {}, { ...replay, self: this.#self });
    if (checked.failures.length > 0) return checked.failures.map(({ reason }) => reason);
    const saved = this.state.plan;
    const same = saved !== undefined && (await this.#changes(server, saved, checked.inputs)) === "none";
    return this.#previewWrites(server, replay, same ? saved.outs["plan"] : unknown);
  }

  async #previewWrites(
    server: ReplayProvider,
    replay: Properties,
    plan: unknown,
  ): Promise<readonly string[]> {
    const writes = await server.as("replayApplyProvider");
    const { inputs, failures } = await writes.check(
      this.state.apply?.inputs ?? {},
      this.#orderOf(replay, plan),
    );
    if (failures.length > 0 || this.state.apply === undefined) return failures.map(({ reason }) => reason);
    try {
      await this.#changes(writes, this.state.apply, inputs);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  }

  async #changes(server: ReplayProvider, saved: SavedResource, inputs: Properties): Promise<string> {
    const { changes, replaces } = await server.diff(saved.id, saved.outs, inputs);
    return replaces.length > 0 ? "some" : changes;
  }

  /** What the component hands to the writes. */
  #orderOf(replay: Properties, plan: unknown): Properties {
    const inputs = Object.entries(replay).filter(([name]) => !notApplyInputs.includes(name));
    return { ...Object.fromEntries(inputs), self: this.#self, plan };
  }

  async up(replay: Properties): Promise<Up> {
    const server = await this.connect();
    try {
      return await this.upWith(server, replay);
    } finally {
      await server.stop();
    }
  }

  /** An up through a process that the caller can kill. What was saved before that stays saved. */
  async upWith(server: ReplayProvider, replay: Properties): Promise<Up> {
    const done = { problems: [] as string[], plan: "not reached" as Step, apply: "not reached" as Step };
    const answer = (failure?: ProviderFailure): Up => ({ ...done, failure, lines: [...server.lines] });
    try {
      const checked = await server.check(this.state.plan?.inputs ?? {}, { ...replay, self: this.#self });
      done.problems = checked.failures.map(({ reason }) => reason);
      if (done.problems.length > 0) return answer();
      this.onChecked();
      const plan = await this.#step(server, this.state.plan, checked.inputs);
      done.plan = plan.step;
      this.state = { ...this.state, plan: await plan.call(server) };
      this.onPlanned();
      const writes = await server.as("replayApplyProvider");
      const order = this.#orderOf(replay, this.state.plan?.outs["plan"]);
      const { failures } = await writes.check(this.state.apply?.inputs ?? {}, order);
      done.problems = failures.map(({ reason }) => reason);
      if (done.problems.length > 0) return answer();
      const apply = await this.#step(writes, this.state.apply, order);
      done.apply = apply.step;
      await this.#keep(apply.inputs, () => apply.call(writes));
      return answer();
    } catch (error) {
      if (error instanceof ProviderFailure) return answer(error);
      throw error;
    }
  }

  /** Saves what apply answers, and what it asks to keep when it fails. */
  async #keep(inputs: Properties, call: () => Promise<SavedResource>): Promise<void> {
    try {
      this.state = { ...this.state, apply: await call() };
    } catch (error) {
      if (error instanceof ProviderFailure && error.kept !== undefined) {
        const { __provider: _shim, ...outs } = error.kept.properties;
        this.state = { ...this.state, apply: { id: error.kept.id, inputs, outs, failed: true } };
      }
      throw error;
    }
  }

  /** A refresh erases what the engine remembers of init failures, and changes nothing else. */
  refresh(): void {
    const { apply } = this.state;
    if (apply !== undefined) this.state = { ...this.state, apply: { ...apply, failed: false } };
  }

  async #step(
    server: ReplayProvider,
    saved: SavedResource | undefined,
    inputs: Properties,
  ): Promise<{ step: Step; inputs: Properties; call: Call }> {
    const create: Call = async (process) => ({ ...(await process.create(inputs)), inputs, failed: false });
    if (saved === undefined) return { step: "create", inputs, call: create };
    const { changes, replaces } = await server.diff(saved.id, saved.outs, inputs);
    if (replaces.length > 0) {
      await server.check({}, inputs);
      return { step: "replace", inputs, call: create };
    }
    if (changes === "none" && !saved.failed)
      return { step: "same", inputs, call: () => Promise.resolve(saved) };
    const update: Call = async (process) => {
      const outs = await process.update(saved.id, saved.outs, inputs);
      return { id: saved.id, inputs, outs, failed: false };
    };
    return { step: "update", inputs, call: update };
  }
}
