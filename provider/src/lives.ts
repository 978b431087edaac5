import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EngineProbe } from "./engineProbe.js";
import { type CheckResult, type DiffResult } from "./lifecycle/answers.js";
import {
  checkCheckpoint,
  createCheckpoint,
  diffCheckpoint,
  updateCheckpoint,
} from "./lifecycle/checkpoint/consumerGroupCheckpoint.js";
import { type LifecycleContext } from "./lifecycle/context.js";
import { type Declared } from "./lifecycle/declared.js";
import { RefusedError } from "./lifecycle/failures.js";
import { ProcessMemory } from "./lifecycle/processMemory.js";
import { getCheckpoints } from "./lifecycle/reading/checkpointsReading.js";
import { getProgress } from "./lifecycle/reading/progressReading.js";
import { getPlan } from "./lifecycle/reading/replayReading.js";
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
import { checkSavepoint, createSavepoint, diffSavepoint, updateSavepoint } from "./lifecycle/savepoint.js";
import { millisecondsOf } from "./model/duration.js";
import { instantOfMilliseconds } from "./model/instant.js";
import { SlsClient } from "./sls/client.js";
import { type ConfigurationKeys, readConfiguration } from "./sls/configuration.js";
import { Connections } from "./sls/connections.js";
import { SlsError } from "./sls/errors.js";
import { credentialsSource } from "./sls/official/credentialsSource.js";

/** The kinds of resources and the context that they run in: what every front of this package shares. */

/** The life of one kind of resource, in terms that know nothing of Pulumi. */
export interface Life {
  check(olds: Declared, news: Declared, context: LifecycleContext): CheckResult | Promise<CheckResult>;
  diff(olds: Declared, news: Declared, context: LifecycleContext): DiffResult;
  create(
    news: Declared,
    context: LifecycleContext,
  ): Promise<{ readonly id: string; readonly outs: Declared }>;
  update(olds: Declared, news: Declared, context: LifecycleContext): Promise<Declared>;
}

/** Every kind of resource, by the name under which its shim asks for it. Shims live in state, so names stay. */
export const lives = {
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

/** Everything that a resource touches outside of itself, with the configuration that a front was given. */
export function contextOf(keys: ConfigurationKeys): LifecycleContext {
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
