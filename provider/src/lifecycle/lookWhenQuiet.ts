import { durationOfMilliseconds } from "../model/duration.js";
import { type Subject } from "../rules/events.js";
import { type Bounds } from "../rules/intent.js";
import { type LiveConsumersRefusal, type RefusedShard, timeUntilQuiet } from "../rules/nextStep.js";
import { type LifecycleContext } from "./context.js";
import { RefusedError } from "./failures.js";
import { pause } from "./pause.js";

/** What a look is for, and whose consumers it waits for. */
export interface QuietLook<Look> {
  readonly subject: Subject;
  readonly of: "shard" | "group";
  readonly bounds: Bounds;
  readonly look: () => Promise<Look>;
  /** What stands in the way of acting by a look. */
  readonly refusalsOf: (look: Look) => readonly RefusedShard[];
}

/**
 * Returns a look by which one may act. Acts are planned by it, so it is taken again after every wait: by a look from
 * before, a shard that its consumers moved meanwhile would be found elsewhere.
 *
 * @throws RefusedError for anything that stands in the way, consumers that will not be quiet in time included.
 */
export async function lookWhenQuiet<Look>(quiet: QuietLook<Look>, context: LifecycleContext): Promise<Look> {
  const { subject, of, bounds, look, refusalsOf } = quiet;
  const started = context.monotonic();
  let said = false;
  for (;;) {
    const seen = await look();
    const refusals = refusalsOf(seen);
    if (refusals.length === 0) return seen;
    const live = onlyLiveConsumers(refusals);
    const left = bounds.waitTimeout / 1_000 - (context.monotonic() - started);
    if (live === undefined || bounds.onActiveConsumers !== "wait" || timeUntilQuiet(live) > left) {
      throw new RefusedError({ kind: "refused", subject, of, refusals });
    }
    if (!said) context.emit({ kind: "waiting", subject, refusal: live, waitTimeout: bounds.waitTimeout });
    said = true;
    await pause(durationOfMilliseconds(timeUntilQuiet(live)), context);
  }
}

function onlyLiveConsumers(refusals: readonly RefusedShard[]): LiveConsumersRefusal | undefined {
  const live = refusals.flatMap(({ refusal }) => (refusal.kind === "liveConsumers" ? [refusal] : []));
  return live.length === refusals.length ? live[0] : undefined;
}
