import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Identity } from "../service/identity.js";
import { ServiceError } from "../service/serviceError.js";
import type { SlsService } from "../service/slsService.js";
import { empty, errorAnswer, type Answer } from "./answer.js";
import { brokenHttpAnswer } from "./brokenHttp.js";
import { CallMeter } from "./callMeter.js";
import type { Fault } from "./fault.js";
import { httpRefusals } from "./httpRefusals.js";
import type { IncomingCall } from "./incomingCall.js";
import { readCall, type ReadCall } from "./incomingMessage.js";
import { readBody } from "./requestBody.js";
import { injectedAnswer } from "./injectedAnswer.js";
import { requirePermission } from "./permission.js";
import { describeRequest } from "./requestDescription.js";
import { RequestIds } from "./requestIds.js";
import type { LoggedRequest, RequestLog } from "./requestLog.js";
import { findRoute, type RouteMatch } from "./routes.js";
import type { Rule, RuleBook } from "./rule.js";
import { authenticate } from "./signature/authenticate.js";
import { asServiceError } from "./unexpected.js";

/** A certificate and its private key, as PEM texts. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** What the server works with. */
export interface CallServerOptions {
  readonly service: SlsService;
  readonly identities: () => readonly Identity[];
  readonly log: RequestLog;
  readonly rules: RuleBook;
  /** Called with an error that is no answer of the service but a fault of the emulator. */
  readonly onUnexpected: (error: unknown) => void;
  /** Makes it speak HTTPS. */
  readonly tls?: TlsFiles;
}

/** The HTTP front: reads a request, logs it, authenticates it, applies the rule that concerns it, answers. */
export class CallServer {
  readonly #options: CallServerOptions;
  readonly #server: Server;
  readonly #ids = new RequestIds();
  readonly #stopped = new AbortController();
  readonly #meter: CallMeter;
  #admin: ((call: IncomingCall) => Answer) | undefined;

