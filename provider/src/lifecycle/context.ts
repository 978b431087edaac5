import { type Duration } from "../model/duration.js";
import { type Instant } from "../model/instant.js";
import { type RunEvent } from "../rules/events.js";
import { type Monotonic } from "../rules/run.js";
import { type SlsClient } from "../sls/client.js";
import { type ProcessMemory } from "./processMemory.js";

/** Everything that the life of a resource touches outside of itself. */
export interface LifecycleContext {
  readonly client: SlsClient;
  readonly memory: ProcessMemory;
  /** Tells what happens, as data. Pulumi shows each text that is made of it up to four times in one `up`. */
  readonly emit: (event: RunEvent) => void;
  /** Throws when the engine that gave the order is gone: a provider outlives an engine that was killed. */
  readonly engineAlive: () => void;
  readonly now: () => Instant;
  readonly monotonic: () => Monotonic;
  readonly sleep: (duration: Duration) => Promise<void>;
  /** A short name that nothing else in the state of a resource has. */
  readonly newId: () => string;
  /** Whether a preview that cannot look fails, instead of warning. */
  readonly strictPreview: boolean;
  /** How many writes go out at once. */
  readonly mostAtOnce: number;
}
