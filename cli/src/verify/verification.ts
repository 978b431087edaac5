import { probes } from "./allProbes.js";
import { type AssumptionName, type Finding } from "./finding.js";
import { type Need, type Probe, type Stand } from "./probe.js";
import { type ProductStep, tryProduct } from "./productTrial.js";
import { type Observation, observe } from "./observations.js";
import { type Removal, ScratchLogstores } from "./scratchLogstores.js";
import { describeFinding } from "./verificationReport.js";
import { type Wire } from "./wire.js";
import { ConnectionLost, Interrupted, ProbeFailure, VerificationRefused } from "./wireFailures.js";
import { type LifecycleContext } from "../../../provider/src/lifecycle/context.js";

/** What a run is given. */
export interface World {
  readonly wire: Wire;
  readonly denied: Wire | undefined;
  readonly region: string | undefined;
  readonly probeLimits: boolean;
  /** Whether the scratch logstore stays. */
  readonly keep: boolean;
  readonly newName: () => string;
  /** The command that removes what is left. */
  readonly cleaningCommand: string;
  /** One line of progress. */
  readonly tell: (line: string) => void;
  /** The provider's own client, and how many requests it sent. */
  readonly product: { readonly context: LifecycleContext; readonly sent: () => number };
}

/** What a run came to. */
export interface Verification {
  readonly findings: ReadonlyMap<AssumptionName, Finding>;
  readonly observations: readonly Observation[];
  readonly product: readonly ProductStep[];
  /** Why it ended before everything was asked; undefined where it did not. */
  readonly endedBy:
    { readonly kind: "interrupted" | "lost" | "refused" | "fault"; readonly message: string } | undefined;
  readonly logstore: string | undefined;
  readonly removals: readonly Removal[];
}

/** Makes a scratch logstore, asks everything, tries the product, and removes what was made, whatever happens. */
export async function verify(world: World): Promise<Verification> {
  const scratch = new ScratchLogstores(world.wire, world.tell, world.newName);
  const run = new Run(world, scratch);
  const endedBy = await run.throughAll().then(() => undefined, reasonOf);
  const stays = world.keep && endedBy === undefined;
  if (endedBy?.kind === "interrupted") world.tell("Ctrl-C: nothing more is asked");
  if (!stays && scratch.names.length > 0) {
    world.tell(`removing ${describeNames(scratch.names)}`);
    // Who does not wait for it has to know by then what is left.
    if (endedBy !== undefined)
      world.tell(`If this is interrupted too, remove it with: ${world.cleaningCommand}`);
  }
  const [logstore] = scratch.names;
  const removals = stays ? [] : await scratch.remove();
  return { ...run.results(), endedBy, logstore, removals };
}

class Run {
  readonly #world: World;
  readonly #scratch: ScratchLogstores;
  readonly #findings = new Map<AssumptionName, Finding>();
  #observations: readonly Observation[] = [];
  #product: readonly ProductStep[] = [];

  constructor(world: World, scratch: ScratchLogstores) {
    this.#world = world;
    this.#scratch = scratch;
  }

  results(): Pick<Verification, "findings" | "observations" | "product"> {
    return { findings: this.#findings, observations: this.#observations, product: this.#product };
  }

  async throughAll(): Promise<void> {
    const { wire, denied, region, tell, product } = this.#world;
    const startedAt = wire.monotonic;
    tell("creating the scratch logstore");
    const bench = await this.#scratch.open();
    const usableAfter = wire.monotonic - startedAt;
    tell(`${bench.logstore} is ready`);
    const stand = { bench, denied, region, createLogstore: () => this.#scratch.create(1) };
    tell("trying the provider: pin, replay, roll back");
    this.#product = await wire.unlessInterrupted(tryProduct(bench, product.context, product.sent));
    tell("observing what no switch decides");
    this.#observations = await observe(bench, usableAfter);
    for (const { asks, seen } of this.#observations) tell(`  ${asks}: ${seen.answered}`);
    for (const [index, probe] of probes.entries()) {
      tell(`${String(index + 1)} of ${String(probes.length)}: ${probe.asks}`);
      for (const [name, finding] of await this.#findingsOf(probe, stand)) {
        this.#findings.set(name, finding);
        tell(`  ${name}: ${describeFinding(finding).join(", ")}`);
      }
    }
  }

  /** A probe that fails costs its own rows; what ends the run is thrown on. */
  async #findingsOf(probe: Probe, stand: Stand): Promise<readonly [AssumptionName, Finding][]> {
    const missing = this.#missing(probe.need);
    if (missing !== undefined) return all(probe, { kind: "notAsked", why: missing });
    try {
      const findings = await probe.ask(stand);
      return probe.switches.map((name) => [
        name,
        findings[name] ?? { kind: "failed", why: "it gave no answer" },
      ]);
    } catch (error) {
      if (!(error instanceof ProbeFailure)) throw error;
      return all(probe, { kind: "failed", why: error.message });
    }
  }

  #missing(need: Need | undefined): string | undefined {
    const { region, denied, probeLimits } = this.#world;
    if (need === "region" && region === undefined) return "needs --region: the endpoint names none";
    if (need === "deniedProfile" && denied === undefined)
      return "needs --denied-profile, a key without permissions";
    if (need === "probeLimits" && !probeLimits) {
      return "needs --probe-limits: it fills a quota of the project, or slows down what runs beside";
    }
    return undefined;
  }
}

function all(probe: Probe, finding: Finding): readonly [AssumptionName, Finding][] {
  return probe.switches.map((name) => [name, finding]);
}

function reasonOf(error: unknown): NonNullable<Verification["endedBy"]> {
  if (error instanceof Interrupted) return { kind: "interrupted", message: "Ctrl-C" };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ConnectionLost) return { kind: "lost", message };
  if (error instanceof VerificationRefused || error instanceof ProbeFailure)
    return { kind: "refused", message };
  return { kind: "fault", message: error instanceof Error ? (error.stack ?? message) : message };
}

function describeNames(names: readonly string[]): string {
  const [first = ""] = names;
  return names.length === 1 ? first : `${first} and ${String(names.length - 1)} more`;
}
