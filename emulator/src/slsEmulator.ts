import { answerAdmin } from "./admin/adminPath.js";
import type { Steered } from "./admin/steered.js";
import { isInstant } from "./instant.js";
import { AssumptionBook, type AssumptionName, type Assumptions } from "./service/assumptions.js";
import { parseAssumptions } from "./service/assumptionValues.js";
import type { CheckpointRecord } from "./service/checkpointRecord.js";
import type { ConsumerGroupSettings, GroupShardState } from "./service/consumerGroup.js";
import { encodeCursor } from "./service/cursor.js";
import { findCursor, type CursorPlace } from "./service/cursorLookup.js";
import { defaultIdentity, type Identity } from "./service/identity.js";
import type { Logstore } from "./service/logstore.js";
import { expandSeries, type LogGroupSeries, type ReceivedLogGroup } from "./service/logGroup.js";
import type { Shard } from "./service/shard.js";
import { SlsService } from "./service/slsService.js";
import { CallServer, type DirectAnswer, type DirectRequest, type TlsFiles } from "./wire/callServer.js";
import { RequestLog, type LoggedRequest } from "./wire/requestLog.js";
import { RuleBook, type Rule, type RuleOptions } from "./wire/rule.js";

/** How an emulator is started. */
export interface SlsEmulatorOptions {
  /** @default 0: any free port */
  readonly port?: number;
  /** The address to listen on. @default "127.0.0.1" */
  readonly host?: string;
  /** Unix milliseconds. Retention, `updateTime`, timeouts and the `Date` header follow it. @default Date.now */
  readonly clock?: () => number;
  /** The key pairs that are known. @default one: `emulatorAccessKeyId` with `emulatorAccessKeySecret` */
  readonly identities?: readonly Identity[];
  /** What is unknown about the real service, where it shall differ from the defaults. */
  readonly assumptions?: Partial<Assumptions> & { readonly observed?: unknown };
  /** A certificate and its key as PEM texts: then it speaks HTTPS. @default plain HTTP */
  readonly tls?: TlsFiles;
  /** How many requests the log keeps. @default 10000 */
  readonly requestLogLimit?: number;
  /** Called when a request was answered or its connection ended. */
  readonly onRequest?: (request: LoggedRequest) => void;
  /** Called with a fault of the emulator itself, which a client sees as a 500. @default prints it */
  readonly onUnexpected?: (error: unknown) => void;
}

/**
 * A local SLS: the service in memory behind a real HTTP server.
 *
 * @example
 * ```ts
 * const emulator = await SlsEmulator.start();
 * emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
 * emulator.createConsumerGroup("shop", "orders", "billing");
 * emulator.appendLogGroups("shop", "orders", 0, { count: 100, from: Date.now() - 3_600_000, to: Date.now() });
 * // … point a client at emulator.endpoint …
 * await emulator.stop();
 * ```
 */
export class SlsEmulator implements Steered {
  /** `http://127.0.0.1:PORT`, or `https` with a certificate. A project is addressed by the Host header `<project>.127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly port: number;
  readonly #service: SlsService;
  readonly #log: RequestLog;
  readonly #rules: RuleBook;
  readonly #server: CallServer;
  readonly #setIdentities: (identities: readonly Identity[]) => void;
  readonly #advance: (milliseconds: number) => void;

  private constructor(parts: EmulatorParts, host: string, port: number) {
    this.#service = parts.service;
    this.#log = parts.log;
    this.#rules = parts.rules;
    this.#server = parts.server;
    this.#setIdentities = parts.setIdentities;
    this.#advance = parts.advance;
    this.port = port;
    this.endpoint = `${parts.scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  /** Starts an emulator; rejects when the port is taken. */
  static async start(options: SlsEmulatorOptions = {}): Promise<SlsEmulator> {
    const parts = assemble(options);
    const host = options.host ?? "127.0.0.1";
    const port = await parts.server.listen(host, options.port ?? 0);
    const emulator = new SlsEmulator(parts, host, port);
    parts.server.serveAdmin((call) => answerAdmin(emulator, call));
    return emulator;
  }

  /** Stops: cuts open connections and drops what is held, without its effect. */
  async stop(): Promise<void> {
    await this.#server.close();
  }

  /**
   * Answers a request that comes by no socket, exactly as one that does. Returns undefined where the connection would
   * have ended without an answer.
   */
  async handle(request: DirectRequest): Promise<DirectAnswer | undefined> {
    return this.#server.handle(request);
  }

