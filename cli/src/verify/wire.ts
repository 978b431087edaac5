import {
  type Credentials,
  type CredentialsSource,
  CredentialsFailure,
  sendable,
} from "../../../provider/src/sls/credentials.js";
import { type Configuration } from "../../../provider/src/sls/configuration.js";
import { type Endpoint, hostOf, originOf } from "../../../provider/src/sls/endpoint.js";
import { classify } from "../../../provider/src/sls/errorCodes.js";
import { SlsNetworkError } from "../../../provider/src/sls/errors.js";
import {
  type Destination,
  type OutgoingRequest,
  type Received,
  exchange,
} from "../../../provider/src/sls/exchange.js";
import { redaction } from "../../../provider/src/sls/redaction.js";
import { headerNames } from "../../../provider/src/sls/signing/headers.js";
import { parseRedacted } from "../../../provider/src/sls/transport.js";
import { type Reply, isThrottled, serverTimeOf } from "./reply.js";
import { type Signing, signedHeaders } from "./signedHeaders.js";
import { ConnectionLost, Interrupted, withoutCredentials } from "./wireFailures.js";

/** One call of the API, as plain data. */
export interface WireCall extends OutgoingRequest {
  /** Whether the same call twice does no more than once: then it is sent again where no answer came. */
  readonly repeatable: boolean;
}

/** Everything that the wire touches outside of itself. */
export interface WireEffects {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly monotonic: () => number;
  /** Ends early when interrupted. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Never ends early: for what has to be tidied up. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly interrupted: AbortSignal;
  readonly dispatcher: (origin: string) => Destination["dispatcher"];
}

export interface WireSettings {
  readonly project: string;
  readonly configuration: Configuration & { readonly endpoint: Endpoint };
  readonly credentials: CredentialsSource;
}

const plainly: Signing = { version: "v1" };
const pausesAfterSilence = [500, 1_000, 2_000];
const throttledFor = 120_000;
const throttledPause = 1_000;
/** How long an interrupted run waits for the answer to what may change something. */
const patienceWithWrites = 5_000;

/** What all wires of one identity share. */
interface Shared {
  /** How far the service's clock is ahead of this machine's, in milliseconds, once that kept a call from passing. */
  clockOffset: number;
  /** The same as the first answer showed it. */
  seenOffset: number | undefined;
  sent: number;
}

/** Sends single calls to one project with one identity, and answers whatever the service says. */
export class Wire {
  readonly #settings: WireSettings;
  readonly #effects: WireEffects;
  readonly #shared: Shared;
  /** Whether Ctrl-C ends it. */
  readonly #stoppable: boolean;

  private constructor(settings: WireSettings, effects: WireEffects, shared: Shared, stoppable: boolean) {
    this.#settings = settings;
    this.#effects = effects;
    this.#shared = shared;
    this.#stoppable = stoppable;
  }

  static open(settings: WireSettings, effects: WireEffects): Wire {
    return new Wire(settings, effects, { clockOffset: 0, seenOffset: undefined, sent: 0 }, true);
  }

