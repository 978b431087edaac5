import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationOfMilliseconds, durationOfSeconds } from "../../provider/src/model/duration.js";
import { instantOfSeconds } from "../../provider/src/model/instant.js";
import {
  SlsAnswerError,
  SlsConfigurationError,
  type SlsError,
  SlsNetworkError,
  SlsServiceError,
} from "../../provider/src/sls/errors.js";
import {
  type NextStep,
  type Tries,
  afterFailedRead,
  afterFailedWrite,
  provesNothingDone,
} from "../../provider/src/sls/retry.js";
import { documentedErrors } from "./documentedCodes.js";

const facts = { operation: "Any", about: { project: "shop", logstore: "orders" } };
const bounds = { maxRetries: 4, retryFor: durationOfSeconds(60) };
const serverTime = instantOfSeconds(1_795_305_600);

function tries(more: Partial<Tries> = {}): Tries {
  return {
    sent: 1,
    elapsed: durationOfMilliseconds(0),
    clockCorrected: false,
    tokenRefreshed: false,
    ...more,
  };
}

function network(mayHaveArrived: boolean): SlsNetworkError {
  const network = { origin: "https://sls.example", what: "reset", timedOut: false, cause: undefined };
  return new SlsNetworkError({ ...facts, ...network, mayHaveArrived });
}

function answer(httpStatus: number): SlsAnswerError {
  return new SlsAnswerError({
    ...facts,
    origin: "https://sls.example",
    httpStatus,
    what: "",
    requestId: undefined,
  });
}

function service(code: string, httpStatus: number, dated = true): SlsServiceError {
  return new SlsServiceError({
    ...facts,
    code,
    httpStatus,
    serviceMessage: "",
    requestId: undefined,
    serverTime: dated ? serverTime : undefined,
  });
}

const half = (): number => 0.5;
type Behaviour = NextStep["kind"];

describe("what follows a failed attempt", () => {
  test.each<{
    failure: string;
    error: SlsError;
    read: Behaviour;
    write: Behaviour;
    nothingDone: boolean;
  }>([
    { failure: "no connection", error: network(false), read: "wait", write: "wait", nothingDone: true },
    { failure: "a lost connection", error: network(true), read: "wait", write: "giveUp", nothingDone: false },
    { failure: "a page with 502", error: answer(502), read: "wait", write: "giveUp", nothingDone: false },
    { failure: "a page with 404", error: answer(404), read: "giveUp", write: "giveUp", nothingDone: false },
    { failure: "a page with 302", error: answer(302), read: "giveUp", write: "giveUp", nothingDone: false },
    { failure: "a bad 200", error: answer(200), read: "giveUp", write: "giveUp", nothingDone: false },
    {
      failure: "no configuration",
      error: new SlsConfigurationError({ ...facts, problems: [] }),
      read: "giveUp",
      write: "giveUp",
      nothingDone: true,
    },
    {
      failure: "an undocumented 500",
      error: service("Odd", 500),
      read: "wait",
      write: "giveUp",
      nothingDone: false,
    },
    {
      failure: "an undocumented 403",
      error: service("Odd", 403),
      read: "giveUp",
      write: "giveUp",
      nothingDone: true,
    },
  ])("$failure: a read $read, a write $write", ({ error, read, write, nothingDone }) => {
    expect(afterFailedRead(error, tries(), bounds, half).kind).toBe(read);
    expect(afterFailedWrite(error, tries(), bounds, half).kind).toBe(write);
    expect(provesNothingDone(error)).toBe(nothingDone);
  });

  const final = { read: "giveUp", write: "giveUp", nothingDone: true } as const;
  const byKind = {
    throttled: { read: "wait", write: "wait", nothingDone: true },
    clock: { read: "correctClock", write: "correctClock", nothingDone: true },
    token: { read: "refreshToken", write: "refreshToken", nothingDone: true },
    denied: final,
    missing: final,
    invalid: final,
    server: { read: "wait", write: "giveUp", nothingDone: false },
  } as const;

  test.each(documentedErrors)("$code is treated as $kind", ({ code, status, kind }) => {
    const error = service(code, status);
    expect({
      read: afterFailedRead(error, tries(), bounds, half).kind,
      write: afterFailedWrite(error, tries(), bounds, half).kind,
      nothingDone: provesNothingDone(error),
    }).toEqual(byKind[kind]);
  });

  test("corrects the clock by the answer's date once, and not without one", () => {
    const error = service("RequestTimeExpired", 400);
    for (const after of [afterFailedRead, afterFailedWrite]) {
      expect(after(error, tries(), bounds, half)).toEqual({ kind: "correctClock", serverTime });
      expect(after(error, tries({ clockCorrected: true }), bounds, half).kind).toBe("giveUp");
      const undated = service("RequestTimeExpired", 400, false);
      expect(after(undated, tries(), bounds, half).kind).toBe("giveUp");
    }
  });

  test("refreshes a token once", () => {
    const error = service("SecurityTokenExpired", 401);
    for (const after of [afterFailedRead, afterFailedWrite]) {
      expect(after(error, tries(), bounds, half).kind).toBe("refreshToken");
      expect(after(error, tries({ tokenRefreshed: true }), bounds, half).kind).toBe("giveUp");
    }
  });
});

