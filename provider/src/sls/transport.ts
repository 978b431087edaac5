import { type Dispatcher, request as undiciRequest } from "undici";
import { type Instant, instantOfMilliseconds } from "../model/instant.js";
import { type Duration, millisecondsOf } from "../model/duration.js";
import { type Credentials } from "./credentials.js";
import { FieldError, object, string } from "./decode.js";
import { type Endpoint, hostOf, originOf } from "./endpoint.js";
import { SlsAnswerError, SlsNetworkError, SlsServiceError } from "./errors.js";
import { type SlsRequest, requestTarget } from "./request.js";
import { type Redact, redaction } from "./redaction.js";
import { type Headers, headerNames } from "./signing/headers.js";
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

export interface TransportOptions {
  readonly endpoint: Endpoint;
  readonly sign: Signer;
  readonly requestTimeout: Duration;
  readonly userAgent: string;
  /** The dispatcher of an origin, one for all requests to it. */
  readonly dispatcher: (origin: string) => Dispatcher;
  /** Runs right before the bytes leave; what it throws ends the request unsent. */
  readonly beforeSend: () => void;
  readonly monotonic: () => number;
}

const longestAnswer = 16 * 1024 * 1024;

/** Sends one request once, signed for this attempt, and answers what came back or throws an SlsError. */
export async function send(
  request: SlsRequest,
  credentials: Credentials,
  date: Date,
  options: TransportOptions,
): Promise<Answer> {
  const host = hostOf(options.endpoint, request.about.project);
  const headers = options.sign({ ...request, headers: { [headerNames.host]: host } }, credentials, date);
  const secrets = [
    credentials.accessKeySecret,
    credentials.securityToken,
    headers[headerNames.authorization],
  ];
  const sent: Sent = {
    request,
    origin: originOf(options.endpoint, request.about.project),
    redact: redaction(secrets),
  };
  options.beforeSend();
  const sentAt = options.monotonic();
  const received = await exchange(sent, headers, options);
  const { text, status, requestId } = received;
  const serverTime = parseDate(received.date);
  if (status < 200 || status > 299) throw refusal(sent, received, serverTime);
  if (serverTime === undefined) throw unreadable(sent, received, "it has no readable Date header");
  return { text, status, requestId, serverTime, sentAt, redact: sent.redact };
}

/** A request under way, with what errors tell of it. */
interface Sent {
  readonly request: SlsRequest;
  readonly origin: string;
  readonly redact: Redact;
}

interface Received {
  readonly status: number;
  readonly date: string | undefined;
  readonly requestId: string | undefined;
  readonly text: string;
}

async function exchange(sent: Sent, headers: Headers, options: TransportOptions): Promise<Received> {
  const { request, origin } = sent;
  const timeout = new AbortController();
  // Not AbortSignal.timeout: its timer would stay, with all of the request, until the time is over.
  const timer = setTimeout(() => {
    timeout.abort();
  }, millisecondsOf(options.requestTimeout));
  try {
    const response = await undiciRequest(`${origin}${requestTarget(request)}`, {
      dispatcher: options.dispatcher(origin),
      method: request.method,
      headers: { ...headers, "user-agent": options.userAgent },
      body: request.body ?? null,
      signal: timeout.signal,
    });
    const requestId = single(response.headers["x-log-requestid"]);
    const head = {
      status: response.statusCode,
      date: single(response.headers[headerNames.date]),
      requestId: requestId === undefined ? undefined : sent.redact(requestId),
    };
    return { ...head, text: await readBounded(sent, response.body, head) };
  } catch (cause) {
    if (cause instanceof SlsAnswerError) throw cause;
    throw networkError(sent, cause, timeout.signal.aborted, options);
  } finally {
    clearTimeout(timer);
  }
}

async function readBounded(
  sent: Sent,
  body: AsyncIterable<Buffer>,
  head: Omit<Received, "text">,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > longestAnswer)
      throw unreadable(sent, head, `it is longer than ${String(longestAnswer)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const decodeError = object({ errorCode: string, errorMessage: string });

function refusal(
  sent: Sent,
  received: Received,
  serverTime: Instant | undefined,
): SlsServiceError | SlsAnswerError {
  // Nothing but code and message is read of it, and both are shown.
  const text = sent.redact(received.text);
  try {
    const { errorCode, errorMessage } = decodeError(JSON.parse(text), "answer");
    return new SlsServiceError({
      ...sent.request,
      code: errorCode,
      httpStatus: received.status,
      serviceMessage: errorMessage,
      requestId: received.requestId,
      serverTime,
    });
  } catch (cause) {
    const what = cause instanceof FieldError ? cause.message : `it reads ${text || "(empty)"}`;
    return unreadable(sent, received, what, cause);
  }
}

function unreadable(
  { request, origin }: Sent,
  { status, requestId }: Omit<Received, "text">,
  what: string,
  cause?: unknown,
): SlsAnswerError {
  return new SlsAnswerError({ ...request, origin, httpStatus: status, requestId, what, cause });
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
  { request, origin, redact }: Sent,
  cause: unknown,
  timedOut: boolean,
  { requestTimeout }: TransportOptions,
): SlsNetworkError {
  const code = codeOf(cause);
  return new SlsNetworkError({
    ...request,
    origin,
    what: timedOut ? `nothing within ${String(millisecondsOf(requestTimeout))} ms` : redact(messageOf(cause)),
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

const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Date.parse makes a moment of almost anything, in local time where no zone is named; deadlines hang on this one. */
function parseDate(header: string | undefined): Instant | undefined {
  const milliseconds = header === undefined || !httpDate.test(header) ? Number.NaN : Date.parse(header);
  const instant = instantOfMilliseconds(milliseconds);
  return Number.isSafeInteger(instant) ? instant : undefined;
}
