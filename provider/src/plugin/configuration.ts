import { type LifecycleContext } from "../lifecycle/context.js";
import { type Declared, notYetKnown } from "../lifecycle/declared.js";
import { type ConfigurationKeys } from "../lives.js";

/**
 * Answers the keys that the engine gives a plugin: `sls:*` alone. The `alicloud:*` keys of a stack never get here;
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

/** Stops writes once the engine said `cancel`, which is what one Ctrl-C does. */
export class Cancellation {
  #cancelled = false;

  cancel(): void {
    this.#cancelled = true;
  }

  guard(context: LifecycleContext): LifecycleContext {
    return {
      ...context,
      engineAlive: () => {
        if (this.#cancelled) {
          throw new Error(
            "Pulumi was told to stop, so nothing more is written\nRun pulumi up again to go on.",
          );
        }
        context.engineAlive();
      },
    };
  }
}
