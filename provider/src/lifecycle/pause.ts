import { type Duration, durationOfSeconds } from "../model/duration.js";
import { type LifecycleContext } from "./context.js";

const step = durationOfSeconds(5);

/** Sleeps in steps, and throws between two of them when the engine is gone: nobody waits for the answer any more. */
export async function pause(duration: Duration, context: LifecycleContext): Promise<void> {
  for (let left = duration; left > 0; left = (left - step) as Duration) {
    context.engineAlive();
    await context.sleep(Math.min(left, step) as Duration);
  }
  context.engineAlive();
}
