import { type dynamic } from "@pulumi/pulumi";
import { vi } from "vitest";
import { ProviderFailure, type Properties } from "./dynamicProviderServer.js";
import { type Life, startPlugin } from "./pluginLife.js";

/** The shims, by the name under which each asks for its resource. */
const kinds = {
  consumerGroupCheckpointProvider: "checkpoint",
  replayPlanProvider: "replayPlan",
  replayApplyProvider: "replayApply",
} as const;

type Kind = (typeof kinds)[keyof typeof kinds];

/**
 * A front without Pulumi's server and without a process, for the tests that need neither: a process
 * takes most of a second. Everything else is as in a process of its own, what it remembers included.
 */
export class ProviderInThisProcess {
  readonly lines: string[];
  readonly #life: Life;
  readonly #configure: (kind: Kind) => Life;
  #console: { mockRestore(): void } | undefined;

  private constructor(configure: (kind: Kind) => Life, kind: Kind, lines: string[] = []) {
    this.#configure = configure;
    this.#life = configure(kind);
    this.lines = lines;
  }

  static async start(config: Readonly<Record<string, string>>): Promise<ProviderInThisProcess> {
    vi.resetModules();
    if (process.env["SLS_TEST_FRONT"] === "plugin") {
      const lines: string[] = [];
      const lifeOf = await startPlugin(config, lines);
      return new ProviderInThisProcess(lifeOf, "replayPlan", lines);
    }
    const { configure } = await import("../../provider/src/provider.js");
    const request = { config: { get: (key: string) => config[key] } } as dynamic.ConfigureRequest;
    const started = new ProviderInThisProcess((kind) => configure(kind, request) as Life, "replayPlan");
    started.#console = vi.spyOn(console, "log").mockImplementation((text: string) => {
      started.lines.push(...text.split("\n"));
    });
    return started;
  }

  as(shim: keyof typeof kinds): Promise<ProviderInThisProcess> {
    return Promise.resolve(new ProviderInThisProcess(this.#configure, kinds[shim], this.lines));
  }

  async check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: dynamic.CheckFailure[] }> {
    // The engine hands the shim along with whatever it has in state.
    const saved = Object.keys(olds).length === 0 ? {} : { ...olds, __provider: "shim" };
    const { inputs, failures } = await this.#life.check(wire(saved), wire(news));
    return { inputs: wire(inputs as Properties), failures: failures ?? [] };
  }

  async diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ changes: "none" | "some"; replaces: string[] }> {
    const { changes, replaces } = await failing(this.#life.diff(id, wire(olds), wire(news)));
    return { changes: changes === true ? "some" : "none", replaces: replaces ?? [] };
  }

  async create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
    const { id, outs } = await failing(this.#life.create(wire(inputs)));
    return { id, outs: wire(outs as Properties) };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<Properties> {
    const { outs } = await failing(this.#life.update(id, wire(olds), wire(news)));
    return wire(outs as Properties);
  }

  stop(): Promise<void> {
    this.#console?.mockRestore();
    return Promise.resolve();
  }
}

/** What Pulumi's protocol makes of properties: absent stays absent, and everything is copied. */
function wire(values: Properties): Properties {
  return JSON.parse(JSON.stringify(values)) as Properties;
}

async function failing<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    const failure = error as Error & { id?: string; properties: Properties; reasons: readonly string[] };
    const { id, properties, reasons } = failure;
    throw new ProviderFailure(failure.message, id === undefined ? undefined : { id, properties, reasons });
  }
}
