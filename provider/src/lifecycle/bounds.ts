import { durationOfSeconds } from "../model/duration.js";
import { type Bounds } from "../rules/intent.js";
import { type DeclaredReader } from "./declared.js";
import { booleanInput, durationInput, instantInput, onActiveConsumersInput } from "./inputs.js";

/** The inputs that bound an act, which every resource that moves shards has. */
export const boundInputs = [
  "applyBefore",
  "maxMove",
  "onActiveConsumers",
  "waitTimeout",
  "watchFor",
  "allowUnordered",
] as const;

const defaults = {
  maxMove: durationOfSeconds(24 * 60 * 60),
  waitTimeout: durationOfSeconds(5 * 60),
  watchFor: durationOfSeconds(75),
} as const;

export function readBounds(reader: DeclaredReader): Bounds {
  return {
    applyBefore: reader.optional("applyBefore", instantInput),
    maxMove: reader.optional("maxMove", durationInput) ?? defaults.maxMove,
    onActiveConsumers: reader.optional("onActiveConsumers", onActiveConsumersInput) ?? "refuse",
    waitTimeout: reader.optional("waitTimeout", durationInput) ?? defaults.waitTimeout,
    watchFor: reader.optional("watchFor", durationInput) ?? defaults.watchFor,
    allowUnordered: reader.optional("allowUnordered", booleanInput) ?? false,
  };
}
