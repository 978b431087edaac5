import { type Dispatcher, request as undiciRequest } from "undici";
import { type Instant, instantOfMilliseconds } from "../model/instant.js";
import { type Duration, millisecondsOf } from "../model/duration.js";
import { type Credentials } from "./credentials.js";
import { FieldError, object, string } from "./decode.js";
import { type Endpoint, hostOf, originOf } from "./endpoint.js";
import { SlsAnswerError, SlsNetworkError, SlsServiceError } from "./errors.js";
import { type SlsRequest, requestTarget } from "./request.js";
import { signV1 } from "./signing/v1.js";
import { headerNames } from "./signing/headers.js";

/** A successful answer, before anything was made of its text. */
export interface Answer {
  readonly text: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly serverTime: Instant;
}

export interface TransportOptions {
  readonly endpoint: Endpoint;
  readonly requestTimeout: Duration;
  readonly userAgent: string;
  /** The dispatcher of an origin, one for all requests to it. */
  readonly dispatcher: (origin: string) => Dispatcher;
}

const longestAnswer = 16 * 1024 * 1024;

/** Sends one request once, signed for this attempt, and answers what came back or throws an SlsError. */
export async function send(
  request: SlsRequest,
  credentials: Credentials,
  date: Date,
  options: TransportOptions,
): Promise<Answer> {
  const origin = originOf(options.endpoint, request.about.project);
  const received = await exchange(request, credentials, date, origin, options);
  const serverTime = parseDate(received.date);
  if (received.status < 200 || received.status > 299) throw refusal(request, origin, received, serverTime);
  if (serverTime === undefined) throw unreadable(request, origin, received, "it has no readable Date header");
  return { text: received.text, status: received.status, requestId: received.requestId, serverTime };
}

interface Received {
  readonly status: number;
  readonly date: string | undefined;
  readonly requestId: string | undefined;
  readonly text: string;
}

async function exchange(
  request: SlsRequest,
  credentials: Credentials,
  date: Date,
  origin: string,
  options: TransportOptions,
): Promise<Received> {
  const signal = AbortSignal.timeout(millisecondsOf(options.requestTimeout));
  try {
    const response = await undiciRequest(`${origin}${requestTarget(request)}`, {
      dispatcher: options.dispatcher(origin),
      method: request.method,
      headers: {
        ...signV1(request, credentials, date),
        [headerNames.host]: hostOf(options.endpoint, request.about.project),
        "user-agent": options.userAgent,
      },
      body: request.body ?? null,
      signal,
    });
    return {
      status: response.statusCode,
      date: single(response.headers[headerNames.date]),
      requestId: single(response.headers["x-log-requestid"]),
      text: await readBounded(response, request, origin),
    };
  } catch (cause) {
    if (cause instanceof SlsAnswerError) throw cause;
    throw networkError(request, origin, cause, signal.aborted, options);
  }
}

async function readBounded(
  response: Dispatcher.ResponseData,
  request: SlsRequest,
  origin: string,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestAnswer) {
      throw new SlsAnswerError({
        ...request,
        origin,
        httpStatus: response.statusCode,
        requestId: single(response.headers["x-log-requestid"]),
        what: `it is longer than ${String(longestAnswer)} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const decodeError = object({ errorCode: string, errorMessage: string });

function refusal(
  request: SlsRequest,
  origin: string,
  received: Received,
  serverTime: Instant | undefined,
): SlsServiceError | SlsAnswerError {
  try {
    const { errorCode, errorMessage } = decodeError(JSON.parse(received.text), "answer");
    return new SlsServiceError({
      ...request,
      code: errorCode,
      httpStatus: received.status,
      serviceMessage: errorMessage,
      requestId: received.requestId,
      serverTime,
    });
  } catch (cause) {
    const what = cause instanceof FieldError ? cause.message : `it reads ${received.text || "(empty)"}`;
    return unreadable(request, origin, received, what, cause);
  }
}

function unreadable(
  request: SlsRequest,
  origin: string,
  received: Received,
  what: string,
  cause?: unknown,
): SlsAnswerError {
  return new SlsAnswerError({
    ...request,
    origin,
    httpStatus: received.status,
    requestId: received.requestId,
    what,
    cause,
  });
}

/** Failures of making a connection; whatever else fails may have reached the service. */
const connectionNotMade = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function networkError(
  request: SlsRequest,
  origin: string,
  cause: unknown,
  timedOut: boolean,
  options: TransportOptions,
): SlsNetworkError {
  const code = codeOf(cause);
  const milliseconds = String(millisecondsOf(options.requestTimeout));
  return new SlsNetworkError({
    ...request,
    origin,
    what: timedOut ? `nothing within ${milliseconds} ms` : messageOf(cause),
    timedOut: timedOut || code === "UND_ERR_CONNECT_TIMEOUT",
    mayHaveArrived: timedOut || code === undefined || !connectionNotMade.has(code),
    cause,
  });
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "") return cause.errors.map(messageOf).join(", ");
  return cause instanceof Error && cause.message !== "" ? cause.message : String(cause);
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function parseDate(header: string | undefined): Instant | undefined {
  const milliseconds = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(milliseconds) ? undefined : instantOfMilliseconds(milliseconds);
}
