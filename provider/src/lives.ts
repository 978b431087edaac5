import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EngineWatch } from "./engineWatch.js";
import { type CheckResult, type DiffResult } from "./lifecycle/answers.js";
import { adoptCheckpoint } from "./lifecycle/checkpoint/adoptCheckpoint.js";
import {
  checkCheckpoint,
  createCheckpoint,
  diffCheckpoint,
  updateCheckpoint,
} from "./lifecycle/checkpoint/consumerGroupCheckpoint.js";
import {
  checkConsumerGroup,
  createConsumerGroup,
  deleteConsumerGroup,
  importConsumerGroup,
  diffConsumerGroup,
  readConsumerGroup,
  updateConsumerGroup,
} from "./lifecycle/consumerGroup/consumerGroup.js";
import { type LifecycleContext } from "./lifecycle/context.js";
import { type Declared } from "./lifecycle/declared.js";
import { RefusedError } from "./lifecycle/failures.js";
import { ProcessMemory } from "./lifecycle/processMemory.js";
import { getCheckpoints } from "./lifecycle/reading/getCheckpoints.js";
import { getGroups } from "./lifecycle/reading/getGroups.js";
import { getProgress } from "./lifecycle/reading/getProgress.js";
import { getPlan } from "./lifecycle/reading/getPlan.js";
import {
  checkReplayApply,
  createReplayApply,
  diffReplayApply,
  updateReplayApply,
} from "./lifecycle/replay/replayApply.js";
import {
  checkReplayPlan,
  createReplayPlan,
  diffReplayPlan,
  updateReplayPlan,
} from "./lifecycle/replay/replayPlan.js";
import {
  adoptSavepoint,
  checkSavepoint,
  createSavepoint,
  diffSavepoint,
  updateSavepoint,
} from "./lifecycle/savepoint.js";
import { millisecondsOf } from "./model/duration.js";
import { type Instant, instantOfMilliseconds } from "./model/instant.js";
import { SlsClient } from "./sls/client.js";
import { regionOfProfile } from "./sls/official/profileRegion.js";
import { type Configuration, type ConfigurationKeys, readConfiguration } from "./sls/configuration.js";
import { Connections } from "./sls/connections.js";
import { SlsError } from "./sls/errors.js";
import { credentialsSource } from "./sls/official/credentialsSource.js";

export { type ConfigurationKeys } from "./sls/configuration.js";

/** The kinds of resources and the context that they run in: what every front of this package shares. */

/** The life of one kind of resource, in terms that know nothing of Pulumi. */
export interface Life {
  check(olds: Declared, news: Declared, context: LifecycleContext): CheckResult | Promise<CheckResult>;
  diff(olds: Declared, news: Declared, context: LifecycleContext): DiffResult | Promise<DiffResult>;
  create(
    news: Declared,
    context: LifecycleContext,
  ): Promise<{ readonly id: string; readonly outs: Declared }>;
  update(olds: Declared, news: Declared, context: LifecycleContext): Promise<Declared>;
  /** Takes what is there into a stack; absent where there is nothing that could be taken in. */
  adopt?: Adopt;
}

/** Reads what a resource of this id would be declared as, and its state. Writes nothing. */
export type Adopt = (
  id: string,
  context: LifecycleContext,
) => Promise<{ readonly inputs: Declared; readonly outs: Declared }>;

/** The life of an ordinary resource: it has a state of its own in the service, which is read and ended. */
export interface OrdinaryLife extends Life {
  /** Returns the state as it is now; undefined where the resource is gone. */
  read(state: Declared, context: LifecycleContext): Promise<Declared | undefined>;
  delete(state: Declared, context: LifecycleContext): Promise<void>;
}

