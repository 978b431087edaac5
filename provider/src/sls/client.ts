import { type Dispatcher } from "undici";
import { type CheckpointRecord } from "../model/checkpoint.js";
import { type Cursor } from "../model/cursor.js";
import { type Duration, durationOfMilliseconds } from "../model/duration.js";
import { type DeclaredSettings, type GroupSettings } from "../model/groupSettings.js";
import { type GroupIdentity, type ShardIdentity } from "../model/identity.js";
import { type Instant } from "../model/instant.js";
import { type Configuration } from "./configuration.js";
import { type Credentials, CredentialsFailure, type CredentialsSource, sendable } from "./credentials.js";
import {
  type Call,
  type CheckpointWrite,
  type ConsumerGroupSettings,
  type Shard,
  createConsumerGroup,
  deleteConsumerGroup,
  getCheckPoint,
  getCursor,
  getCursorTime,
  getLogStore,
  listConsumerGroups,
  listShards,
  updateCheckPoint,
  updateConsumerGroup,
} from "./calls.js";
import { type Decoder } from "./decode.js";
import { SlsAnswerError, SlsConfigurationError, SlsCredentialsError, SlsError } from "./errors.js";
import { type Endpoint, hostOf, originOf, projectInEndpoint } from "./endpoint.js";
import { type Destination } from "./exchange.js";
import { type SlsRequest } from "./request.js";
import {
  type Mended,
  type NextStep,
  type Tries,
  afterFailedRead,
  afterFailedWrite,
  nothingMended,
  provesNothingDone,
} from "./retry.js";
import { Slots } from "./slots.js";
import { type Answer, parseRedacted, problemOf, send } from "./transport.js";

/** Everything outside of this process that the client touches, and time. */
export interface ClientEffects {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
  readonly sleep: (duration: Duration) => Promise<void>;
  readonly random: () => number;
  readonly dispatcher: (origin: string) => Dispatcher;
}

/** What a call answered, and when by the server's clock. */
export interface Answered<Value> {
  readonly value: Value;
  readonly serverTime: Instant;
  readonly requestId: string | undefined;
  /** When the request was sent, in milliseconds of the monotonic clock. */
  readonly sentAt: number;
}

/** One attempt to write. */
export interface WriteAttempt {
  /** How many attempts came before, for the pause that `again` asks for. */
  readonly attempt: number;
  /** What the attempts before were mended for; nothing, unless their outcome said so. */
  readonly mended?: Mended | undefined;
  /** Runs right before the bytes leave, synchronously; what it throws ends the attempt unsent. */
  readonly beforeSend: () => void;
}

/**
 * How one attempt to write ended. `notSent`: no byte left. `refused`: it certainly changed nothing; `again` is the
 * pause after which another look and attempt are worth it, absent where the refusal is final; `mended`: what the next
 * attempt has to be told. `unknown`: it may have been applied, and only reading back tells.
 */
export type WriteOutcome =
  | { readonly kind: "acknowledged"; readonly requestId: string | undefined; readonly sentAt: number }
  | { readonly kind: "notSent"; readonly cause: unknown }
  | {
      readonly kind: "refused";
      readonly error: SlsError;
      readonly again: Duration | undefined;
      readonly mended: Mended;
    }
  | { readonly kind: "unknown"; readonly error: SlsError };

/** Makes the calls: tries again what may be tried again, and bounds how many are under way. */
export class SlsClient {
  readonly #configuration: Configuration;
  readonly #credentials: CredentialsSource;
  readonly #effects: ClientEffects;
  readonly #slots: Slots;
  readonly #destinations = new Map<string, Destination>();
  /** How far the service's clock is ahead of this one, in milliseconds. Kept for all later requests. */
  #clockOffset = 0;

  constructor(configuration: Configuration, credentials: CredentialsSource, effects: ClientEffects) {
    this.#configuration = configuration;
    this.#credentials = credentials;
    this.#effects = effects;
    this.#slots = new Slots(configuration.maxConcurrency);
  }

  /** Where the requests of a project go. */
  origin(project: string): string {
    const { endpoint } = this.#configuration;
    return endpoint === undefined ? "an endpoint that is not configured" : originOf(endpoint, project);
  }

  getLogStore(identity: GroupIdentity): Promise<Answered<{ readonly ttl: number }>> {
    return this.#read(getLogStore(identity));
  }

  listShards(identity: GroupIdentity): Promise<Answered<readonly Shard[]>> {
    return this.#read(listShards(identity));
  }

