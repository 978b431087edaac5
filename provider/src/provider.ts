import "./nodeVersion.js";
import { type dynamic } from "@pulumi/pulumi";
import { type LifecycleContext } from "./lifecycle/context.js";
import { type Declared, type Problem, notYetKnown } from "./lifecycle/declared.js";
import { RefusedError, UnfinishedError } from "./lifecycle/failures.js";
import {
  type Life,
  type OrdinaryLife,
  type ConfigurationKeys,
  type Reading,
  contextOf,
  lives,
  openReader as openReaderOf,
} from "./lives.js";
import {
  holdsSecret,
  markedInputs,
  confidentialityOf,
  sealedLike,
  secretInputsKey,
  secretsChanged,
  unknownValue,
  withoutSecretReason,
} from "./marks.js";
import { checkpointsAnswer } from "./texts/answers/checkpointsAnswer.js";
import { planAnswer } from "./texts/answers/planAnswer.js";
import { progressAnswer } from "./texts/answers/progressAnswer.js";
import { describeEvent } from "./texts/describeEvent.js";
import { describeReport } from "./texts/describeReport.js";

/**
 * The entry that Pulumi's provider process loads, and the one place that translates its calls: unknown values,
 * check failures, failures that keep state, lines.
 *
 * @internal
 */

const providerKey = "__provider";

/** The methods that a shim hands its calls on to. */
export type ResourceLife = Required<Pick<dynamic.ResourceProvider, "check" | "diff" | "create" | "update">>;

/** The methods that the shim of an ordinary resource hands its calls on to. */
export type OrdinaryResourceLife = ResourceLife & Required<Pick<dynamic.ResourceProvider, "read" | "delete">>;

/** Answers the life of one kind of resource, with the configuration that Pulumi gives this process. */
export function configure(kind: "consumerGroup", request: dynamic.ConfigureRequest): OrdinaryResourceLife;
export function configure(kind: keyof typeof lives, request: dynamic.ConfigureRequest): ResourceLife;
export function configure(
  kind: keyof typeof lives,
  request: dynamic.ConfigureRequest,
): ResourceLife | OrdinaryResourceLife {
  const life: Life | OrdinaryLife = lives[kind];
  const contextFor = contextsOf(request);
  const resource: ResourceLife = {
    async check(olds: Properties, news: Properties) {
      if (isOfPlugin(olds)) return { inputs: news, failures: [{ property: "", reason: noWayBack }] };
      const { inputs, problems, refused } = await life.check(
        declaredOf(olds),
        declaredOf(news),
        contextFor(news),
      );
      const failures: dynamic.CheckFailure[] = problems.map(failureOf);
      if (refused !== undefined) {
        failures.push({
          property: "",
          reason: describeReport(refused, confidentialityOf(news)),
        });
      }
      return { inputs: asGiven(propertiesOf(inputs), news), failures };
    },
    async diff(_id, olds: Properties, news: Properties) {
      const { changes, replaces } = await wordedBriefly(news, async () =>
        life.diff(declaredOf(olds), declaredOf(news), contextFor(news)),
      );
      const differs = changes || secretsChanged(markedInputs(olds), markedInputs(news));
      return { changes: differs, replaces: [...replaces], deleteBeforeReplace: false };
    },
    async create(inputs: Properties) {
      const { id, outs } = await keepingState(inputs, () =>
        life.create(declaredOf(inputs), contextFor(inputs)),
      );
      return { id, outs: sealedOuts(outs, inputs) };
    },
    async update(_id, olds: Properties, news: Properties) {
      const outs = await keepingState(news, () =>
        life.update(declaredOf(olds), declaredOf(news), contextFor(news)),
      );
      return { outs: sealedOuts(outs, news) };
    },
  };
  return "read" in life ? { ...resource, ...endingsOf(life, contextFor) } : resource;
}

type ContextFor = (inputs: Properties) => LifecycleContext;

/** One context for all calls, whose lines tell no position that is secret among the inputs of the call. */
function contextsOf(request: dynamic.ConfigureRequest): ContextFor {
  const context = contextOf(
    (key) => textOf(request.config.get(key)),
    () => undefined,
  );
  return (inputs) => {
    const confidentiality = confidentialityOf(inputs);
    return {
      ...context,
      emit: (event) => {
        console.log(describeEvent(event, confidentiality));
      },
    };
  };
}

