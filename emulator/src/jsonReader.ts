/** JSON that cannot be used; the message says where and why. */
export class JsonProblem extends Error {
  override readonly name = "JsonProblem";
}

/** Reads one value of a JSON document and knows its place in it. */
export class JsonReader {
  readonly #value: unknown;
  readonly #place: string;
  readonly #known = new Set<string>();

  constructor(value: unknown, place: string) {
    this.#value = value;
    this.#place = place;
  }

  get value(): unknown {
    return this.#value;
  }

  required(name: string): JsonReader {
    const value = this.#field(name);
    if (value === undefined) throw this.problem(`misses "${name}"`);
    return new JsonReader(value, this.#at(name));
  }

  optional<T>(name: string, read: (reader: JsonReader) => T): T | undefined {
    const value = this.#field(name);
    return value === undefined ? undefined : read(new JsonReader(value, this.#at(name)));
  }

  /** As `optional`, ready to spread into an object. */
  some<Name extends string, T>(name: Name, read: (reader: JsonReader) => T): Partial<Record<Name, T>> {
    const value = this.optional(name, read);
    return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, T>>);
  }

  /** Refuses fields that nobody asked for: they are misspelt. */
  done(): void {
    const unknown = Object.keys(this.#object()).find((name) => !this.#known.has(name));
    if (unknown === undefined) return;
    throw this.problem(`has an unknown field "${unknown}" (known: ${[...this.#known].join(", ")})`);
  }

  entries(): [string, JsonReader][] {
    return Object.entries(this.#object()).map(([name, value]) => [
      name,
      new JsonReader(value, this.#at(name)),
    ]);
  }

  items(): JsonReader[] {
    if (!Array.isArray(this.#value)) throw this.problem("must be a list");
    return this.#value.map((value: unknown, index) => new JsonReader(value, this.#at(String(index))));
  }

  text(): string {
    if (typeof this.#value !== "string" || this.#value === "") throw this.problem("must be a text");
    return this.#value;
  }

  /** A text that may be empty. */
  anyText(): string {
    return this.#value === "" ? "" : this.text();
  }

  flag(): boolean {
    if (typeof this.#value !== "boolean") throw this.problem("must be true or false");
    return this.#value;
  }

  /** A finite number, within bounds where there are any. */
  number(least = -Infinity, most = Infinity): number {
    const value = this.#value;
    if (typeof value !== "number" || !Number.isFinite(value)) throw this.problem("must be a number");
    if (value < least || value > most) throw this.problem(`must be a number from ${least} to ${most}`);
    return value;
  }

  /** One of a few texts. */
  choice<Text extends string>(choices: readonly Text[]): Text {
    const found = choices.find((choice) => choice === this.#value);
    if (found === undefined) throw this.problem(`must be one of ${choices.join(", ")}`);
    return found;
  }

  integer(least: number, most: number): number {
    const value = this.#value;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.problem(`must be a whole number from ${least} to ${most}`);
  }

  #field(name: string): unknown {
    this.#known.add(name);
    return this.#object()[name];
  }

  #object(): Record<string, unknown> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw this.problem("must be an object");
    return value as Record<string, unknown>;
  }

  #at(name: string): string {
    return this.#place === "" ? name : `${this.#place}.${name}`;
  }

  /** A problem with this value. */
  problem(what: string): JsonProblem {
    return new JsonProblem(`${this.#place === "" ? "the document" : this.#place} ${what}`);
  }
}