describe("the wait before the next attempt", () => {
  const failure = network(false);
  const almostOne = (): number => 1 - Number.EPSILON;

  test("has a ceiling that doubles up to five seconds", () => {
    const patient = { maxRetries: 10, retryFor: durationOfSeconds(600) };
    const delays = [1, 2, 3, 4, 5, 6, 7].map((sent) =>
      afterFailedRead(failure, tries({ sent }), patient, almostOne),
    );
    expect(delays).toEqual(
      [200, 400, 800, 1_600, 3_200, 5_000, 5_000].map((milliseconds) => ({
        kind: "wait",
        delay: durationOfMilliseconds(milliseconds),
      })),
    );
  });

  test("is chosen between nothing and the ceiling", () => {
    const delays = [0, 0.25, 0.5].map((value) => afterFailedRead(failure, tries(), bounds, () => value));
    expect(delays).toEqual(
      [0, 50, 100].map((milliseconds) => ({ kind: "wait", delay: durationOfMilliseconds(milliseconds) })),
    );
  });

  test.each([
    { maxRetries: 0, sent: 1, next: "giveUp" },
    { maxRetries: 1, sent: 1, next: "wait" },
    { maxRetries: 1, sent: 2, next: "giveUp" },
    { maxRetries: 4, sent: 4, next: "wait" },
    { maxRetries: 4, sent: 5, next: "giveUp" },
  ])("$maxRetries retries after $sent requests: $next", ({ maxRetries, sent, next }) => {
    expect(afterFailedRead(failure, tries({ sent }), { ...bounds, maxRetries }, half).kind).toBe(next);
  });

  test.each([
    { elapsed: 59_900, next: "wait" },
    { elapsed: 59_901, next: "giveUp" },
    { elapsed: 60_000, next: "giveUp" },
  ])("never ends beyond the bound in time: after $elapsed ms $next", ({ elapsed, next }) => {
    const late = tries({ elapsed: durationOfMilliseconds(elapsed) });
    expect(afterFailedRead(failure, late, bounds, half).kind).toBe(next);
  });

  test("is within all bounds, for any failure, number of tries and chance", () => {
    const errors = [network(true), network(false), answer(500), service("ServerBusy", 503)];
    fc.assert(
      fc.property(
        fc.constantFrom(...errors),
        fc.integer({ min: 1, max: 2_000 }),
        fc.nat({ max: 120_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat({ max: 2_000 }),
        (error, sent, elapsed, chance, maxRetries) => {
          const soFar = tries({ sent, elapsed: durationOfMilliseconds(elapsed) });
          const step = afterFailedRead(error, soFar, { ...bounds, maxRetries }, () => chance);
          if (step.kind !== "wait") return;
          expect(sent).toBeLessThanOrEqual(maxRetries);
          expect(step.delay).toBeGreaterThanOrEqual(0);
          expect(step.delay).toBeLessThanOrEqual(durationOfSeconds(5));
          expect(soFar.elapsed + step.delay).toBeLessThanOrEqual(bounds.retryFor);
        },
      ),
    );
  });

  test("a write is sent again only where nothing was done, whatever failed", () => {
    const documented = documentedErrors.map(({ code, status }) => service(code, status));
    const others = [200, 302, 404, 500].map(answer);
    for (const error of [...documented, ...others, network(true), network(false)]) {
      const step = afterFailedWrite(error, tries(), bounds, half);
      if (step.kind !== "giveUp") expect([error.code, provesNothingDone(error)]).toEqual([error.code, true]);
    }
  });
});
