import type { Fault } from "./fault.js";
import type { LoggedRequest } from "./requestLog.js";
import { seededRandom } from "./seededRandom.js";

/** Which requests a rule concerns, and what it does to them. What is left out concerns any. */
export interface RuleOptions {
  readonly call?: string;
  readonly project?: string;
  readonly logstore?: string;
  readonly consumerGroup?: string;
  readonly shard?: number;
  /** Only the nth request that fits, from 1. One that is refused before a rule can act on it counts for none. */
  readonly nth?: number;
  /** At most this many requests. */
  readonly times?: number;
  /** The share of requests, 0 to 1, chosen by a generator with `seed`: the same ones in every run. */
  readonly probability?: number;
  /** @default 1 */
  readonly seed?: number;
  readonly do: Fault;
}

/** A rule in force. */
export class Rule {
  #hits = 0;
  readonly id: number;
  readonly options: RuleOptions;
  readonly #random: () => number;
  readonly #onRemove: (rule: Rule) => void;
  #seen = 0;
  /** Drawn for the next request that counts. */
  #drawn: number | undefined;
  #released = false;
  #held: (() => void)[] = [];
  #awaiting: { readonly hits: number; readonly resolve: () => void }[] = [];

  /** @internal Rules are made by `SlsEmulator.rule`. */
  constructor(id: number, options: RuleOptions, onRemove: (rule: Rule) => void) {
    this.id = id;
    this.options = options;
    this.#random = seededRandom(options.seed ?? 1);
    this.#onRemove = onRemove;
  }

  /** How many requests it acted on. */
  get hits(): number {
    return this.#hits;
  }

  /** Resolves once it acted on so many requests; one that it holds is held by then. */
  async acted(hits = 1): Promise<void> {
    if (this.#hits >= hits) return;
    await new Promise<void>((resolve) => this.#awaiting.push({ hits, resolve }));
  }

  /** Lets every held request go on, and stops the rule. */
  release(): void {
    this.#released = true;
    for (const goOn of this.#held.splice(0)) goOn();
  }

  /** Stops the rule; what it holds stays held until released. */
  remove(): void {
    this.#onRemove(this);
  }

  /** @internal Whether the rule would act on a request; asking counts nothing. */
  applies(request: LoggedRequest): boolean {
    if (this.#released || !this.#fits(request)) return false;
    const { nth, times, probability } = this.options;
    if (probability !== undefined && (this.#drawn ??= this.#random()) >= probability) return false;
    if (nth !== undefined && this.#seen + 1 !== nth) return false;
    return times === undefined || this.#hits < times;
  }

  /** @internal Counts a request that the rule acted on, or could have. */
  count(request: LoggedRequest): void {
    if (this.#released || !this.#fits(request)) return;
    this.#seen += 1;
    this.#drawn = undefined;
  }

  /** @internal Counts a request that it acts on. */
  hit(): void {
    this.#hits += 1;
    const reached = this.#awaiting.filter(({ hits }) => hits <= this.#hits);
    this.#awaiting = this.#awaiting.filter(({ hits }) => hits > this.#hits);
    for (const { resolve } of reached) resolve();
  }

  /** @internal Waits for the release. */
  async held(): Promise<void> {
    if (this.#released) return;
    await new Promise<void>((resolve) => this.#held.push(resolve));
  }

  #fits(request: LoggedRequest): boolean {
    const { call, project, logstore, consumerGroup, shard } = this.options;
    return (
      (call === undefined || call === request.call) &&
      (project === undefined || project === request.project) &&
      (logstore === undefined || logstore === request.logstore) &&
      (consumerGroup === undefined || consumerGroup === request.consumerGroup) &&
      (shard === undefined || shard === request.shard)
    );
  }
}

/** The rules in force, in the order in which they were made: the first that applies to a request decides. */
export class RuleBook {
  #rules: Rule[] = [];
  #count = 0;

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  add(options: RuleOptions): Rule {
    const rule = new Rule(++this.#count, options, (gone) => {
      this.#rules = this.#rules.filter((other) => other !== gone);
    });
    this.#rules = [...this.#rules, rule];
    return rule;
  }

  /** The rule that decides about a request. */
  match(request: LoggedRequest): Rule | undefined {
    return this.#rules.find((rule) => rule.applies(request));
  }

  /** Counts a request that reached the rules: for every rule that it fits, and as a hit of the one that acts. */
  count(request: LoggedRequest, acting: Rule | undefined): void {
    for (const rule of this.#rules) rule.count(request);
    acting?.hit();
  }

  /** Counts a request that was refused before it reached the rules, and that one of them acted on all the same. */
  countRefused(request: LoggedRequest, acting: Rule): void {
    acting.count(request);
    acting.hit();
  }

  clear(): void {
    for (const rule of this.#rules) rule.release();
    this.#rules = [];
  }
}
