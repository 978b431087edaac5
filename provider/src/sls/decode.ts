/** Says which field of an answer is not what it has to be. Caught by the client, which knows the call. */
export class FieldError extends Error {
  override readonly name = "FieldError";
}

/** Decodes one value found at `path` of an answer, or throws a {@link FieldError} that names the path. */
export type Decoder<Value> = (value: unknown, path: string) => Value;

export const string: Decoder<string> = (value, path) => {
  if (typeof value !== "string") throw wrong(path, "a string", value);
  return value;
};

/** A whole number that JSON carries without loss. */
export const integer: Decoder<number> = (value, path) => {
  if (!Number.isSafeInteger(value)) throw wrong(path, "a whole number", value);
  return value as number;
};

export const boolean: Decoder<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw wrong(path, "true or false", value);
  return value;
};

export function oneOf<Choice extends string>(...choices: readonly Choice[]): Decoder<Choice> {
  return (value, path) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw wrong(path, choices.join(" or "), value);
    return choice;
  };
}

export function optional<Value>(decoder: Decoder<Value>): Decoder<Value | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : decoder(value, path));
}

export function list<Item>(decoder: Decoder<Item>): Decoder<readonly Item[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, "a list", value);
    return value.map((item, index) => decoder(item, `${path}[${String(index)}]`));
  };
}

export function object<Fields extends Record<string, unknown>>(decoders: {
  readonly [Name in keyof Fields]: Decoder<Fields[Name]>;
}): Decoder<Fields> {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw wrong(path, "an object", value);
    const fields = value as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(decoders).map(([name, decoder]) => [
        name,
        (decoder as Decoder<unknown>)(
          Object.hasOwn(fields, name) ? fields[name] : undefined,
          `${path}.${name}`,
        ),
      ]),
    ) as Fields;
  };
}

function wrong(path: string, wanted: string, found: unknown): FieldError {
  return new FieldError(`${path} is not ${wanted} but ${describe(found)}`);
}

function describe(found: unknown): string {
  if (found === undefined) return "missing";
  if (found === null) return "null";
  if (Array.isArray(found)) return "a list";
  if (typeof found === "object") return "an object";
  const text = JSON.stringify(found);
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
