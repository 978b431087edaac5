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
