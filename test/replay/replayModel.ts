import { type LifecycleContext } from "../../provider/src/lifecycle/context.js";
import { type CheckResult, type DiffResult } from "../../provider/src/lifecycle/answers.js";
import { type Declared } from "../../provider/src/lifecycle/declared.js";
import { UnfinishedError } from "../../provider/src/lifecycle/failures.js";
import { ProcessMemory } from "../../provider/src/lifecycle/processMemory.js";
import * as apply from "../../provider/src/lifecycle/replay/replayApply.js";
import * as plan from "../../provider/src/lifecycle/replay/replayPlan.js";
import { parseCheckpoint } from "../../provider/src/model/checkpoint.js";
import { type Cursor, cursorAt, positionOf } from "../../provider/src/model/cursor.js";
import { type Duration, durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Instant, instantOfSeconds } from "../../provider/src/model/instant.js";
import { type GroupIdentity, type ShardIdentity } from "../../provider/src/model/identity.js";
import { type Answered, type CheckpointWrite, type SlsClient } from "../../provider/src/sls/client.js";
import { SlsNetworkError, SlsServiceError } from "../../provider/src/sls/errors.js";
import { ProviderFailure, type Properties } from "../provider/dynamicProviderServer.js";
import { type ReplayProvider } from "../provider/replayStack.js";

/** When the tests begin: noon, in Unix seconds. */
export const noon = 1_795_348_800;
const firstPosition = 1_000n;

/** One shard: when each of its log groups was received, and where the group stands. */
interface ModelShard {
  readonly shard: number;
  status: "readwrite" | "readonly";
  readonly received: readonly number[];
  checkpoint: string;
  updateTime: number;
  consumer: string;
}

/** What happens to one request. `crash…`: the provider dies before or after its effect. */
export type Fate = "answered" | "lostBefore" | "lostAfter" | "crashBefore" | "crashAfter";

/** The provider was killed. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** SLS as far as a replay can tell: in memory, with a clock that no two events share. */
export class ModelService {
  /** Unix microseconds. */
  now = noon * 1_000_000;
  /** What happens to the requests to come; the rest are answered. */
  fates: Fate[] = [];
  /** Runs before each request, with its number in the up. */
  interfere: (request: number) => void = () => undefined;
  /** The writes that took effect, with what they replaced. */
  /** Runs before each attempt of a write, with its number. */
  probe: (attempt: number) => Promise<void> = () => Promise.resolve();
  readonly effects: { readonly shard: number; readonly from: string; readonly savedAt: number }[] = [];
  /** In which order shards and checkpoints are listed. */
  order: (shards: readonly ModelShard[]) => readonly ModelShard[] = (shards) => shards;
  #requests = 0;
  readonly shards: ModelShard[] = [];

  /** A shard whose log groups were received so many seconds before noon, and a consumer that stopped at one. */
  addShard(receivedBeforeNoon: readonly number[], stands: number | "none" | "end"): void {
    const received = receivedBeforeNoon.map((seconds) => noon - seconds).sort((left, right) => left - right);
    const index = stands === "end" ? received.length : stands;
    this.shards.push({
      shard: this.shards.length,
      status: "readwrite",
      received,
      checkpoint: index === "none" ? "" : this.cursor(Math.min(index, received.length)),
      updateTime: index === "none" ? 0 : (noon - 3_600) * 1_000_000,
      consumer: index === "none" ? "" : "host-a",
    });
  }

  cursor(index: number): Cursor {
    return cursorAt(firstPosition + BigInt(index));
  }

  /** A consumer saves its position. */
  commit(shard: number, index: number): void {
    const concerned = this.shards[shard % this.shards.length];
    if (concerned === undefined) return;
    this.#save(concerned, this.cursor(index % (concerned.received.length + 1)), "host-b");
  }

  pass(seconds: number): void {
    this.now += seconds * 1_000_000;
  }

