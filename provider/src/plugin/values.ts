import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import { type Declared, notYetKnown } from "../lifecycle/declared.js";
import {
  type Marked,
  isSecret,
  sealedLike,
  secretInputsKey,
  unknownValue,
  withoutSecretReason,
} from "../marks.js";

/** How values travel between the engine and a plugin, and how they are read and written here. */

/** Plain values, with the engine's marks for secrets and for what is not known yet. */
export type Properties = Marked;

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
  const { [secretInputsKey]: _names, ...declared } = plain(properties) as Declared;
  return withoutSecretReason(declared, properties);
}

function plain(value: unknown): unknown {
  if (value === unknownValue) return notYetKnown;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

/** Writes values with what was secret among the inputs marked again, and what was computed from it. */
export function structOf(values: Declared, inputs: Properties = {}): Struct {
  const written = Object.entries(values).filter(([, value]) => value !== undefined);
  const plainValues = Object.fromEntries(written.map(([name, value]) => [name, transmittable(value)]));
  return markedStructOf(sealedLike(plainValues, inputs));
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
