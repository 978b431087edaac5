import { type Duration } from "../model/duration.js";
import { type Refusal } from "../rules/decide.js";
import { type Subject, describeWait } from "../texts/describe.js";
import { type Bounds } from "../rules/intent.js";
import { type LifecycleContext } from "./context.js";
import { pause } from "./pause.js";

export type LiveConsumersRefusal = Extract<Refusal, { kind: "liveConsumers" }>;

/**
 * Repeats a look until no consumer is seen alive, for `waitTimeout` at the most. Without `onActiveConsumers:
 * "wait"`, one look is all there is. Nothing is written before it returns.
 */
export async function waitForQuiet<Look>(
  look: () => Promise<Look>,
  busy: (look: Look) => LiveConsumersRefusal | undefined,
  bounds: Bounds,
  subject: Subject,
  context: LifecycleContext,
): Promise<Look> {
  const started = context.now();
  let waits = 0;
  for (;;) {
    const seen = await look();
    const refusal = busy(seen);
    if (refusal === undefined || bounds.onActiveConsumers !== "wait") return seen;
    const left = bounds.waitTimeout - (context.now() - started);
    const untilQuiet = timeUntilQuiet(refusal);
    if (untilQuiet > left) return seen;
    if (waits === 0) context.print(describeWait(subject, refusal, bounds.waitTimeout));
    waits += 1;
    await pause(untilQuiet, context);
  }
}

/** The youngest commit decides; the wait ends earlier than that for nobody. */
function timeUntilQuiet({ consumers, quietAfter }: LiveConsumersRefusal): Duration {
  const youngest = Math.min(...consumers.map(({ committed }) => committed));
  return (quietAfter - youngest) as Duration;
}
