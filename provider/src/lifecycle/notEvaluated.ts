import { type Report, type Subject } from "../rules/events.js";
import { type LifecycleContext } from "./context.js";

/**
 * A preview could not look at what an up would do. That is told as a warning, so that a preview needs no more
 * permissions than it is given; where strict previews are configured, it is returned as a refusal.
 */
export function notEvaluated(
  subject: Subject,
  failure: Error,
  context: LifecycleContext,
): Report | undefined {
  if (context.strictPreview) return { kind: "notEvaluated", subject, failure };
  context.emit({ kind: "notEvaluated", subject, failure });
  return undefined;
}
