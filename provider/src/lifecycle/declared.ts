import { harmlessName } from "../model/harmless.js";
import { type Parsed } from "../model/parsed.js";

/** Stands for an input that Pulumi will know only when something else was applied. */
export const notYetKnown: unique symbol = Symbol("known after apply");

/** Inputs as a program declared them: plain JSON values, or {@link notYetKnown} at any depth. */
export type Declared = Readonly<Record<string, unknown>>;

/**
 * One thing that is wrong with the inputs. `property` is empty where Pulumi, which prints the value of a named
 * property, could print a secret or nothing useful.
 */
export interface Problem {
  readonly property: string;
  readonly reason: string;
}

/** What reading one input came to. */
export type InputReading<Value> =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown" }
  | { readonly kind: "problem" };

/** Reads declared inputs one by one, and keeps every problem and every unknown for the one report at the end. */
export class DeclaredReader {
  readonly problems: Problem[] = [];
  readonly unknowns: string[] = [];

  constructor(
    private readonly resource: string,
    private readonly declared: Declared,
  ) {}

  /** Reports every input that the resource does not have. `self` is handed over by the resource itself. */
  refuseOthers(known: readonly string[]): void {
    const others = Object.keys(this.declared).filter(
      (name) => name !== "self" && !known.includes(name) && this.declared[name] !== undefined,
    );
    const problems = others.map((name) => ({
      property: "",
      reason: `${harmlessName(name)}: ${this.resource} has no such input; it has ${known.join(", ")}`,
    }));
    this.problems.push(...firstProblems(problems));
  }

  required<Value>(name: string, parse: (value: unknown) => Parsed<Value>): Value | undefined {
    const reading = this.#read(name, parse);
    if (reading.kind === "absent") this.problems.push({ property: name, reason: "is missing" });
    return reading.kind === "value" ? reading.value : undefined;
  }

  optional<Value>(name: string, parse: (value: unknown) => Parsed<Value>): Value | undefined {
    const reading = this.#read(name, parse);
    return reading.kind === "value" ? reading.value : undefined;
  }

  /** Reads an input of any shape; it is never quoted. */
  anything(name: string): unknown {
    const value = this.declared[name];
    if (holdsUnknown(value)) this.unknowns.push(name);
    return value;
  }

  #read<Value>(name: string, parse: (value: unknown) => Parsed<Value>): InputReading<Value> {
    const value = this.declared[name];
    if (value === undefined || value === null) return { kind: "absent" };
    if (holdsUnknown(value)) {
      this.unknowns.push(name);
      return { kind: "unknown" };
    }
    const result = parse(value);
    if (result.ok) return { kind: "value", value: result.value };
    this.problems.push(problemOf(name, value, result.problem));
    return { kind: "problem" };
  }
}

/** Pulumi prints objects in Go's syntax, and nested values not at all: there the path goes into the text. */
function problemOf(name: string, value: unknown, problem: string): Problem {
  return typeof value === "object"
    ? { property: "", reason: `${name} ${problem}` }
    : { property: name, reason: problem };
}

/** As many problems of one kind as anybody reads, and how many more there are. */
export function firstProblems(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= mostProblems) return problems;
  const more = problems.length - mostProblems;
  return [
    ...problems.slice(0, mostProblems),
    { property: "", reason: `and ${String(more)} more like these` },
  ];
}

const mostProblems = 20;

/** Words a problem on its own; one that names no property has the path in its text. */
export function describeProblem({ property, reason }: Problem): string {
  return `${property} ${reason}`.trim();
}

/** Who a resource is: its URN, or that of its component, where it is handed over. */
export function selfOf({ self }: Declared): string | undefined {
  return typeof self === "string" ? self : undefined;
}

/** The name that a program gave a resource, before what it declares: `orders-replay: `. Empty where it is unknown. */
export function nameOfSelf(self: string): string {
  const name = self.split("::").at(-1) ?? "";
  return name === "" ? "" : `${name}: `;
}

export function holdsUnknown(value: unknown): boolean {
  if (value === notYetKnown) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsUnknown);
}