/** Every kind of resource, by the name under which its shim asks for it. Shims live in state, so names stay. */
export const lives = {
  checkpoint: {
    check: checkCheckpoint,
    diff: diffCheckpoint,
    create: createCheckpoint,
    update: updateCheckpoint,
    adopt: adoptCheckpoint,
  },
  replayPlan: {
    check: checkReplayPlan,
    diff: diffReplayPlan,
    create: createReplayPlan,
    update: updateReplayPlan,
  },
  replayApply: {
    check: checkReplayApply,
    diff: diffReplayApply,
    create: createReplayApply,
    update: updateReplayApply,
  },
  savepoint: {
    check: checkSavepoint,
    diff: diffSavepoint,
    create: createSavepoint,
    update: updateSavepoint,
    adopt: adoptSavepoint,
  },
  consumerGroup: {
    check: checkConsumerGroup,
    diff: diffConsumerGroup,
    create: createConsumerGroup,
    update: updateConsumerGroup,
    read: readConsumerGroup,
    delete: deleteConsumerGroup,
    adopt: importConsumerGroup,
  },
} satisfies Record<string, Life | OrdinaryLife>;

/** What a read function is told: what was seen, or why nothing was, as data. Each front words it. */
export type Reading<Seen> =
  { readonly seen: Seen; readonly failure?: undefined } | { readonly failure: SlsError | RefusedError };

/** Reads for the functions of a program and for the command line, with the configuration that each has. */
export function openReader(keys: ConfigurationKeys) {
  const client = clientOf(readConfiguration(keys, process.env, packageVersion(), regionOfProfile));
  const now = (): Instant => instantOfMilliseconds(Date.now());
  return {
    groups: (args: Declared) => attempted(() => getGroups(client, args)),
    checkpoints: (args: Declared) => attempted(() => getCheckpoints(client, args)),
    plan: (args: Declared) => attempted(() => getPlan(client, args, now())),
    progress: (args: Declared) => attempted(() => getProgress(client, args, now())),
  };
}

async function attempted<Seen>(read: () => Promise<Seen>): Promise<Reading<Seen>> {
  try {
    return { seen: await read() };
  } catch (error) {
    if (SlsError.isInstance(error) || error instanceof RefusedError) return { failure: error };
    throw error;
  }
}

/** What lasts as long as one operation of an engine. */
export interface Operation {
  /** Who moves which shard, and what was written. */
  readonly memory: ProcessMemory;
  readonly engine: EngineWatch;
}

/** Begins what an engine asks of this process. Most processes see one operation and end with it. */
export function beginOperation(engineAddress: string): Operation {
  return { memory: new ProcessMemory(), engine: new EngineWatch(engineAddress) };
}

let ownOperation: Operation | undefined;

/** Everything that a resource touches outside of itself, with the configuration and the ear that a front gives. */
export function contextOf(
  keys: ConfigurationKeys,
  emit: LifecycleContext["emit"],
  // Only what may write has an engine: the last argument of a program that reads is something else.
  operation = (ownOperation ??= beginOperation(process.argv.at(-1) ?? "")),
): LifecycleContext {
  const configuration = readConfiguration(keys, process.env, packageVersion(), regionOfProfile);
  return {
    client: clientOf(configuration),
    memory: operation.memory,
    emit,
    engineAlive: () => {
      operation.engine.assertAlive();
    },
    now: () => instantOfMilliseconds(Date.now()),
    monotonic,
    sleep: async (duration) => {
      await sleep(millisecondsOf(duration));
    },
    newId: () => randomBytes(6).toString("base64url"),
    strictPreview: configuration.strictPreview,
    mostAtOnce: configuration.maxConcurrency,
  };
}

const monotonic = (): number => performance.now();

function clientOf(configuration: Configuration): SlsClient {
  const connections = new Connections();
  return new SlsClient(configuration, credentialsSource(configuration.credentials, configuration), {
    now: Date.now,
    monotonic,
    sleep: (duration) => sleep(millisecondsOf(duration)),
    random: Math.random,
    dispatcher: (origin) => connections.dispatcher(origin, configuration),
  });
}

/** Returns the version of this package. */
export function packageVersion(): string {
  const description: unknown = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8"));
  return (description as { readonly version: string }).version;
}
