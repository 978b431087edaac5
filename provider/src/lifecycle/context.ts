import { type Duration } from "../model/duration.js";
import { type Instant } from "../model/instant.js";
import { type SlsClient } from "../sls/client.js";
import { type ProcessMemory } from "./processMemory.js";

/** Everything that the life of a resource touches outside of itself. */
export interface LifecycleContext {
  readonly client: SlsClient;
  readonly memory: ProcessMemory;
  /** Shows one text to whoever runs Pulumi. Each text appears up to four times in one `up`. */
  readonly print: (text: string) => void;
  /** Throws when the engine that gave the order is gone: a provider outlives an engine that was killed. */
  readonly probeEngine: () => Promise<void>;
  /** By this machine's clock; only for measuring how long something takes. */
  readonly now: () => Instant;
  readonly sleep: (duration: Duration) => Promise<void>;
  /** A name that no other act has. */
  readonly newAct: () => string;
}