  /** The same wire for what has to be done also after Ctrl-C. */
  unstoppable(): Wire {
    return new Wire(this.#settings, this.#effects, this.#shared, false);
  }

  /** How many requests were sent. */
  get sent(): number {
    return this.#shared.sent;
  }

  /** How far the service's clock is ahead of this machine's, in milliseconds; undefined before the first answer. */
  get seenOffset(): number | undefined {
    return this.#shared.seenOffset;
  }

  /** The service's time as far as this machine knows it, in Unix milliseconds. */
  get serverNow(): number {
    return this.#effects.now() + (this.#shared.seenOffset ?? 0);
  }

  /** Milliseconds of a clock that never goes back. */
  get monotonic(): number {
    return this.#effects.monotonic();
  }

  get project(): string {
    return this.#settings.project;
  }

  /** The key that the next call is signed with; {@link VerificationRefused} where there is none. */
  async credentials(): Promise<Credentials> {
    try {
      return sendable(await this.#settings.credentials.current());
    } catch (error) {
      if (!(error instanceof CredentialsFailure)) throw error;
      throw withoutCredentials(error);
    }
  }

  /** Waits; throws where it was interrupted. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.#stoppable) return this.#effects.pause(milliseconds);
    await this.#effects.sleep(milliseconds);
    this.#throwIfInterrupted();
  }

  /** Sends a call until it is answered; {@link ConnectionLost} where it never is. */
  async ask(call: WireCall, signing: Signing = plainly): Promise<Reply> {
    for (let throttled = 0; ; throttled += throttledPause) {
      const reply = await this.#answered(call, signing);
      if (!isThrottled(reply) || throttled >= throttledFor) return reply;
      await this.wait(throttledPause);
    }
  }

  /** Sends a call once, and answers also that it was throttled. */
  async askOnce(call: WireCall): Promise<Reply> {
    return this.#attempt(call, plainly);
  }

  async #answered(call: WireCall, signing: Signing): Promise<Reply> {
    let repaired = false;
    for (let silences = 0; ;) {
      try {
        const reply = await this.#attempt(call, signing);
        const isOver = repaired || !(await this.#repaired(reply, signing));
        if (isOver && reply.status < 500) return reply;
        if (isOver && (!call.repeatable || silences >= pausesAfterSilence.length)) return reply;
        repaired = true;
        if (!isOver) continue;
      } catch (error) {
        if (!(error instanceof SlsNetworkError)) throw error;
        const mayRepeat = call.repeatable || !error.mayHaveArrived;
        if (!mayRepeat || silences >= pausesAfterSilence.length) throw lost(call, error);
      }
      await this.wait(pausesAfterSilence[silences++] ?? 0);
    }
  }

  /** Whether the same call is worth another try, because its clock was put right or its token replaced. */
  async #repaired(reply: Reply, signing: Signing): Promise<boolean> {
    const { kind } = classify(reply.code ?? "", reply.status, reply.message ?? "");
    const serverTime = serverTimeOf(reply);
    const isShifted = signing.version === "v1" && signing.dateShift !== undefined;
    if (kind === "clock" && serverTime !== undefined && !isShifted) {
      this.#shared.clockOffset = serverTime - this.#effects.now();
      return true;
    }
    const { credentials } = this.#settings;
    if (kind !== "token" || credentials.refresh === undefined) return false;
    await credentials.refresh(await credentials.current());
    return true;
  }

  /** What work that does not end by itself comes to, or {@link Interrupted} as soon as it is. */
  async unlessInterrupted<Result>(work: Promise<Result>, patience = 0): Promise<Result> {
    if (!this.#stoppable) return work;
    // Whoever does not wait for it any more must not hear of it as an unhandled rejection.
    work.catch(() => undefined);
    return Promise.race([work, this.#interruption(patience)]);
  }

  async #attempt(call: WireCall, signing: Signing): Promise<Reply> {
    this.#throwIfInterrupted();
    return this.unlessInterrupted(this.#send(call, signing), call.method === "GET" ? 0 : patienceWithWrites);
  }

  async #interruption(patience: number): Promise<never> {
    const { interrupted, pause } = this.#effects;
    await new Promise<void>((resolve) => {
      if (interrupted.aborted) resolve();
      else interrupted.addEventListener("abort", () => resolve(), { once: true });
    });
    if (patience > 0) await pause(patience);
    throw new Interrupted();
  }

  #throwIfInterrupted(): void {
    if (this.#stoppable && this.#effects.interrupted.aborted) throw new Interrupted();
  }

  async #send(call: WireCall, signing: Signing): Promise<Reply> {
    const { configuration, project } = this.#settings;
    const { endpoint, requestTimeout, userAgent } = configuration;
    const { method, path, query, body } = call;
    const credentials = await this.credentials();
    const contentType = typeof body === "string" ? "application/json" : "application/x-protobuf";
    const host = hostOf(endpoint, project);
    const now = this.#effects.now() + this.#shared.clockOffset;
    const headers = signedHeaders(
      { method, path, query, host, contentType, ...(body !== undefined && { body }) },
      credentials,
      now,
      signing,
    );
    const redact = redaction([
      credentials.accessKeySecret,
      credentials.securityToken,
      headers[headerNames.authorization],
    ]);
    const origin = originOf(endpoint, project);
    const received = await exchange(
      { request: { ...call, about: { ...call.about, project } }, origin, redact },
      headers,
      {
        destination: { origin, host, dispatcher: this.#effects.dispatcher(origin) },
        requestTimeout,
        userAgent,
        beforeSend: () => {
          this.#shared.sent += 1;
        },
        monotonic: this.#effects.monotonic,
      },
    );
    const reply = replyOf(call.operation, received, redact);
    const serverTime = serverTimeOf(reply);
    if (serverTime !== undefined) this.#shared.seenOffset ??= serverTime - this.#effects.now();
    return reply;
  }
}

function lost({ operation }: WireCall, error: SlsNetworkError): ConnectionLost {
  const [what = operation] = error.message.split("\n");
  return new ConnectionLost(what, { cause: error });
}

function replyOf(operation: string, received: Received, redact: (text: string) => string): Reply {
  const { status, date, requestId, text } = received;
  const json = parsed(text, redact);
  const isForeign = text !== "" && json === undefined;
  const isError = status < 200 || status > 299 || isForeign;
  const { errorCode, errorMessage } = (typeof json === "object" && json !== null ? json : {}) as Record<
    string,
    unknown
  >;
  return {
    operation,
    status,
    code: isError && typeof errorCode === "string" ? errorCode : undefined,
    message: isError
      ? typeof errorMessage === "string"
        ? errorMessage
        : redact(text).slice(0, 200)
      : undefined,
    json,
    isForeign,
    requestId,
    date,
  };
}

function parsed(text: string, redact: (text: string) => string): unknown {
  try {
    return parseRedacted(text, redact);
  } catch {
    return undefined;
  }
}
