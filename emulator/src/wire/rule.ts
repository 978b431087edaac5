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
  /** Only the nth request that fits, from 1. */
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
  /** How many requests it was applied to. */
  hits = 0;
  readonly id: number;
  readonly options: RuleOptions;
  readonly #random: () => number;
  readonly #onRemove: (rule: Rule) => void;
  #seen = 0;
  #released = false;
  #held: (() => void)[] = [];

  /** @internal Rules are made by `SlsEmulator.rule`. */
  constructor(id: number, options: RuleOptions, onRemove: (rule: Rule) => void) {
    this.id = id;
    this.options = options;
    this.#random = seededRandom(options.seed ?? 1);
    this.#onRemove = onRemove;
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

  /** @internal Whether the rule applies to a request; counts it. */
  applies(request: LoggedRequest): boolean {
    if (this.#released || !this.#fits(request)) return false;
    this.#seen += 1;
    const { nth, times, probability } = this.options;
    if (probability !== undefined && this.#random() >= probability) return false;
    if (nth !== undefined && this.#seen !== nth) return false;
    return times === undefined || this.hits < times;
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

  /** The rule that decides about a request; every rule counts it all the same. */
  match(request: LoggedRequest): Rule | undefined {
    const [first] = this.#rules.filter((rule) => rule.applies(request));
    if (first !== undefined) first.hits += 1;
    return first;
  }

  clear(): void {
    for (const rule of this.#rules) rule.release();
    this.#rules = [];
  }
}