  constructor(options: CallServerOptions) {
    this.#options = options;
    this.#meter = new CallMeter(options.service.assumptions);
    const limits = {
      requireHostHeader: false,
      keepAliveTimeout: 60_000,
      headersTimeout: 20_000,
      requestTimeout: 30_000,
    };
    this.#server = options.tls ? createTlsServer({ ...limits, ...options.tls }) : createServer(limits);
    this.#server.on("request", (message, response) => {
      this.#handle(message, response).catch((error: unknown) => {
        options.onUnexpected(error);
        response.destroy();
      });
    });
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      if (socket.writable) socket.end(brokenHttpAnswer(error, this.#ids.next(options.service.now())));
    });
    this.#server.on("connect", (_message, socket) => {
      socket.end("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
  }

  /** Hands requests on the admin path, which belong to no project, to someone else. */
  serveAdmin(admin: (call: IncomingCall) => Answer): void {
    this.#admin = admin;
  }

  /** Listens; resolves with the port. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops: open connections are cut, what is held is dropped without its effect. */
  async close(): Promise<void> {
    this.#stopped.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /**
   * Answers a request that came by no socket, as one that did. Resolves with undefined where the connection would end
   * without an answer.
   */
  async handle({ method, url, headers, body = "" }: DirectRequest): Promise<DirectAnswer | undefined> {
    const read = await readCall({ method, url, headers }, () => Promise.resolve(Buffer.from(body)));
    let arrived: LoggedRequest | undefined;
    const reply = await this.#reply(read, (request) => void (arrived = request));
    const answer = typeof reply === "string" ? undefined : reply;
    if (arrived !== undefined) this.#options.log.end(arrived, answer === undefined ? "failed" : "answered");
    return answer;
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { log } = this.#options;
    const read = await readCall(message, () => readBody(message));
    const reply = await this.#reply(read, (request) => {
      response.once("close", () => log.end(request, response.writableFinished ? "answered" : "failed"));
    });
    if (reply === "dropped") return;
    if (reply === "reset") return reset(response);
    response.writeHead(reply.status, reply.headers).end(reply.body);
  }

  async #reply(read: ReadCall, onArrived: (request: LoggedRequest) => void): Promise<Reply> {
    const { service, log, rules } = this.#options;
    if (this.#isAdmin(read)) return this.#replyAdmin(read);
    const route = findRoute(read.call);
    const request = log.arrive(describeRequest(read, route, this.#ids.next(service.now()), service.now()));
    onArrived(request);
    const rule = rules.match(request);
    const fault = rule?.options.do;
    const now = service.now() + (fault?.kind === "skewDate" ? fault.ms : 0);
    const refusal = this.#refusalOf(read, route, now);
    if (refusal !== undefined) {
      // Only another clock acts on a request that is refused: nothing is left for a rule to hold or to break.
      if (rule !== undefined && fault?.kind === "skewDate") rules.countRefused(request, rule);
      return this.#replyTo(request, errorAnswer(refusal), now);
    }
    rules.count(request, rule);
    return this.#answer(read, route, { request, ...(rule && { rule }) });
  }

  #isAdmin({ call, refusal }: ReadCall): boolean {
    return refusal === undefined && call.project === undefined && call.path.startsWith("/_emulator/");
  }

  #replyAdmin({ call }: ReadCall): DirectAnswer {
    try {
      return this.#admin?.(call) ?? empty();
    } catch (error) {
      const { status, body } = errorAnswer(asServiceError(error));
      return { status, headers: {}, body };
    }
  }

  /** The reason to refuse a request before its rule and its call are looked at. */
  #refusalOf(
    { call, refusal }: ReadCall,
    route: RouteMatch | undefined,
    now: number,
  ): ServiceError | undefined {
    if (refusal !== undefined) return refusal;
    const { service, identities } = this.#options;
    const { assumptions } = service;
    try {
      const identity = authenticate(call, { identities: identities(), now, assumptions });
      if (route === undefined) return undefined;
      requirePermission(identity, route, call, assumptions);
      this.#meter.admit(route.route.call, now);
      return undefined;
    } catch (error) {
      return asServiceError(error);
    }
  }

  async #answer(read: ReadCall, route: RouteMatch | undefined, exchange: Exchange): Promise<Reply> {
    const { request, rule } = exchange;
    const fault = rule?.options.do;
    if (!(await this.#pauseBefore(fault, rule, request))) return "dropped";
    if (fault?.kind === "resetBefore") return "reset";
    const injected = fault && injectedAnswer(fault);
    const answer = injected ?? this.#perform(read, route);
    if (fault?.kind === "resetAfter") return "reset";
    if (fault?.kind === "holdAnswer" && !(await this.#hold(rule, request))) return "dropped";
    const body = fault?.kind === "truncate" ? answer.body.slice(0, answer.body.length >> 1) : answer.body;
    const now = this.#options.service.now() + (fault?.kind === "skewDate" ? fault.ms : 0);
    return this.#replyTo(request, { ...answer, body }, now);
  }

  #perform({ call, host }: ReadCall, route: RouteMatch | undefined): Answer {
    try {
      if (route === undefined) throw httpRefusals.notServed(call.method, call.path);
      return route.route.handler({ service: this.#options.service, call, path: route.path, host });
    } catch (error) {
      if (!(error instanceof ServiceError)) this.#options.onUnexpected(error);
      return errorAnswer(asServiceError(error));
    }
  }

  /** Waits as the fault says; false when the emulator was stopped meanwhile. */
  async #pauseBefore(
    fault: Fault | undefined,
    rule: Rule | undefined,
    request: LoggedRequest,
  ): Promise<boolean> {
    if (fault?.kind === "hold") return this.#hold(rule, request);
    if (fault?.kind !== "delay") return true;
    return sleep(fault.ms, true, { signal: this.#stopped.signal }).catch(() => false);
  }

  async #hold(rule: Rule | undefined, request: LoggedRequest): Promise<boolean> {
    request.state = "held";
    const { signal } = this.#stopped;
    const stopped = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    await Promise.race([rule?.held(), stopped]);
    return !signal.aborted;
  }

  #replyTo(request: LoggedRequest, answer: Answer, now: number): DirectAnswer {
    request.status = answer.status;
    if (answer.errorCode !== undefined) request.errorCode = answer.errorCode;
    const headers = {
      ...answer.headers,
      ...(answer.status === 413 && { Connection: "close" }),
      Server: "sls-emulator",
      Date: new Date(now).toUTCString(),
      "x-log-requestid": request.requestId,
      "Content-Length": String(Buffer.byteLength(answer.body)),
    };
    return { status: answer.status, headers, body: answer.body };
  }
}

/** A request that comes by no socket. */
export interface DirectRequest {
  readonly method: string;
  /** The path with its query. */
  readonly url: string;
  /** By lower-case name; `host` names the project. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What goes back to whoever brought the request. */
export type DirectAnswer = Omit<Answer, "errorCode">;

/** `reset`: the connection ends without an answer. `dropped`: the emulator was stopped meanwhile. */
type Reply = DirectAnswer | "reset" | "dropped";

interface Exchange {
  readonly request: LoggedRequest;
  readonly rule?: Rule;
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
