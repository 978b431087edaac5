/** A seed that cannot be used; the message says where and why. */
export class SeedError extends Error {
  override readonly name = "SeedError";
}

/** Reads one value of a seed and knows its place in the file. */
export class SeedReader {
  readonly #value: unknown;
  readonly #place: string;
  readonly #known = new Set<string>();

  constructor(value: unknown, place: string) {
    this.#value = value;
    this.#place = place;
  }

  required(name: string): SeedReader {
    const value = this.#field(name);
    if (value === undefined) throw this.#problem(`misses "${name}"`);
    return new SeedReader(value, this.#at(name));
  }

  optional<T>(name: string, read: (reader: SeedReader) => T): T | undefined {
    const value = this.#field(name);
    return value === undefined ? undefined : read(new SeedReader(value, this.#at(name)));
  }

  /** As `optional`, ready to spread into an object. */
  some<Name extends string, T>(name: Name, read: (reader: SeedReader) => T): { [key in Name]?: T } {
    const value = this.optional(name, read);
    return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: T });
  }

  /** Refuses fields that nobody asked for: they are misspelt. */
  done(): void {
    const unknown = Object.keys(this.#object()).find((name) => !this.#known.has(name));
    if (unknown === undefined) return;
    throw this.#problem(`has an unknown field "${unknown}" (known: ${[...this.#known].join(", ")})`);
  }

  entries(): [string, SeedReader][] {
    return Object.entries(this.#object()).map(([name, value]) => [
      name,
      new SeedReader(value, this.#at(name)),
    ]);
  }

  items(): SeedReader[] {
    if (!Array.isArray(this.#value)) throw this.#problem("must be a list");
    return this.#value.map((value: unknown, index) => new SeedReader(value, this.#at(String(index))));
  }

  text(): string {
    if (typeof this.#value !== "string" || this.#value === "") throw this.#problem("must be a text");
    return this.#value;
  }

  flag(): boolean {
    if (typeof this.#value !== "boolean") throw this.#problem("must be true or false");
    return this.#value;
  }

  integer(least: number, most: number): number {
    const value = this.#value;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.#problem(`must be a whole number from ${least} to ${most}`);
  }

  #field(name: string): unknown {
    this.#known.add(name);
    return this.#object()[name];
  }

  #object(): Record<string, unknown> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw this.#problem("must be an object");
    return value as Record<string, unknown>;
  }

  #at(name: string): string {
    return this.#place === "" ? name : `${this.#place}.${name}`;
  }

  #problem(what: string): SeedError {
    return new SeedError(`${this.#place === "" ? "the seed" : this.#place} ${what}`);
  }
}
