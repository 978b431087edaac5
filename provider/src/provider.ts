import "./nodeVersion.js";
import { type dynamic } from "@pulumi/pulumi";
import { type Declared, type Problem, notYetKnown } from "./lifecycle/declared.js";
import { UnfinishedError } from "./lifecycle/failures.js";
import { type Life, contextOf, lives } from "./lives.js";

export { openReader } from "./lives.js";

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
 * everywhere but here, and without it the resource could never be destroyed (docs/protocol.md 8.2).
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
