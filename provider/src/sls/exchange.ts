import { type Dispatcher } from "undici";
import { type Duration, millisecondsOf } from "../model/duration.js";
import { SlsAnswerError, SlsNetworkError } from "./errors.js";
import { type SlsRequest, requestTarget } from "./request.js";
import { type Redact } from "./redaction.js";
import { type Headers, headerNames } from "./signing/headers.js";

/** Where the requests of one project go. */
export interface Destination {
  /** What is connected to. */
  readonly origin: string;
  /** What the `Host` header names. */
  readonly host: string;
  readonly dispatcher: Dispatcher;
}

export interface ExchangeOptions {
  readonly destination: Destination;
  readonly requestTimeout: Duration;
  readonly userAgent: string;
  /** Runs right before the bytes leave; what it throws ends the request unsent. */
  readonly beforeSend: () => void;
  readonly monotonic: () => number;
}

/** What goes over the wire: a body can be bytes too, such as log groups. */
export interface OutgoingRequest extends Omit<SlsRequest, "body"> {
  readonly body?: string | Uint8Array;
}

/** A request under way, with what errors tell of it. */
export interface Sent {
  readonly request: OutgoingRequest;
  readonly origin: string;
  readonly redact: Redact;
}

/** What came back, whatever it means. */
export interface Received {
  readonly status: number;
  readonly date: string | undefined;
  readonly requestId: string | undefined;
  readonly text: string;
  readonly sentAt: number;
}

const longestAnswer = 16 * 1024 * 1024;

/** Sends one request through the dispatcher, and ends whatever happens within the request's time. */
export function exchange(sent: Sent, headers: Headers, options: ExchangeOptions): Promise<Received> {
  const { request, origin } = sent;
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(sent, options, resolve, reject);
    const timer = setTimeout(() => {
      exchange.timeOut();
    }, millisecondsOf(options.requestTimeout));
    exchange.onEnd = () => {
      clearTimeout(timer);
    };
    try {
      options.destination.dispatcher.dispatch(
        {
          origin,
          path: requestTarget(request),
          method: request.method,
          headers: { ...headers, "user-agent": options.userAgent },
          body: request.body ?? null,
        },
        exchange,
      );
    } catch (cause) {
      // What cannot even be queued, such as a header that no request can have, was never sent.
      exchange.fail(cause);
    }
  });
}

/** Takes part in one exchange on the wire, from the moment before the bytes leave to the end of the answer. */
class Exchange implements Dispatcher.DispatchHandler {
  onEnd: () => void = () => undefined;
  readonly #sent: Sent;
  readonly #options: ExchangeOptions;
  readonly #resolve: (received: Received) => void;
  readonly #reject: (error: unknown) => void;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #head: Omit<Received, "text"> | undefined;
  #size = 0;
  #over = false;
  #sentAt: number | undefined;

  constructor(
    sent: Sent,
    options: ExchangeOptions,
    resolve: (received: Received) => void,
    reject: (error: unknown) => void,
  ) {
    this.#sent = sent;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /**
   * Runs right before the bytes leave, also after a queue, a slow connection or a proxy's tunnel. What it throws ends
   * the request unsent, and keeps the connection; to abort would destroy it.
   */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#over) throw new Error("the request is over");
    // undici sends again by itself what it believes did no harm; only the caller knows that a write did none.
    if (this.#sentAt !== undefined) throw new Error("the request was sent already");
    try {
      this.#options.beforeSend();
    } catch (cause) {
      this.#end(() => {
        this.#reject(cause);
      });
      throw cause;
    }
    this.#controller = controller;
    this.#sentAt = this.#options.monotonic();
  }

  /** Runs for an answer that only informs too; the one that counts comes last. */
  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    const requestId = single(headers["x-log-requestid"]);
    this.#head = {
      status,
      date: single(headers[headerNames.date]),
      requestId: requestId === undefined ? undefined : this.#sent.redact(requestId),
      sentAt: this.#sentAt ?? 0,
    };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= longestAnswer) {
      this.#chunks.push(chunk);
      return;
    }
    const head = this.#head;
    if (head !== undefined) {
      this.fail(unreadable(this.#sent, head, `it is longer than ${String(longestAnswer)} bytes`));
    }
    controller.abort(new Error("the answer is too long"));
  }

  onResponseEnd(): void {
    const head = this.#head;
    if (head === undefined) {
      this.fail(new Error("the answer had no head"));
      return;
    }
    const [first, ...more] = this.#chunks;
    const body = more.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#end(() => {
      this.#resolve({ ...head, text: body?.toString("utf8") ?? "" });
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  /** Before the bytes left, nothing will be sent any more; after that, the request may have arrived. */
  timeOut(): void {
    this.fail(undefined, true);
    this.#controller?.abort(new Error("the time for the request is over"));
  }

  fail(cause: unknown, timedOut = false): void {
    this.#end(() => {
      if (cause instanceof SlsAnswerError) this.#reject(cause);
      else this.#reject(networkError(this.#sent, cause, timedOut, this.#sentAt !== undefined, this.#options));
    });
  }

  #end(settle: () => void): void {
    if (this.#over) return;
    this.#over = true;
    this.onEnd();
    settle();
  }
}

/** An answer that is none: of another form, or without what every answer has. */
export function unreadable(
  { request, origin }: Sent,
  { status, requestId }: Pick<Received, "status" | "requestId">,
  what: string,
): SlsAnswerError {
  return new SlsAnswerError({ ...request, origin, httpStatus: status, requestId, what });
}

/** `begun`: whether the first byte left. Until then nothing can have arrived, whatever the error is called. */
function networkError(
  { request, origin, redact }: Sent,
  cause: unknown,
  timedOut: boolean,
  begun: boolean,
  { requestTimeout }: ExchangeOptions,
): SlsNetworkError {
  const code = codeOf(cause);
  const message = redact(messageOf(cause));
  return new SlsNetworkError({
    ...request,
    origin,
    what: timedOut ? `nothing was received within ${String(millisecondsOf(requestTimeout))} ms` : message,
    timedOut: timedOut || code === "UND_ERR_CONNECT_TIMEOUT",
    mayHaveArrived: begun,
    // Not the cause itself: undici's holds the bytes that it could not read, and they may repeat the request.
    cause:
      cause === undefined ? undefined : Object.assign(new Error(message), code !== undefined && { code }),
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
