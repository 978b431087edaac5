import "./nodeVersion.js";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type dynamic } from "@pulumi/pulumi";
import { EngineProbe } from "./engineProbe.js";
import {
  checkCheckpoint,
  createCheckpoint,
  diffCheckpoint,
  updateCheckpoint,
} from "./lifecycle/checkpoint/consumerGroupCheckpoint.js";
import { type CheckResult, type DiffResult } from "./lifecycle/answers.js";
import { getCheckpoints } from "./lifecycle/reading/checkpointsReading.js";
import { type LifecycleContext } from "./lifecycle/context.js";
import { type Declared, type Problem, notYetKnown } from "./lifecycle/declared.js";
import { RefusedError, UnfinishedError } from "./lifecycle/failures.js";
import { getProgress } from "./lifecycle/reading/progressReading.js";
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
import { getPlan } from "./lifecycle/reading/replayReading.js";
import { checkSavepoint, createSavepoint, diffSavepoint, updateSavepoint } from "./lifecycle/savepoint.js";
import { ProcessMemory } from "./lifecycle/processMemory.js";
import { millisecondsOf } from "./model/duration.js";
import { instantOfMilliseconds } from "./model/instant.js";
import { SlsClient } from "./sls/client.js";
import { type ConfigurationKeys, readConfiguration } from "./sls/configuration.js";
import { Connections } from "./sls/connections.js";
import { SlsError } from "./sls/errors.js";
import { credentialsSource } from "./sls/official/credentialsSource.js";

/**
 * The entry that Pulumi's provider process loads, and the one place that translates its calls: unknown values,
 * check failures, failures that keep state, lines.
 *
 * @internal
 */

/** How Pulumi writes a value that is not known yet, whatever its type (`pulumi.runtime.unknownValue`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const providerKey = "__provider";

/** The methods that a shim hands its calls on to. */
export type ResourceLife = Required<Pick<dynamic.ResourceProvider, "check" | "diff" | "create" | "update">>;

/** The life of one kind of resource, in terms that know nothing of Pulumi. */
interface Life {
  check(olds: Declared, news: Declared, context: LifecycleContext): CheckResult | Promise<CheckResult>;
  diff(olds: Declared, news: Declared, context: LifecycleContext): DiffResult;
  create(
    news: Declared,
    context: LifecycleContext,
  ): Promise<{ readonly id: string; readonly outs: Declared }>;
  update(olds: Declared, news: Declared, context: LifecycleContext): Promise<Declared>;
}

/** Every kind of resource, by the name under which its shim asks for it. Shims live in state, so names stay. */
const lives = {
  checkpoint: {
    check: checkCheckpoint,
    diff: diffCheckpoint,
    create: createCheckpoint,
    update: updateCheckpoint,
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
  },
} satisfies Record<string, Life>;

/** Answers the life of one kind of resource, with the configuration that Pulumi gives this process. */
export function configure(kind: keyof typeof lives, request: dynamic.ConfigureRequest): ResourceLife {
  const life: Life = lives[kind];
  const context = contextOf((key) => request.config.get(key));
  return {
    async check(olds: Properties, news: Properties) {
      const { inputs, problems } = await life.check(declaredOf(olds), declaredOf(news), context);
      return { inputs: propertiesOf(inputs), failures: problems.map(failureOf) };
    },
    diff(_id, olds: Properties, news: Properties) {
      const { changes, replaces } = life.diff(declaredOf(olds), declaredOf(news), context);
      return Promise.resolve({ changes, replaces: [...replaces], deleteBeforeReplace: false });
    },
    async create(inputs: Properties) {
      return keepingState(inputs, () => life.create(declaredOf(inputs), context));
    },
    async update(_id, olds: Properties, news: Properties) {
      return keepingState(news, async () => ({
        outs: await life.update(declaredOf(olds), declaredOf(news), context),
      }));
    },
  };
}

type Properties = Record<string, unknown>;

function declaredOf(properties: Properties): Declared {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => name !== providerKey)
      .map(([name, value]) => [name, known(value)]),
  );
}

function known(value: unknown): unknown {
  if (value === unknownValue) return notYetKnown;
  if (Array.isArray(value)) return value.map(known);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, known(item)]));
}

function propertiesOf(declared: Declared): Properties {
  return Object.fromEntries(Object.entries(declared).map(([name, value]) => [name, transmittable(value)]));
}

function transmittable(value: unknown): unknown {
  if (value === notYetKnown) return unknownValue;
  if (Array.isArray(value)) return value.map(transmittable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, transmittable(item)]));
}

function failureOf({ property, reason }: Problem): dynamic.CheckFailure {
  return { property, reason };
}

/**
 * Pulumi keeps the state of a failed resource only for an error of this shape. It re-attaches `__provider`
 * everywhere but here, and without it the resource could never be destroyed (reference/engine-runs.md 3).
 */
async function keepingState<Result>(inputs: Properties, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UnfinishedError)) throw error;
    throw Object.assign(new Error(error.message, { cause: error }), {
      id: error.id,
      properties: { ...error.outs, [providerKey]: inputs[providerKey] },
      reasons: [error.message],
    });
  }
}

/** What a read function is told: the answer, or why there is none, in words for whoever runs the program. */
export type Reading<Answer> =
  | { readonly answer: Answer; readonly failure?: undefined }
  | { readonly failure: { readonly message: string; readonly code: string | undefined } };

/** Reads for the functions of a program, with the configuration that the program has. */
export function openReader(keys: ConfigurationKeys) {
  const { client, now } = contextOf(keys);
  return {
    checkpoints: (args: Declared) => attempted(() => getCheckpoints(client, args)),
    plan: (args: Declared) => attempted(() => getPlan(client, args, now())),
    progress: (args: Declared) => attempted(() => getProgress(client, args)),
  };
}

async function attempted<Answer>(read: () => Promise<Answer>): Promise<Reading<Answer>> {
  try {
    return { answer: await read() };
  } catch (error) {
    if (SlsError.isInstance(error)) return { failure: { message: error.message, code: error.code } };
    if (error instanceof RefusedError) return { failure: { message: error.message, code: undefined } };
    throw error;
  }
}

const memory = new ProcessMemory();
const connections = new Connections();
const engineProbe = new EngineProbe(process.argv.at(-1) ?? "");

function contextOf(keys: ConfigurationKeys): LifecycleContext {
  const configuration = readConfiguration(keys, process.env, packageVersion());
  return {
    client: new SlsClient(configuration, credentialsSource(configuration.credentials, configuration), {
      now: Date.now,
      sleep: (duration) => sleep(millisecondsOf(duration)),
      random: Math.random,
      dispatcher: (origin) => connections.dispatcher(origin, configuration),
    }),
    memory,
    print: (text) => {
      console.log(text);
    },
    probeEngine: () => engineProbe.check(),
    now: () => instantOfMilliseconds(Date.now()),
    sleep: async (duration) => {
      await sleep(millisecondsOf(duration));
    },
    newAct: randomUUID,
  };
}

function packageVersion(): string {
  const description: unknown = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8"));
  return (description as { readonly version: string }).version;
}
