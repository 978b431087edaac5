import { type Duration, durationOfMilliseconds } from "../model/duration.js";
import { type Instant } from "../model/instant.js";
import {
  type SlsError,
  SlsAnswerError,
  SlsCredentialsError,
  SlsNetworkError,
  SlsServiceError,
} from "./errors.js";

/** What a request was already mended for: each helps once. */
export interface Mended {
  readonly clockCorrected: boolean;
  readonly tokenRefreshed: boolean;
}

export const nothingMended: Mended = { clockCorrected: false, tokenRefreshed: false };

/** What was already done for one request. */
export interface Tries extends Mended {
  readonly sent: number;
  readonly elapsed: Duration;
}

/** How often and how long one request is tried. */
export interface RetryBounds {
  readonly maxRetries: number;
  readonly retryFor: Duration;
}

/** What follows an attempt that failed. */
export type NextStep =
  | { readonly kind: "giveUp" }
  | { readonly kind: "wait"; readonly delay: Duration }
  | { readonly kind: "correctClock"; readonly serverTime: Instant }
  | { readonly kind: "refreshToken" };

const giveUp: NextStep = { kind: "giveUp" };
const firstDelay = 200;
const longestDelay = 5_000;

/** A read may be sent again whenever another answer is thinkable. */
export function afterFailedRead(
  error: SlsError,
  tries: Tries,
  bounds: RetryBounds,
  random: () => number,
): NextStep {
  return repairStep(error, tries) ?? (isPassing(error) ? backOff(tries, bounds, random) : giveUp);
}

/**
 * A write is sent again only where the failure proves that it was not applied. Everything else is for the caller
 * to find out by reading back.
 */
export function afterFailedWrite(
  error: SlsError,
  tries: Tries,
  bounds: RetryBounds,
  random: () => number,
): NextStep {
  return (
    repairStep(error, tries) ??
    (isPassing(error) && provesNothingDone(error) ? backOff(tries, bounds, random) : giveUp)
  );
}

/** Whether an attempt that ended so certainly changed nothing. */
export function provesNothingDone(error: SlsError): boolean {
  if (error instanceof SlsServiceError) return error.kind !== "server";
  if (error instanceof SlsNetworkError) return !error.mayHaveArrived;
  return !(error instanceof SlsAnswerError);
}

/** Faults that a request can be mended for, each once: a second time, mending did not help. */
function repairStep(error: SlsError, tries: Tries): NextStep | undefined {
  if (!(error instanceof SlsServiceError)) return undefined;
  if (error.kind === "clock" && error.serverTime !== undefined && !tries.clockCorrected) {
    return { kind: "correctClock", serverTime: error.serverTime };
  }
  return error.kind === "token" && !tries.tokenRefreshed ? { kind: "refreshToken" } : undefined;
}

function isPassing(error: SlsError): boolean {
  if (error instanceof SlsNetworkError) return true;
  if (error instanceof SlsCredentialsError) return error.passing;
  if (error instanceof SlsServiceError) return error.kind === "throttled" || error.kind === "server";
  return error instanceof SlsAnswerError && error.httpStatus >= 500;
}

/** Exponential, with full jitter, so that many clients that failed together do not come back together. */
function backOff(tries: Tries, bounds: RetryBounds, random: () => number): NextStep {
  if (tries.sent > bounds.maxRetries) return giveUp;
  const ceiling = Math.min(longestDelay, firstDelay * 2 ** (tries.sent - 1));
  const delay = durationOfMilliseconds(Math.round(random() * ceiling));
  return tries.elapsed + delay > bounds.retryFor ? giveUp : { kind: "wait", delay };
}
