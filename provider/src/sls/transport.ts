import { type Instant, instantOfMilliseconds } from "../model/instant.js";
import { type Credentials } from "./credentials.js";
import { FieldError, object, string } from "./decode.js";
import { type ExchangeOptions, type Received, type Sent, exchange, unreadable } from "./exchange.js";
import { type SlsAnswerError, SlsServiceError } from "./errors.js";
import { type SlsRequest } from "./request.js";
import { type Redact, redaction } from "./redaction.js";
import { headerNames } from "./signing/headers.js";
import { type Signer } from "./signing/signer.js";

/** A successful answer, before anything was made of its text. */
export interface Answer {
  readonly text: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly serverTime: Instant;
  /** When the request was sent, in milliseconds of the monotonic clock. */
  readonly sentAt: number;
  /** For what is quoted of the text. */
  readonly redact: Redact;
}

export interface TransportOptions extends ExchangeOptions {
  readonly sign: Signer;
}

/** Sends one request once, signed for this attempt, and answers what came back or throws an SlsError. */
export async function send(
  request: SlsRequest,
  credentials: Credentials,
  date: Date,
  options: TransportOptions,
): Promise<Answer> {
  const { origin, host } = options.destination;
  const { method, path, query, body } = request;
  const headers = options.sign(
    { method, path, query, host, ...(body !== undefined && { body }) },
    credentials,
    date,
  );
  const secrets = [
    credentials.accessKeySecret,
    credentials.securityToken,
    headers[headerNames.authorization],
  ];
  const sent: Sent = {
    request,
    origin,
    redact: redaction(secrets),
  };
  const received = await exchange(sent, headers, options);
  const { text, status, requestId, sentAt } = received;
  const serverTime = parseDate(received.date);
  if (status < 200 || status > 299) throw refusal(sent, received, serverTime);
  if (serverTime === undefined) throw unreadable(sent, received, "it has no readable Date header");
  return { text, status, requestId, serverTime, sentAt, redact: sent.redact };
}

const decodeError = object({ errorCode: string, errorMessage: string });

function refusal(
  sent: Sent,
  received: Received,
  serverTime: Instant | undefined,
): SlsServiceError | SlsAnswerError {
  try {
    const { errorCode, errorMessage } = decodeError(parseRedacted(received.text, sent.redact), "answer");
    return new SlsServiceError({
      ...sent.request,
      code: errorCode,
      httpStatus: received.status,
      serviceMessage: errorMessage,
      requestId: received.requestId,
      serverTime,
    });
  } catch (cause) {
    return unreadable(sent, received, problemOf(cause, received.text, sent.redact));
  }
}

/** Returns what is wrong with an answer, to be shown. */
export function problemOf(cause: unknown, text: string, redact: Redact): string {
  return cause instanceof FieldError ? cause.message : `it is not JSON: ${redact(text) || "(empty)"}`;
}

/**
 * Returns the value of a JSON text, without the secrets in it. They are taken out of the parsed strings, since JSON can
 * spell each in many ways; and before anything is cut short, since half a secret would not be found.
 */
export function parseRedacted(text: string, redact: Redact): unknown {
  return JSON.parse(text, (_key, value: unknown) => (typeof value === "string" ? redact(value) : value));
}

const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Date.parse makes a moment of almost anything, in local time where no zone is named; deadlines hang on this one. */
function parseDate(header: string | undefined): Instant | undefined {
  const milliseconds = header === undefined || !httpDate.test(header) ? Number.NaN : Date.parse(header);
  const instant = instantOfMilliseconds(milliseconds);
  return Number.isSafeInteger(instant) ? instant : undefined;
}
