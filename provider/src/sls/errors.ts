import { harmless } from "../model/harmless.js";
import { type Instant } from "../model/instant.js";
import { type CredentialsFailure } from "./credentials.js";
import { type ErrorKind, classify, remedyFor, usualSpelling } from "./errorCodes.js";
import { type RequestSubject } from "./request.js";

const brand = Symbol.for("pulumi-sls-checkpoint.SlsError");

/** What every error of a call tells. */
export interface SlsErrorFacts {
  readonly operation: string;
  readonly about: RequestSubject;
}

/**
 * The base of everything that comes out of a call to SLS.
 *
 * `code` is stable: the service's own code for its refusals, else one of `Network`, `Timeout`,
 * `UnreadableAnswer`, `Configuration`, `Credentials`. The message holds all that a reader needs, because Pulumi shows nothing
 * else: the call, what it was about, status, request id, and what to do.
 */
export abstract class SlsError extends Error {
  abstract override readonly name: string;
  abstract readonly code: string;
  readonly operation: string;
  readonly about: RequestSubject;

  constructor(facts: SlsErrorFacts, lines: readonly string[], options?: ErrorOptions) {
    super(lines.join("\n"), options);
    this.operation = facts.operation;
    this.about = facts.about;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Holds across copies of this package, which `instanceof` does not. */
  static isInstance(value: unknown): value is SlsError {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** The service answered that it will not do it. */
export class SlsServiceError extends SlsError {
  override readonly name = "SlsServiceError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly httpStatus: number;
  readonly serviceMessage: string;
  readonly requestId: string | undefined;
  /** By the answer's `Date`. */
  readonly serverTime: Instant | undefined;
  /** What has to be done before another run can end otherwise; absent where another run may be enough. */
  readonly remedy?: string;

  constructor(
    facts: SlsErrorFacts & {
      readonly code: string;
      readonly httpStatus: number;
      readonly serviceMessage: string;
      readonly requestId: string | undefined;
      readonly serverTime: Instant | undefined;
    },
  ) {
    const code = usualSpelling(facts.code);
    const meaning = classify(code, facts.httpStatus, facts.serviceMessage);
    const { kind } = meaning;
    const remedy = remedyFor(facts.operation, meaning);
    super(facts, [
      `${facts.operation} was answered ${String(facts.httpStatus)} ${oneLine(code)}: ${oneLine(facts.serviceMessage)}`,
      `  ${describeSubject(facts.about)}`,
      ...(facts.requestId === undefined ? [] : [`  request id ${oneLine(facts.requestId)}`]),
      remedy,
    ]);
    this.code = code;
    this.kind = kind;
    this.httpStatus = facts.httpStatus;
    this.serviceMessage = facts.serviceMessage;
    this.requestId = facts.requestId;
    this.serverTime = facts.serverTime;
    if (kind !== "server") this.remedy = remedy;
  }
}

/** No answer came: the connection was refused, reset, or nothing was heard in time. */
export class SlsNetworkError extends SlsError {
  override readonly name = "SlsNetworkError";
  readonly code: "Network" | "Timeout";
  /** False where it is proven that the request never left: the connection was not made. */
  readonly mayHaveArrived: boolean;

  constructor(
    facts: SlsErrorFacts & {
      readonly origin: string;
      readonly what: string;
      readonly timedOut: boolean;
      readonly mayHaveArrived: boolean;
      readonly cause: unknown;
    },
  ) {
    super(
      facts,
      [
        `${facts.operation} got no answer from ${facts.origin}: ${oneLine(facts.what)}`,
        `  ${describeSubject(facts.about)}`,
        facts.timedOut
          ? "Check the connection, or set sls:requestTimeout higher."
          : "Check sls:endpoint or sls:region, the connection, and any proxy.",
      ],
      { cause: facts.cause },
    );
    this.code = facts.timedOut ? "Timeout" : "Network";
    this.mayHaveArrived = facts.mayHaveArrived;
  }
}

/** An answer came that is not one of SLS: a proxy's page, broken JSON, a field of the wrong type. */
export class SlsAnswerError extends SlsError {
  override readonly name = "SlsAnswerError";
  readonly code = "UnreadableAnswer";
  readonly httpStatus: number;

  constructor(
    facts: SlsErrorFacts & {
      readonly origin: string;
      readonly httpStatus: number;
      readonly what: string;
      readonly requestId: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(
      facts,
      [
        `${facts.operation} got an answer from ${facts.origin} that is not one of SLS (status ${String(facts.httpStatus)}): ${oneLine(facts.what)}`,
        `  ${describeSubject(facts.about)}`,
        ...(facts.requestId === undefined ? [] : [`  request id ${oneLine(facts.requestId)}`]),
        "Check sls:endpoint or sls:region, and any proxy.",
      ],
      facts.cause === undefined ? {} : { cause: facts.cause },
    );
    this.httpStatus = facts.httpStatus;
  }
}

/** The call could not be made, because what it needs is not configured. */
export class SlsConfigurationError extends SlsError {
  override readonly name = "SlsConfigurationError";
  readonly code = "Configuration";

  constructor(facts: SlsErrorFacts & { readonly problems: readonly string[] }) {
    super(facts, [
      `${facts.operation} cannot be called: the configuration is not complete`,
      ...facts.problems.map((problem) => `  ${harmless(problem)}`),
      "Set it with pulumi config set (secrets with --secret), in an sls.Provider, or in the environment.",
    ]);
  }
}

/** The call could not be signed, because there are no credentials to be had. */
export class SlsCredentialsError extends SlsError {
  override readonly name = "SlsCredentialsError";
  readonly code = "Credentials";
  /** Whether another try may well end otherwise. */
  readonly passing: boolean;

  /** Without `cause`: what is underneath may hold secrets. */
  constructor(facts: SlsErrorFacts & { readonly failure: CredentialsFailure }) {
    const { failure } = facts;
    super(facts, [
      `${facts.operation} cannot be signed: ${harmless(failure.message)}`,
      `  ${describeSubject(facts.about)}`,
      ...failure.facts.map((fact) => `  ${harmless(fact)}`),
      harmless(failure.wayOut),
    ]);
    this.passing = failure.passing;
  }
}

function describeSubject(about: RequestSubject): string {
  return [
    `project ${about.project}`,
    `logstore ${about.logstore}`,
    ...(about.consumerGroup === undefined ? [] : [`consumer group ${about.consumerGroup}`]),
    ...(about.shard === undefined ? [] : [`shard ${String(about.shard)}`]),
  ].join(", ");
}

const longestQuote = 300;

/** Answers are quoted on one line and bounded: a proxy's page can be a megabyte. */
function oneLine(text: string): string {
  const line = harmless(text).replace(/\s+/g, " ").trim();
  return line.length <= longestQuote ? line : `${line.slice(0, longestQuote)}…`;
}
