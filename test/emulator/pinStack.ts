import type { AssumptionName, SlsEmulator } from "../../emulator/src/index.js";
import { ProviderFailure, type Properties } from "../provider/dynamicProviderServer.js";
import { ProviderInThisProcess } from "../provider/providerInThisProcess.js";

/** What the engine keeps of the resource. */
interface Saved {
  readonly id: string;
  readonly outs: Properties;
  /** An init failure: the next up updates the resource, whatever diff says. */
  readonly failed: boolean;
}

/**
 * How an up of one ConsumerGroupCheckpoint ended: with the status that it keeps in state, with `refused` where it
 * keeps none, with `quiet` where it kept other inputs and asked the service nothing, or with `same` where the engine
 * had nothing to do.
 */
export type Ending =
  | "pinned"
  | "alreadyThere"
  | "expired"
  | "overwritten"
  | "failed"
  | "uncertain"
  | "refused in check"
  | "refused"
  | "quiet"
  | "same";

/** One up: how it ended, and every promise of the provider that the service does not bear out. */
export interface PinUp {
  readonly ending: Ending;
  readonly text: string;
  readonly broken: readonly string[];
}

const endingsThatStand: readonly Ending[] = ["pinned", "alreadyThere"];

const endingsWithoutWrites: readonly Ending[] = ["refused in check", "refused", "quiet", "same"];

/** Plays the engine for one ConsumerGroupCheckpoint, each up in a process of its own, and checks what it claims. */
export class PinStack {
  #saved: Saved | undefined;
  readonly #hits = new Set<AssumptionName>();
  readonly #errors = new Set<string>();

  constructor(
    readonly emulator: SlsEmulator,
    readonly switches: readonly AssumptionName[],
    readonly config: Readonly<Record<string, string>>,
  ) {}

  /** The switches that decided something while the provider was at work. */
  get consulted(): readonly AssumptionName[] {
    return [...this.#hits].sort();
  }

  /** The codes of all errors that the service answered. */
  get errors(): readonly string[] {
    return [...this.#errors].sort();
  }

  async up(inputs: Properties, meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<PinUp> {
    const before = this.#stands(inputs);
    const hits = this.switches.map((name) => this.emulator.assumptionHits(name));
    this.emulator.clearRequests();
    const attempt = this.#attempt(inputs);
    await Promise.race([attempt, meanwhile()]);
    const { ending, text } = await attempt;
    this.emulator.clearRules();
    for (const { errorCode } of this.emulator.requests)
      if (errorCode !== undefined) this.#errors.add(errorCode);
    this.switches.forEach((name, index) => {
      if (this.emulator.assumptionHits(name) > (hits[index] ?? 0)) this.#hits.add(name);
    });
    return { ending, text, broken: this.#brokenPromises(ending, inputs, before) };
  }

  #brokenPromises(ending: Ending, inputs: Properties, before: string | undefined): string[] {
    const after = this.#stands(inputs);
    const writes = this.emulator.requestsOf("UpdateCheckPoint");
    const applied = writes.filter(({ status }) => status === 200).length;
    const broken: string[] = [];
    const demand = (holds: boolean, what: string): void => {
      if (!holds) broken.push(`${ending}, but ${what}`);
    };
    demand(applied === (ending === "pinned" ? 1 : 0), `${applied} writes were applied`);
    if (endingsThatStand.includes(ending)) {
      demand(
        after === inputs["checkpoint"],
        `the service holds ${after}, not ${String(inputs["checkpoint"])}`,
      );
      const previous = this.#saved?.outs["previousCheckpoint"];
      const led = ending === "pinned" ? (before ?? "none") : previous;
      demand(previous === led, `the way back leads to ${String(previous)}, not ${before}`);
    } else {
      demand(after === before, `the service held ${before} and holds ${after}`);
    }
    if (endingsWithoutWrites.includes(ending))
      demand(writes.length === 0, `${writes.length} writes were sent`);
    if (ending === "same") demand(this.emulator.requests.length === 0, "the service was asked");
    return broken;
  }

  #stands({ shard }: Properties): string | undefined {
    return this.emulator.checkpoint("shop", "orders", "billing", shard as number)?.checkpoint;
  }

  async #attempt(inputs: Properties): Promise<{ ending: Ending; text: string }> {
    const process = await ProviderInThisProcess.start({
      "sls:endpoint": this.emulator.endpoint,
      ...this.config,
    });
    try {
      return await this.#step(await process.as("consumerGroupCheckpointProvider"), inputs);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      if (error.kept === undefined) return { ending: "refused", text: error.message };
      this.#saved = { id: error.kept.id, outs: error.kept.properties, failed: true };
      return { ending: error.kept.properties["status"] as Ending, text: error.message };
    } finally {
      await process.stop();
    }
  }

  async #step(
    provider: ProviderInThisProcess,
    declared: Properties,
  ): Promise<{ ending: Ending; text: string }> {
    const saved = this.#saved;
    const { inputs, failures } = await provider.check(saved?.outs ?? {}, declared);
    const [problem] = failures;
    if (problem !== undefined) return { ending: "refused in check", text: problem.reason };
    if (saved === undefined) {
      this.#saved = { ...(await provider.create(inputs)), failed: false };
    } else {
      const { changes } = await provider.diff(saved.id, saved.outs, inputs);
      if (changes === "none" && !saved.failed) return { ending: "same", text: "" };
      this.#saved = {
        id: saved.id,
        outs: await provider.update(saved.id, saved.outs, inputs),
        failed: false,
      };
    }
    if (this.emulator.requests.length === 0) return { ending: "quiet", text: "" };
    return { ending: this.#saved.outs["status"] as Ending, text: "" };
  }
}
