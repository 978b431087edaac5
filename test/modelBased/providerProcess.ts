import { type LifecycleContext } from "../../provider/src/lifecycle/context.ts";
import { type Declared, notYetKnown } from "../../provider/src/lifecycle/declared.ts";
import { RefusedError, UnfinishedError } from "../../provider/src/lifecycle/failures.ts";
import { ProcessMemory } from "../../provider/src/lifecycle/processMemory.ts";
import { type Life as ProviderLife, lives } from "../../provider/src/lives.ts";
import { type Duration, millisecondsOf } from "../../provider/src/model/duration.ts";
import { instantOfMilliseconds } from "../../provider/src/model/instant.ts";
import { type Report, type RunEvent } from "../../provider/src/rules/events.ts";
import { SlsClient } from "../../provider/src/sls/client.ts";
import { readConfiguration } from "../../provider/src/sls/configuration.ts";
import { credentialsSource } from "../../provider/src/sls/official/credentialsSource.ts";
import { InitFailure, type Life } from "./engine.ts";
import { type ResourceName } from "./oracle/trace.ts";
import { type Dispatcher } from "./providerUndici.ts";

/** What a process of the provider touches outside of itself. */
export interface ProcessEffects {
  readonly endpoint: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly dispatcher: Dispatcher;
  readonly newId: () => string;
  /** Told which shards of a group are said to be moved, and which would be, were no consumers alive. */
  readonly onPlanned: (group: string, moves: readonly number[], live: readonly number[]) => void;
  readonly mostAtOnce: number;
}

const kinds: Readonly<Record<ResourceName, keyof typeof lives>> = {
  plan: "replayPlan",
  apply: "replayApply",
  pin: "checkpoint",
};

/** Stands for a value that the engine does not know yet. */
export const unknown: unknown = notYetKnown;

/** The provider as one process of it answers the engine. */
export function startProcess(effects: ProcessEffects): (resource: ResourceName) => Life {
  const context = contextOf(effects);
  return (resource) => lifeOf(lives[kinds[resource]], context);
}

function contextOf(effects: ProcessEffects): LifecycleContext {
  const keys: Readonly<Record<string, string>> = {
    "sls:endpoint": effects.endpoint,
    "sls:accessKeyId": "emulatorAccessKeyId",
    "sls:accessKeySecret": "emulatorAccessKeySecret",
    "sls:maxConcurrency": String(effects.mostAtOnce),
  };
  const configuration = readConfiguration((key) => keys[key], {}, "0");
  const { now } = effects;
  const sleep = (duration: Duration): Promise<void> => effects.sleep(millisecondsOf(duration));
  const client = new SlsClient(configuration, credentialsSource(configuration.credentials, configuration), {
    now,
    monotonic: now,
    sleep,
    random: () => 0.5,
    dispatcher: () => effects.dispatcher,
  });
  return {
    client,
    memory: new ProcessMemory(),
    strictPreview: false,
    emit: (event) => {
      tellPlanned(event, effects);
    },
    engineAlive: () => undefined,
    now: () => instantOfMilliseconds(now()),
    monotonic: now,
    sleep,
    newId: effects.newId,
    mostAtOnce: effects.mostAtOnce,
  };
}

function tellPlanned(event: RunEvent, { onPlanned }: ProcessEffects): void {
  if (event.kind !== "planned") return;
  const [, , group = ""] = event.subject.id.split("/");
  const moves = event.shards.filter(({ decision }) => decision.kind === "move");
  const live = event.shards.filter(
    ({ decision }) => decision.kind === "refused" && decision.refusal.kind === "liveConsumers",
  );
  const idsOf = (shards: typeof moves): readonly number[] => shards.map(({ shard }) => shard);
  onPlanned(group, idsOf(moves), idsOf(live));
}

function lifeOf(life: ProviderLife, context: LifecycleContext): Life {
  return {
    async check(olds, news) {
      const { inputs, problems, refused } = await life.check(olds, news, context);
      const failures = problems.map(({ property, reason }) => `${property} ${reason}`.trim());
      return { inputs, failures: refused === undefined ? failures : [...failures, shortly(refused)] };
    },
    diff: async (olds, news) => told(async () => life.diff(olds, news, context)),
    create: async (news) => told(async () => (await life.create(news, context)).outs),
    update: async (olds, news) => told(async () => life.update(olds, news, context)),
  };
}

async function told<Result extends DiffLike | Declared>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof UnfinishedError) throw new InitFailure(shortly(error.report), error.outs, error);
    if (error instanceof RefusedError) throw new Error(shortly(error.report), { cause: error });
    throw error;
  }
}

interface DiffLike {
  readonly changes: boolean;
  readonly replaces: readonly string[];
}

/** Enough to tell failures apart; the wording is tested elsewhere. */
function shortly(report: Report): string {
  switch (report.kind) {
    case "refused":
      return `refused: ${report.refusals.map(({ shard, refusal }) => `${shard} ${refusal.kind}`).join(", ")}`;
    case "unfinished": {
      const shards = report.shards.map(({ shard, status }) => `${shard} ${status}`).join(", ");
      return `unfinished: ${shards} ${report.failure?.message ?? ""}`.trim();
    }
    case "lookFailed":
      return `look failed: ${report.failure.message}`;
    default:
      return report.kind;
  }
}