  listConsumerGroups(identity: GroupIdentity): Promise<Answered<readonly ConsumerGroupSettings[]>> {
    return this.#read(listConsumerGroups(identity));
  }

  getCheckPoint(identity: GroupIdentity, shard?: number): Promise<Answered<readonly CheckpointRecord[]>> {
    return this.#read(getCheckPoint(identity, shard));
  }

  getCursor(identity: ShardIdentity, from: "begin" | "end" | Instant): Promise<Answered<Cursor>> {
    return this.#read(getCursor(identity, from));
  }

  getCursorTime(identity: ShardIdentity, at: Cursor): Promise<Answered<Instant>> {
    return this.#read(getCursorTime(identity, at));
  }

  /** Moves the checkpoint of one shard. */
  updateCheckPoint(
    identity: ShardIdentity,
    write: CheckpointWrite,
    attempt: WriteAttempt,
  ): Promise<WriteOutcome> {
    return this.#write(updateCheckPoint(identity, write), attempt);
  }

  createConsumerGroup(
    identity: GroupIdentity,
    settings: GroupSettings,
    attempt: WriteAttempt,
  ): Promise<WriteOutcome> {
    return this.#write(createConsumerGroup(identity, settings), attempt);
  }

  updateConsumerGroup(
    identity: GroupIdentity,
    settings: DeclaredSettings,
    attempt: WriteAttempt,
  ): Promise<WriteOutcome> {
    return this.#write(updateConsumerGroup(identity, settings), attempt);
  }

  deleteConsumerGroup(identity: GroupIdentity, attempt: WriteAttempt): Promise<WriteOutcome> {
    return this.#write(deleteConsumerGroup(identity), attempt);
  }