/** A block, such as `alicloud:assumeRole`, may come as an object although Pulumi's types promise texts. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What only an ordinary resource does: it is read on refresh, and deleted. */
function endingsOf(
  life: OrdinaryLife,
  contextFor: ContextFor,
): Pick<OrdinaryResourceLife, "read" | "delete"> {
  return {
    async read(id, state: Properties) {
      const props = await keepingState(state, () => life.read(declaredOf(state), contextFor(state)));
      // Pulumi takes a resource without an id for one that is gone.
      return props === undefined ? { id: "", props: {} } : { id, props: sealedOuts(props, state) };
    },
    async delete(_id, state: Properties) {
      await keepingState(state, () => life.delete(declaredOf(state), contextFor(state)));
    },
  };
}

type Properties = Record<string, unknown>;

/** Pulumi keeps the shim with whatever a dynamic provider saved; the plugin keeps none. */
function isOfPlugin(olds: Properties): boolean {
  return Object.keys(olds).length > 0 && !Object.hasOwn(olds, providerKey);
}

/** Without a word, the up would succeed, and every refresh and destroy after it would fail. */
const noWayBack =
  "This resource was written by the plugin sls, and a dynamic provider cannot take it over\n" +
  "Declare it in the language that it was declared in, or take it out of the stack by pulumi state delete first.";

function declaredOf(properties: Properties): Declared {
  const declared = Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => name !== providerKey && name !== secretInputsKey)
      .map(([name, value]) => [name, known(value)]),
  );
  return withoutSecretReason(declared, markedInputs(properties));
}

/** Inputs as they were given, where a life was not told all of them. */
function asGiven(inputs: Properties, given: Properties): Properties {
  const secrets = given[secretInputsKey];
  if (secrets === undefined) return inputs;
  const hidden = holdsSecret(markedInputs(given)["reason"]) ? { reason: given["reason"] } : {};
  return { ...inputs, ...hidden, [secretInputsKey]: secrets };
}

/** State, with everything marked that comes from a secret input. Pulumi itself marks only what has an input's name. */
function sealedOuts(outs: Declared, inputs: Properties): Properties {
  const secrets = inputs[secretInputsKey];
  if (secrets === undefined) return outs;
  return { ...sealedLike(outs, markedInputs(inputs)), [secretInputsKey]: secrets };
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
    const confidentiality = confidentialityOf(inputs);
    if (error instanceof RefusedError) {
      throw new Error(describeReport(error.report, confidentiality), { cause: error });
    }
    if (!(error instanceof UnfinishedError)) throw error;
    const message = describeReport(error.report, confidentiality);
    throw Object.assign(new Error(message, { cause: error }), {
      id: error.id,
      properties: { ...sealedOuts(error.outs, inputs), [providerKey]: inputs[providerKey] },
      reasons: [message],
    });
  }
}

/** Pulumi's server prints an error of diff twice, once with its stack: both are the message alone. */
async function wordedBriefly<Result>(inputs: Properties, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const confidentiality = confidentialityOf(inputs);
    const message =
      error instanceof RefusedError ? describeReport(error.report, confidentiality) : error.message;
    const worded = new Error(message, { cause: error });
    worded.stack = message;
    worded.toString = () => message;
    throw worded;
  }
}

/** Reads for the functions of a program, with the configuration that the program has. */
export function openReader(keys: ConfigurationKeys) {
  const { checkpoints, plan, progress } = openReaderOf(keys);
  return {
    checkpoints: async (args: Declared) => worded(await checkpoints(args), checkpointsAnswer),
    plan: async (args: Declared) => worded(await plan(args), planAnswer),
    progress: async (args: Declared) => worded(await progress(args), progressAnswer),
  };
}

/** An answer, or why there is none, in words for whoever runs the program. */
type WordedReading<Answer> =
  | { readonly answer: Answer; readonly failure?: undefined }
  | { readonly failure: { readonly message: string; readonly code: string | undefined } };

function worded<Seen, Answer>(reading: Reading<Seen>, word: (seen: Seen) => Answer): WordedReading<Answer> {
  const { failure } = reading;
  if (failure === undefined) return { answer: word(reading.seen) };
  if (failure instanceof RefusedError) {
    return { failure: { message: describeReport(failure.report), code: undefined } };
  }
  return { failure: { message: failure.message, code: failure.code } };
}
