/** Where a request stands. */
export type RequestState = "received" | "held" | "answered" | "failed";

/** One request as the emulator saw it. The log updates it until it is answered. */
export interface LoggedRequest {
  /** 1 for the first request, counting on through `clearRequests`. */
  readonly id: number;
  /** The name of the call, or "Unknown" for something that is not served. */
  readonly call: string;
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first 64 KiB of the body, as UTF-8. */
  readonly body: string;
  readonly receivedAt: number;
  readonly project?: string;
  readonly logstore?: string;
  readonly consumerGroup?: string;
  readonly shard?: number;
  /** The cursor in the query, or the checkpoint that UpdateCheckPoint saves. */
  readonly cursor?: string;
  readonly requestId: string;
  /** "failed" when the connection ended before the whole answer was out. */
  state: RequestState;
  status?: number;
  errorCode?: string;
}

/** What a request is logged with on arrival. */
export type ArrivedRequest = Omit<LoggedRequest, "id" | "state" | "status" | "errorCode">;

interface Waiter {
  readonly matches: (request: LoggedRequest) => boolean;
  readonly resolve: (request: LoggedRequest) => void;
  missing: number;
}

/** The requests in order of arrival; the oldest are forgotten beyond a limit, so that memory stays bounded. */
export class RequestLog {
  readonly #limit: number;
  readonly #onAnswered: (request: LoggedRequest) => void;
  #requests: LoggedRequest[] = [];
  #waiters: Waiter[] = [];
  #count = 0;

  constructor(limit: number, onAnswered: (request: LoggedRequest) => void = () => undefined) {
    this.#limit = limit;
    this.#onAnswered = onAnswered;
  }

  get requests(): readonly LoggedRequest[] {
    return this.#requests;
  }

  clear(): void {
    this.#requests = [];
  }

  /** Logs an arrival and wakes who waits for it. */
  arrive(arrived: ArrivedRequest): LoggedRequest {
    const request: LoggedRequest = { id: ++this.#count, ...arrived, state: "received" };
    this.#requests.push(request);
    if (this.#requests.length > this.#limit * 1.5) this.#requests = this.#requests.slice(-this.#limit);
    for (const waiter of this.#waiters.filter(({ matches }) => matches(request))) {
      waiter.missing -= 1;
      if (waiter.missing === 0) waiter.resolve(request);
    }
    this.#waiters = this.#waiters.filter(({ missing }) => missing > 0);
    return request;
  }

  /** Notes how a request ended. */
  end(request: LoggedRequest, state: "answered" | "failed"): void {
    request.state = state;
    this.#onAnswered(request);
  }

  /** The nth request that fits, from those logged and those to come. */
  async wait(matches: (request: LoggedRequest) => boolean, nth: number): Promise<LoggedRequest> {
    const known = this.#requests.filter(matches);
    const found = known[nth - 1];
    if (found !== undefined) return found;
    return new Promise((resolve) => {
      this.#waiters.push({ matches, resolve, missing: nth - known.length });
    });
  }
}