  /** One call is one request at most: another one needs another look. */
  async #write(
    request: SlsRequest,
    { attempt, mended = nothingMended, beforeSend }: WriteAttempt,
  ): Promise<WriteOutcome> {
    let unsent: { readonly cause: unknown } | undefined;
    const result = await this.#slots.run(() =>
      this.#attempt(request, () => {
        try {
          beforeSend();
        } catch (cause) {
          unsent = { cause };
          throw cause;
        }
      }).catch((error: unknown): Attempt | undefined => {
        if (unsent !== undefined) return undefined;
        if (SlsError.isInstance(error)) return { error };
        throw error;
      }),
    );
    if (result === undefined) return { kind: "notSent", cause: unsent?.cause };
    if ("answer" in result) {
      return { kind: "acknowledged", requestId: result.answer.requestId, sentAt: result.answer.sentAt };
    }
    if (!provesNothingDone(result.error)) return { kind: "unknown", error: result.error };
    return { kind: "refused", error: result.error, ...(await this.#again(result, attempt, mended)) };
  }

  /** The pause before another attempt, absent where the refusal is final, and what that one is mended for. */
  async #again(
    { error, credentials }: Extract<Attempt, { error: SlsError }>,
    attempt: number,
    before: Mended,
  ): Promise<{ readonly again: Duration | undefined; readonly mended: Mended }> {
    const tries: Tries = { ...before, sent: attempt + 1, elapsed: durationOfMilliseconds(0) };
    const step = afterFailedWrite(error, tries, this.#configuration, this.#effects.random);
    switch (step.kind) {
      case "giveUp":
        return { again: undefined, mended: before };
      case "wait":
        return { again: step.delay, mended: before };
      case "correctClock":
      case "refreshToken": {
        const next = await this.#take(step, tries, credentials);
        if (next === undefined) return { again: undefined, mended: before };
        const { clockCorrected, tokenRefreshed } = next;
        return { again: durationOfMilliseconds(0), mended: { clockCorrected, tokenRefreshed } };
      }
    }
  }

  async #read<Value>({ request, decode }: Call<Value>): Promise<Answered<Value>> {
    const answer = await this.#perform(request, afterFailedRead);
    return {
      value: this.#decode(request, answer, decode),
      serverTime: answer.serverTime,
      requestId: answer.requestId,
      sentAt: answer.sentAt,
    };
  }

  #decode<Value>(request: SlsRequest, answer: Answer, decoder: Decoder<Value>): Value {
    try {
      return decoder(JSON.parse(answer.text), "answer");
    } catch {
      throw new SlsAnswerError({
        ...request,
        origin: this.origin(request.about.project),
        httpStatus: answer.status,
        requestId: answer.requestId,
        what: describeProblem(answer, decoder),
      });
    }
  }

  async #perform(request: SlsRequest, afterFailure: typeof afterFailedRead): Promise<Answer> {
    let started: number | undefined;
    let tries: Tries = { ...nothingMended, sent: 0, elapsed: durationOfMilliseconds(0) };
    for (;;) {
      const attempt = await this.#slots.run(() => {
        // Waiting for a slot is not trying.
        started ??= this.#effects.now();
        return this.#attempt(request, () => undefined);
      });
      if ("answer" in attempt) return attempt.answer;
      const elapsed = durationOfMilliseconds(this.#effects.now() - (started ?? 0));
      tries = { ...tries, sent: tries.sent + 1, elapsed };
      const step = afterFailure(attempt.error, tries, this.#configuration, this.#effects.random);
      const next = await this.#take(step, tries, attempt.credentials);
      if (next === undefined) throw attempt.error;
      tries = next;
    }
  }

  /** Does what has to come before the next attempt; undefined where there is none. */
  async #take(
    step: NextStep,
    tries: Tries,
    credentials: Credentials | undefined,
  ): Promise<Tries | undefined> {
    switch (step.kind) {
      case "giveUp":
        return undefined;
      case "wait":
        await this.#effects.sleep(step.delay);
        return tries;
      case "correctClock":
        this.#clockOffset = step.serverTime / 1_000 - this.#effects.now();
        return { ...tries, clockCorrected: true };
      case "refreshToken":
        return (await this.#refreshed(credentials)) ? { ...tries, tokenRefreshed: true } : undefined;
    }
  }

  /** Whether others took the place of credentials whose token expired. */
  async #refreshed(expired: Credentials | undefined): Promise<boolean> {
    if (expired === undefined || this.#credentials.refresh === undefined) return false;
    try {
      await this.#credentials.refresh(expired);
      return true;
    } catch (error) {
      if (error instanceof CredentialsFailure) return false;
      throw error;
    }
  }

  async #attempt(request: SlsRequest, beforeSend: () => void): Promise<Attempt> {
    const { endpoint, requestTimeout, userAgent, sign } = this.#configuration;
    const problems = this.#problems(request.about.project);
    if (endpoint === undefined || problems.length > 0)
      throw new SlsConfigurationError({ ...request, problems });
    const credentials = await this.#currentCredentials(request);
    if (SlsError.isInstance(credentials)) return { error: credentials };
    const date = new Date(this.#effects.now() + this.#clockOffset);
    try {
      return {
        answer: await send(request, credentials, date, {
          destination: this.#destination(endpoint, request.about.project),
          requestTimeout,
          userAgent,
          sign,
          beforeSend,
          monotonic: this.#effects.monotonic,
        }),
      };
    } catch (error) {
      if (!SlsError.isInstance(error)) throw error;
      return { error, credentials };
    }
  }

  #problems(project: string): readonly string[] {
    const { endpoint, problems } = this.#configuration;
    const doubled = endpoint === undefined ? undefined : projectInEndpoint(endpoint, project);
    if (doubled === undefined) return problems;
    // That the region cannot be read of it either follows from the same mistake.
    return [doubled, ...problems.filter((problem) => !problem.startsWith("sls:signatureVersion"))];
  }

  /** Found once for each project. */
  #destination(endpoint: Endpoint, project: string): Destination {
    const known = this.#destinations.get(project);
    if (known !== undefined) return known;
    const origin = originOf(endpoint, project);
    const dispatcher = this.#effects.dispatcher(origin);
    const destination = { origin, host: hostOf(endpoint, project), dispatcher };
    this.#destinations.set(project, destination);
    return destination;
  }

  async #currentCredentials(request: SlsRequest): Promise<Credentials | SlsCredentialsError> {
    try {
      return sendable(await this.#credentials.current());
    } catch (failure) {
      if (!(failure instanceof CredentialsFailure)) throw failure;
      return new SlsCredentialsError({ ...request, failure });
    }
  }
}

/** How one attempt ended, and with which credentials it was made. */
type Attempt = { readonly answer: Answer } | { readonly error: SlsError; readonly credentials?: Credentials };

/** Returns what is wrong with an answer, found once more in what is left of it without the secrets. */
function describeProblem({ text, redact }: Answer, decoder: Decoder<unknown>): string {
  try {
    decoder(parseRedacted(text, redact), "answer");
    return "it holds a secret of the request";
  } catch (cause) {
    return problemOf(cause, text, redact);
  }
}
