import { type Declared, notYetKnown } from "../lifecycle/declared.js";
import { type ConfigurationKeys } from "../lives.js";

/**
 * Returns the keys that the engine gives a plugin: `sls:*` alone. The `alicloud:*` keys of a stack never get here;
 * the environment does.
 */
export function keysOf(args: Declared): ConfigurationKeys {
  return (key) => {
    const [namespace, name = ""] = key.split(":");
    if (namespace !== "sls" || !Object.hasOwn(args, name)) return undefined;
    const value = args[name];
    if (value === undefined || value === null || value === notYetKnown) return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
  };
}

/**
 * Adds to a text that offers keys of `alicloud:*` that a plugin has none of a stack's: whoever set them there already
 * would look for the mistake elsewhere.
 */
export function withoutOtherKeys(text: string): string {
  return text.includes("(or alicloud:") ? `${text}\n${notHandedOver}` : text;
}

const notHandedOver =
  "Pulumi hands a plugin no alicloud:* settings of a stack: use those of sls:*, or the variables of the environment.";
