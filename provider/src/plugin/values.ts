import { isDeepStrictEqual } from "node:util";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import { type Declared, notYetKnown } from "../lifecycle/declared.js";
import { reasonInput } from "../lifecycle/inputs.js";

/** How values travel between the engine and a plugin, and how they are read and written here. */

/** Plain values, with the engine's marks for secrets and for what is not known yet. */
export type Properties = Readonly<Record<string, unknown>>;

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Answers a message's values with all marks. */
export function propertiesOf(struct: Struct | undefined): Properties {
  try {
    return struct?.toJavaScript() ?? {};
  } catch (error) {
    // The library's own words name neither what was read nor by whom.
    throw new Error("The plugin sls was sent a value that is of no type", { cause: error });
  }
}

/** Answers a message's values without the marks; a secret reason, which is there to be shown, is left out of sight. */
export function declaredOf(struct: Struct | undefined): Declared {
  const properties = propertiesOf(struct);
  const declared = plain(properties) as Declared;
  if (!holdsSecret(properties["reason"])) return declared;
  // What no reason can be goes on to where it is refused; that never repeats a value.
  return reasonInput(declared["reason"]).ok ? { ...declared, reason: "[secret]" } : declared;
}

/** Whether one of two messages has a secret reason and the other not this one: {@link declaredOf} cannot tell. */
export function secretReasonChanged(olds: Struct | undefined, news: Struct | undefined): boolean {
  const [before, after] = [propertiesOf(olds)["reason"], propertiesOf(news)["reason"]];
  return holdsSecret(after) && !isDeepStrictEqual(before, after);
}

function plain(value: unknown): unknown {
  if (value === unknownValue) return notYetKnown;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

function isSecret(value: object): value is { readonly value: unknown } {
  return (value as Record<string, unknown>)[signatureKey] === secretSignature;
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecret(value) || Object.values(value).some(holdsSecret);
}

/** Marks a value as secret; one that is marked already, or not known yet, stays as it is. */
export function sealed(value: unknown): unknown {
  const isMarked = typeof value === "object" && value !== null && isSecret(value);
  return isMarked || value === unknownValue ? value : { [signatureKey]: secretSignature, value };
}

/**
 * Writes values with what was secret marked again. What is computed from a secret input is one too, except from a
 * secret reason, which is copied and never computed with.
 */
export function structOf(values: Declared, like: Properties = {}): Struct {
  const secrets = Object.keys(like).filter((name) => holdsSecret(like[name]));
  const computedIsSecret = secrets.some((name) => name !== "reason");
  const written = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name === "reason" && secrets.includes(name)) return [[name, like[name]]];
    const isSecretToo = secrets.includes(name) || (computedIsSecret && !Object.hasOwn(like, name));
    return [[name, isSecretToo ? sealed(transmittable(value)) : transmittable(value)]];
  });
  return Struct.fromJavaScript(Object.fromEntries(written) as Record<string, JavaScriptValue>);
}

/** Writes values that carry their marks already. */
export function markedStructOf(values: Properties): Struct {
  return Struct.fromJavaScript(values as Record<string, JavaScriptValue>);
}

function transmittable(value: unknown): unknown {
  if (value === notYetKnown) return unknownValue;
  if (Array.isArray(value)) return value.map(transmittable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => [name, transmittable(item)]),
  );
}
