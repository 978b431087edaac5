/** Answers a configuration value by its full key, such as `sls:region`. */
export type ConfigurationKeys = (key: string) => string | undefined;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that was looked for, and what is wrong about it in the words of its key. */
export interface Found<Value> {
  readonly value: Value;
  readonly problems: readonly string[];
}

export function found<Value>(value: Value): Found<Value> {
  return { value, problems: [] };
}

/** Empty and blank count as not set: a variable that a script left empty says nothing. */
export function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}

/** The first of the named values that says something, with the name that said it. */
export function firstFilled(
  get: (name: string) => string | undefined,
  names: readonly string[],
): { readonly name: string; readonly value: string } | undefined {
  for (const name of names) {
    const value = filled(get(name));
    if (value !== undefined) return { name, value };
  }
  return undefined;
}