  /** The emulator's time in Unix milliseconds. */
  now(): number {
    return this.#service.now();
  }

  /** All requests since the start or the last clear, in order of arrival. */
  get requests(): readonly LoggedRequest[] {
    return this.#log.requests;
  }

  /** The requests of one call. */
  requestsOf(call: string): LoggedRequest[] {
    return this.#log.requests.filter((request) => request.call === call);
  }

  clearRequests(): void {
    this.#log.clear();
  }

  /**
   * Resolves on the arrival of the nth request that fits, before it is answered. Requests that are in the log
   * already count, so that it does not matter whether one waits first.
   */
  async waitForRequest(matches: (request: LoggedRequest) => boolean, nth = 1): Promise<LoggedRequest> {
    return this.#log.wait(matches, nth);
  }

  /** Lets something go wrong on purpose. */
  rule(options: RuleOptions): Rule {
    return this.#rules.add(options);
  }

  /** The rules in force. */
  get rules(): readonly Rule[] {
    return this.#rules.rules;
  }

  /** Moves the emulator's time forward (back when negative) against its clock, by milliseconds. */
  advanceClock(milliseconds: number): void {
    if (!isInstant(this.now() + milliseconds)) {
      throw new RangeError(
        `The clock cannot be moved by ${milliseconds} ms: it stays between 1970 and 9999.`,
      );
    }
    this.#advance(milliseconds);
  }

  /** Removes all rules and lets go of what they hold. */
  clearRules(): void {
    this.#rules.clear();
  }

  /** How often a named assumption decided something. */
  assumptionHits(name: AssumptionName): number {
    return this.#service.assumptions.hits(name);
  }

  /** Replaces the key pairs that are known: `[]` revokes them all. */
  setIdentities(identities: readonly Identity[]): void {
    this.#setIdentities(identities);
  }