  /** A split leaves the shard to be read to its end. */
  split(shard: number): void {
    const concerned = this.shards[shard % this.shards.length];
    if (concerned === undefined || concerned.status === "readonly") return;
    concerned.status = "readonly";
    this.addShard([], "none");
    this.addShard([], "none");
  }

  stands(): Record<number, string> {
    return Object.fromEntries(this.shards.map(({ shard, checkpoint }) => [shard, checkpoint]));
  }

  /** A run of the provider begins. */
  begin(): void {
    this.#requests = 0;
  }

  readonly client = {
    listShards: () =>
      this.#answer(() => this.order(this.shards).map(({ shard, status }) => ({ shard, status }))),
    listConsumerGroups: () =>
      this.#answer(() => [{ name: "billing", ordered: false, timeout: durationOfSeconds(60) }]),
    getLogStore: () => this.#answer(() => ({ ttl: 3_650 })),
    getCheckPoint: () =>
      this.#answer(() =>
        this.order(this.shards).map(({ shard, checkpoint, updateTime, consumer }) => ({
          shard,
          checkpoint: parseCheckpoint(checkpoint),
          updateTime: updateTime === 0 ? undefined : (updateTime as Instant),
          consumer: consumer === "" ? undefined : consumer,
        })),
      ),
    getCursor: ({ shard }: ShardIdentity, from: "begin" | "end" | Instant) =>
      this.#answer(() => this.#find(shard, from)),
    getCursorTime: (identity: ShardIdentity, at: Cursor) => this.#answer(() => this.#timeOf(identity, at)),
    updateCheckPoint: (identity: ShardIdentity, write: CheckpointWrite, before: () => Promise<void>) =>
      this.#write(identity, write, before),
  } as unknown as SlsClient;

  #find(shard: number, from: "begin" | "end" | Instant): Cursor {
    const { received } = this.#shard(shard);
    if (from === "begin") return this.cursor(0);
    if (from === "end") return this.cursor(received.length);
    const index = received.findIndex((seconds) => instantOfSeconds(seconds) >= from);
    return this.cursor(index === -1 ? received.length : index);
  }

  #timeOf(identity: ShardIdentity, at: Cursor): Instant {
    const seconds = this.#shard(identity.shard).received[Number(positionOf(at) - firstPosition)];
    if (seconds !== undefined) return instantOfSeconds(seconds);
    throw new SlsServiceError({
      operation: "GetCursorTime",
      about: identity,
      code: "InvalidCursor",
      httpStatus: 400,
      serviceMessage: "the cursor is out of range",
      requestId: undefined,
      serverTime: this.now as Instant,
    });
  }

  #shard(shard: number): ModelShard {
    const found = this.shards[shard];
    if (found === undefined) throw new RangeError(`no shard ${shard}`);
    return found;
  }

  /** What happens to the request that comes now. */
  #arrive(): Fate {
    this.now += 1;
    this.interfere(this.#requests);
    this.#requests += 1;
    const fate = this.fates.shift() ?? "answered";
    if (fate === "crashBefore") throw new Killed();
    return fate;
  }

  async #answer<Value>(value: () => Value): Promise<Answered<Value>> {
    await Promise.resolve();
    const fate = this.#arrive();
    const answer = { value: value(), serverTime: this.now as Instant, requestId: undefined };
    if (fate === "crashAfter") throw new Killed();
    return answer;
  }

  async #write(
    identity: ShardIdentity,
    { checkpoint }: CheckpointWrite,
    before: () => Promise<void>,
  ): ReturnType<SlsClient["updateCheckPoint"]> {
    await before();
    const fate = this.#arrive();
    const concerned = this.#shard(identity.shard);
    if (fate !== "lostBefore") {
      this.effects.push({
        shard: identity.shard,
        from: concerned.checkpoint,
        savedAt: concerned.updateTime,
      });
      this.#save(concerned, checkpoint, concerned.consumer);
    }
    if (fate === "crashAfter") throw new Killed();
    return fate === "answered"
      ? { kind: "acknowledged", requestId: "R" }
      : { kind: "unknown", error: unanswered(identity) };
  }

  #save(shard: ModelShard, checkpoint: string, consumer: string): void {
    this.now += 1;
    Object.assign(shard, { checkpoint, consumer, updateTime: this.now });
  }
}

