import {
  type Duration,
  describeDuration,
  durationOfMilliseconds,
  durationOfSeconds,
} from "../model/duration.js";
import { type LifecycleContext } from "../lifecycle/context.js";

/** Stops writes and ends waits once the engine said `cancel`, which is what one Ctrl-C does. */
export class Interruption {
  #interrupted = false;
  readonly #interruption: Promise<void>;
  #endWaits: () => void = () => undefined;

  constructor() {
    this.#interruption = new Promise((resolve) => {
      this.#endWaits = resolve;
    });
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#endWaits();
  }

  /**
   * Returns a context in which an act ends when the engine cancels, or when the time of `customTimeouts` is over.
   *
   * @param timeoutSeconds as a call has it; 0 stands for none
   */
  guard(context: LifecycleContext, timeoutSeconds = 0): LifecycleContext {
    const limit = timeoutSeconds > 0 ? durationOfSeconds(timeoutSeconds) : undefined;
    const began = context.monotonic();
    const passed = (): Duration => durationOfMilliseconds(context.monotonic() - began);
    return {
      ...context,
      engineAlive: () => {
        if (this.#interrupted) throw new InterruptedError();
        if (limit !== undefined && passed() >= limit) {
          throw new TimeoutPassedError(describeDuration(limit));
        }
        context.engineAlive();
      },
      sleep: async (duration) => {
        const left = limit === undefined ? duration : (Math.min(duration, limit - passed()) as Duration);
        await Promise.race([context.sleep(left), this.#interruption]);
      },
    };
  }
}

/** Somebody pressed Ctrl-C, or another resource failed. */
class InterruptedError extends Error {
  override readonly name = "InterruptedError";

  constructor() {
    super("Pulumi was told to stop, so nothing more is written\nRun pulumi up again to go on.");
  }
}

/** The resource option `customTimeouts` bounds waits and watches too. */
class TimeoutPassedError extends Error {
  override readonly name = "TimeoutPassedError";

  constructor(limit: string) {
    super(
      `The time that customTimeouts gives this resource, ${limit}, is over, so nothing more is written\n` +
        "Run pulumi up again to go on, or give it more time.",
    );
  }
}
