import { setImmediate } from "node:timers/promises";
import { type SlsEmulator } from "../../emulator/src/index.ts";
import {
  type DispatchController as Controller,
  type DispatchHandler as Handler,
  type DispatchOptions as Options,
  type Dispatcher,
  DispatcherBase,
} from "./providerUndici.ts";

/** What becomes of one request. */
export interface Turn {
  /** `killed`: it ends before it reaches anything. `unheard`: nobody is left to hear the answer. */
  readonly fate: "served" | "unheard" | "killed";
  /** Runs once the request is through, with what the client was told. */
  readonly after: (told: { readonly status: number | undefined; readonly body: string }) => void;
}

/** Carries one request, and resolves when it is over, whatever became of it. */
export type Carry = (options: Options, handler: Handler) => Promise<void>;

/**
 * A dispatcher that lets one request at a time through, in order of dispatch, so that a history is the same in every
 * run. What follows from an answer is waited for before the next request leaves.
 */
export class OrderedDispatcher extends DispatcherBase {
  #queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly carry: Carry,
    private readonly before: (options: Options) => Turn,
  ) {
    super();
  }

  override dispatch(options: Options, handler: Handler): boolean {
    this.#queue = this.#queue.then(() => this.#turn(options, handler));
    return true;
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  override destroy(): Promise<void> {
    return Promise.resolve();
  }

  async #turn(options: Options, handler: Handler): Promise<void> {
    const turn = this.before(options);
    if (turn.fate === "killed") return killed(handler);
    const tap = new Tap(turn.fate === "served" ? handler : startOf(handler));
    await this.carry(options, tap);
    turn.after({ status: tap.status, body: Buffer.concat(tap.chunks).toString("utf8") });
    if (turn.fate === "unheard") killed(handler);
    await setImmediate();
  }
}

/** What runs in a process that dies before it hears the answer. */
function startOf(handler: Handler): Handler {
  return {
    onRequestStart: (controller, context: unknown) => {
      handler.onRequestStart?.(controller, context);
    },
  };
}

/** Ends what a dead process waits for, so that no timer of it stays. */
function killed(handler: Handler): void {
  handler.onResponseError?.(controllerOf(), new Error("the process was killed"));
}

/** Passes everything on, and keeps what the client was told. */
class Tap implements Handler {
  status: number | undefined;
  readonly chunks: Buffer[] = [];
  readonly #handler: Handler;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(...answer: Parameters<NonNullable<Handler["onResponseStart"]>>): void {
    this.status = answer[1];
    this.#handler.onResponseStart?.(...answer);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.chunks.push(chunk);
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...end: Parameters<NonNullable<Handler["onResponseEnd"]>>): void {
    this.#handler.onResponseEnd?.(...end);
  }

  onResponseError(controller: Controller, error: Error): void {
    this.status = undefined;
    this.#handler.onResponseError?.(controller, error);
  }
}

/** Hands requests to the emulator without a socket; calls the handler as undici does. */
export function inProcess(emulator: SlsEmulator): Carry {
  return async (options, handler) => {
    const controller = controllerOf();
    try {
      handler.onRequestStart?.(controller, undefined);
    } catch (error) {
      handler.onResponseError?.(controller, error as Error);
      return;
    }
    const body = typeof options.body === "string" ? options.body : "";
    const answer = await emulator.handle({
      method: options.method,
      url: options.path,
      headers: { ...headersOf(options), "content-length": String(Buffer.byteLength(body)) },
      body,
    });
    if (answer === undefined) {
      handler.onResponseError?.(controller, connectionReset());
      return;
    }
    const headers = Object.entries(answer.headers).map(
      ([name, value]) => [name.toLowerCase(), value] as const,
    );
    controller.rawHeaders = headers.flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
    handler.onResponseStart?.(controller, answer.status, Object.fromEntries(headers), "");
    handler.onResponseData?.(controller, Buffer.from(answer.body));
    handler.onResponseEnd?.(controller, {});
  };
}

/** Sends requests over a real socket, one at a time. */
export function overSocket(agent: Dispatcher): Carry {
  return (options, handler) =>
    new Promise<void>((resolve) => {
      const over = new Proxy(handler, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== "function") return method;
          return (...values: unknown[]): unknown => {
            const result: unknown = Reflect.apply(method, target, values);
            if (name === "onResponseEnd" || name === "onResponseError") resolve();
            return result;
          };
        },
      });
      agent.dispatch(options, over);
    });
}

function headersOf({ headers }: Options): Record<string, string> {
  const entries = Object.entries((headers ?? {}) as Record<string, string>);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

function connectionReset(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
}

type InProcessController = { -readonly [Key in keyof Controller]: Controller[Key] };

function controllerOf(): InProcessController {
  return {
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: [],
    rawTrailers: [],
    abort() {},
    pause() {},
    resume() {},
  };
}