function unanswered(identity: GroupIdentity): SlsNetworkError {
  return new SlsNetworkError({
    operation: "UpdateCheckPoint",
    about: identity,
    origin: "the model",
    what: "the connection was reset",
    timedOut: false,
    mayHaveArrived: true,
    cause: undefined,
  });
}

/** The life of one kind of resource, as the provider's entry knows it. */
interface Life {
  check(olds: Declared, news: Declared, context: LifecycleContext): CheckResult | Promise<CheckResult>;
  diff(olds: Declared, news: Declared, context: LifecycleContext): DiffResult;
  create(
    news: Declared,
    context: LifecycleContext,
  ): Promise<{ readonly id: string; readonly outs: Declared }>;
  update(olds: Declared, news: Declared, context: LifecycleContext): Promise<Declared>;
}

const lives: Readonly<Record<string, Life>> = {
  replayPlanProvider: {
    check: plan.checkReplayPlan,
    diff: plan.diffReplayPlan,
    create: plan.createReplayPlan,
    update: plan.updateReplayPlan,
  },
  replayApplyProvider: {
    check: apply.checkReplayApply,
    diff: apply.diffReplayApply,
    create: apply.createReplayApply,
    update: apply.updateReplayApply,
  },
};

let acts = 0;

/** A provider process that lives in this one and speaks to a model. */
export class ModelProvider implements ReplayProvider {
  readonly lines: string[];
  readonly #life: Life;
  readonly #context: LifecycleContext;

  constructor(service: ModelService, life = lives["replayPlanProvider"], context?: LifecycleContext) {
    if (life === undefined) throw new RangeError("no such shim");
    service.begin();
    let probes = 0;
    this.lines = [];
    this.#life = life;
    this.#context = context ?? {
      client: service.client,
      memory: new ProcessMemory(),
      print: (text) => void this.lines.push(text),
      probeEngine: () => service.probe((probes += 1)),
      now: () => service.now as Instant,
      sleep: (duration: Duration) => {
        service.now += duration;
        return Promise.resolve();
      },
      newAct: () => `act-${++acts}`,
    };
    this.#service = service;
  }

  readonly #service: ModelService;

  as(shim: string): Promise<ModelProvider> {
    return Promise.resolve(new ModelProvider(this.#service, lives[shim], this.#context));
  }

  async check(olds: Properties, news: Properties): ReturnType<ReplayProvider["check"]> {
    const { inputs, problems } = await this.#life.check(wire(olds), wire(news), this.#context);
    return { inputs: wire(inputs), failures: problems };
  }

  diff(_id: string, olds: Properties, news: Properties): ReturnType<ReplayProvider["diff"]> {
    const { changes, replaces } = this.#life.diff(wire(olds), wire(news), this.#context);
    return Promise.resolve({ changes: changes ? "some" : "none", replaces });
  }

  async create(inputs: Properties): ReturnType<ReplayProvider["create"]> {
    const { id, outs } = await translated(this.#life.create(wire(inputs), this.#context));
    return { id, outs: wire(outs) };
  }

  async update(_id: string, olds: Properties, news: Properties): Promise<Properties> {
    return wire(await translated(this.#life.update(wire(olds), wire(news), this.#context)));
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

function wire(values: Declared): Properties {
  return JSON.parse(JSON.stringify(values)) as Properties;
}

/** Death is not an error that the engine hears of; everything else is. */
async function translated<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Killed || !(error instanceof Error)) throw error;
    if (!(error instanceof UnfinishedError)) throw new ProviderFailure(error.message, undefined);
    const kept = { id: error.id, properties: { ...error.outs }, reasons: [error.message] };
    throw new ProviderFailure(error.message, kept);
  }
}
