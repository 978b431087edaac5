import { type Instant } from "../model/instant.js";
import { type LifecycleContext } from "./context.js";

/** The end of the time within which a declaration may act, between two answers of the service. */
export interface Deadline {
  readonly passed: () => boolean;
}

/**
 * A deadline by the service's clock, which showed `serverTime` just now. From there on this machine's clock
 * measures, so that it does not matter what it shows.
 */
export function deadlineOf(
  applyBefore: Instant | undefined,
  serverTime: Instant | undefined,
  context: LifecycleContext,
): Deadline {
  if (applyBefore === undefined || serverTime === undefined) return { passed: () => false };
  const seenAt = context.now();
  return { passed: () => serverTime + (context.now() - seenAt) > applyBefore };
}
