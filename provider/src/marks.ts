import { isDeepStrictEqual } from "node:util";

/**
 * Pulumi's marks in values: what is secret, and what is not known yet. What was given as a secret stays one wherever it is
 * copied or computed with; the fronts share how.
 */

/** How Pulumi writes a value that is not known yet, whatever its type (`pulumi.runtime.unknownValue`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Plain values, with the engine's marks around those that are secret. */
export type Marked = Readonly<Record<string, unknown>>;

/** What takes the place of a secret in a line. */
export const inPlaceOfSecret = "[secret]";

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Whether a value carries the mark of a secret. */
export function isSecret(value: unknown): value is { readonly value: unknown } {
  if (typeof value !== "object" || value === null) return false;
  return (value as Record<string, unknown>)[signatureKey] === secretSignature;
}

/** Whether a value is secret, or anything in it is. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecret(value) || Object.values(value).some(holdsSecret);
}

/** Marks a value as secret; one that is marked already, or not known yet, stays as it is. */
export function sealed(value: unknown): unknown {
  return isSecret(value) || value === unknownValue ? value : { [signatureKey]: secretSignature, value };
}

/** The hidden input that names the secret ones, for a resource that is not handed their marks, or not handed them at all. */
export const secretInputsKey = "secretInputs";

/** Inputs with the marks of all that are named as secret, those that another resource was handed included. */
export function markedInputs(inputs: Marked): Marked {
  const names: unknown = inputs[secretInputsKey];
  if (!Array.isArray(names)) return inputs;
  const marked = names.map((name: string): [string, unknown] => {
    return [name, sealed(inputs[name] ?? inPlaceOfSecret)];
  });
  return { ...inputs, ...(Object.fromEntries(marked) as Marked) };
}

/** A secret reason is copied and never computed with, so a life is not told it. */
export function withoutSecretReason<Values extends Marked>(values: Values, inputs: Marked): Values {
  return holdsSecret(inputs["reason"]) ? { ...values, reason: inPlaceOfSecret } : values;
}

/**
 * Returns values with what was secret among the inputs marked again. What is computed from a secret input is one too,
 * except from a secret reason, which comes back as it was given.
 */
export function sealedLike(values: Marked, inputs: Marked): Marked {
  const secrets = Object.keys(inputs).filter((name) => holdsSecret(inputs[name]));
  const computedIsSecret = secrets.some((name) => name !== "reason");
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (name === "reason" && secrets.includes(name)) return [name, inputs[name]];
      const isSecretToo = secrets.includes(name) || (computedIsSecret && !Object.hasOwn(inputs, name));
      return [name, isSecretToo ? sealed(value) : value];
    }),
  );
}

/** What a life cannot tell: that other inputs are secret now, or that a secret reason is another one. */
export function secretsChanged(before: Marked, after: Marked): boolean {
  if (Object.keys(after).some((name) => holdsSecret(before[name]) !== holdsSecret(after[name]))) return true;
  return holdsSecret(after["reason"]) && !isDeepStrictEqual(before["reason"], after["reason"]);
}

/** Whether the declared position is secret, so that no line may tell where a shard is moved to. */
export function confidentialityOf(inputs: Marked): "open" | "secret" {
  const marked = markedInputs(inputs);
  return ["from", "checkpoint", "plan"].some((name) => holdsSecret(marked[name])) ? "secret" : "open";
}