  /** The names of all projects. */
  get projects(): readonly string[] {
    return [...this.#service.projects.keys()];
  }

  createProject(project: string): void {
    this.#service.createProject(project);
  }

  deleteProject(project: string): void {
    this.#service.project(project);
    this.#service.projects.delete(project);
  }

  /**
   * Creates a logstore, and its project where it does not exist yet. `ttl` counts days; `bornAt` (Unix milliseconds) is
   * when it and its shards were created, for data that is older than the emulator.
   */
  createLogstore(
    project: string,
    logstore: string,
    settings: { ttl?: number; shardCount?: number; bornAt?: number } = {},
  ): void {
    const home = this.#service.projects.get(project) ?? this.#service.createProject(project);
    const { ttl = 7, shardCount = 2, bornAt = this.now() } = settings;
    home.createLogstore(logstore, { ttl, shardCount, other: {} }, bornAt);
  }

  deleteLogstore(project: string, logstore: string): void {
    this.#logstore(project, logstore);
    this.#service.project(project).logstores.delete(logstore);
  }

  createConsumerGroup(
    project: string,
    logstore: string,
    name: string,
    settings: Partial<ConsumerGroupSettings> = {},
  ): void {
    this.#logstore(project, logstore).createConsumerGroup(name, { timeout: 60, order: false, ...settings });
  }

  /** The consumer groups of a logstore, each with how it is set up. */
  consumerGroups(
    project: string,
    logstore: string,
  ): readonly ({ readonly name: string } & ConsumerGroupSettings)[] {
    return [...this.#logstore(project, logstore).consumerGroups.values()].map(({ name, settings }) => ({
      name,
      ...settings,
    }));
  }

  /** Changes how a group is set up, as official consumers do when they start. */
  changeConsumerGroup(
    project: string,
    logstore: string,
    name: string,
    settings: Partial<ConsumerGroupSettings>,
  ): void {
    const { store, group } = this.#service.consumerGroup(project, logstore, name);
    group.change(settings, store.nextShard);
  }

  deleteConsumerGroup(project: string, logstore: string, name: string): void {
    const { store } = this.#service.consumerGroup(project, logstore, name);
    store.consumerGroups.delete(name);
  }

  /** Appends log groups to a shard, one by one or as a series spread evenly over time. Receive times never decrease. */
  appendLogGroups(
    project: string,
    logstore: string,
    shard: number,
    groups: readonly ReceivedLogGroup[] | LogGroupSeries,
  ): void {
    const store = this.#logstore(project, logstore);
    const list = "count" in groups ? expandSeries(groups) : groups;
    const stored = list.map(({ receivedAt, ...content }) => ({ receivedAt, content }));
    store.append(this.#shard(store, shard), stored, this.now());
  }

  /** Saves a checkpoint as the consumer that reads the shard does: it is alive and owns the shard from now on. */
  commit(
    project: string,
    logstore: string,
    consumerGroup: string,
    shard: number,
    checkpoint: string,
    { consumer }: { consumer: string },
  ): void {
    const { store, group } = this.#service.consumerGroup(project, logstore, consumerGroup);
    group.commit({ shard, checkpoint, consumer }, store.view(this.now()), this.now());
  }

  /** Moves a checkpoint from outside, as a forced update without a consumer does. */
  pin(project: string, logstore: string, consumerGroup: string, shard: number, checkpoint: string): void {
    const { store, group } = this.#service.consumerGroup(project, logstore, consumerGroup);
    group.update({ shard, checkpoint, force: true }, store.view(this.now()), this.now());
  }

  /** Puts a checkpoint as a consumer saved it some time ago; the consumer is not alive by that. */
  restoreCheckpoint(
    project: string,
    logstore: string,
    consumerGroup: string,
    shard: number,
    record: CheckpointRecord,
  ): void {
    const { store, group } = this.#service.consumerGroup(project, logstore, consumerGroup);
    group.restore(this.#shard(store, shard), record);
  }

  /** What is saved for a shard, or undefined when nothing is. */
  checkpoint(
    project: string,
    logstore: string,
    consumerGroup: string,
    shard: number,
  ): CheckpointRecord | undefined {
    return this.#service.consumerGroup(project, logstore, consumerGroup).group.record(shard);
  }

  /** The state of every shard in a consumer group, and the consumer that holds it. */
  shardStates(
    project: string,
    logstore: string,
    consumerGroup: string,
  ): { shard: number; state: GroupShardState; owner?: string }[] {
    const { store, group } = this.#service.consumerGroup(project, logstore, consumerGroup);
    return group.shardStates(store.view(this.now()), this.now());
  }

  /** The cursor at an end of a shard, or of the first log group received at or after an instant (Unix milliseconds). */
  cursorAt(project: string, logstore: string, shard: number, place: CursorPlace): string {
    const store = this.#logstore(project, logstore);
    return encodeCursor(findCursor(this.#shard(store, shard), place, store.horizon(this.now())));
  }

  /** Splits a shard; returns the ids of its children. */
  splitShard(project: string, logstore: string, shard: number): number[] {
    const [, ...children] = this.#logstore(project, logstore).split(shard, this.now());
    return children.map(({ id }) => id);
  }

  /** Merges a shard with its right neighbour; returns the id of their child. */
  mergeShards(project: string, logstore: string, shard: number): number {
    const [child] = this.#logstore(project, logstore).merge(shard, this.now());
    return child?.id ?? -1;
  }

  #logstore(project: string, logstore: string): Logstore {
    return this.#service.logstore(project, logstore);
  }

  #shard(store: Logstore, id: number): Shard {
    const shard = store.shard(id, this.now());
    if (shard === undefined) throw new RangeError(`The logstore ${store.name} has no shard ${id}.`);
    return shard;
  }
}

interface EmulatorParts {
  readonly scheme: "http" | "https";
  readonly service: SlsService;
  readonly log: RequestLog;
  readonly rules: RuleBook;
  readonly server: CallServer;
  readonly setIdentities: (identities: readonly Identity[]) => void;
  readonly advance: (milliseconds: number) => void;
}

function assemble(options: SlsEmulatorOptions): EmulatorParts {
  let identities = options.identities ?? [defaultIdentity];
  let ahead = 0;
  const clock = options.clock ?? Date.now;
  const service = new SlsService(
    () => clock() + ahead,
    new AssumptionBook(parseAssumptions(options.assumptions ?? {})),
  );
  const log = new RequestLog(options.requestLogLimit ?? 10_000, options.onRequest);
  const rules = new RuleBook();
  const onUnexpected = options.onUnexpected ?? ((error) => console.error("sls-emulator:", error));
  const { tls } = options;
  const server = new CallServer({
    service,
    log,
    rules,
    identities: () => identities,
    onUnexpected,
    ...(tls && { tls }),
  });
  return {
    scheme: tls === undefined ? "http" : "https",
    service,
    log,
    rules,
    server,
    setIdentities: (next) => void (identities = next),
    advance: (milliseconds) => void (ahead += milliseconds),
  };
}
