import type * as pulumi from "@pulumi/pulumi";
import type { ConsumerGroupReplayArgs } from "./consumerGroupReplay.js";

/** Pulumi's options for a replay: those of a component, and the two of its children that mean something for it. */
export type ConsumerGroupReplayOptions = pulumi.ComponentResourceOptions &
  Pick<pulumi.CustomResourceOptions, "additionalSecretOutputs" | "deleteBeforeReplace">;

/** The options of a replay, sorted by who gets them. */
export interface SortedOptions {
  readonly component: pulumi.ComponentResourceOptions;
  readonly plan: pulumi.CustomResourceOptions;
  readonly apply: pulumi.CustomResourceOptions;
}

type Holder = keyof SortedOptions;

/** Who gets an option, or why nobody does. */
type Place = readonly Holder[] | { readonly refused: string };

/**
 * Where each option goes. Pulumi hands the children of a component nothing but protect, aliases, transformations
 * and providers; an option that were left at the component would be accepted and do nothing.
 *
 * What replaces goes to the plan alone: a plan that is replaced acts again, and what was written stays known.
 */
export const optionPlaces: Readonly<Record<keyof ConsumerGroupReplayOptions, Place>> = {
  parent: ["component"],
  protect: ["component"],
  aliases: ["component"],
  provider: ["component"],
  providers: ["component"],
  transformations: ["component"],
  transforms: ["component"],
  stateMigrations: ["component"],
  retainOnDelete: ["component", "plan", "apply"],
  customTimeouts: ["plan", "apply"],
  version: ["plan", "apply"],
  pluginDownloadURL: ["plan", "apply"],
  hideDiffs: ["plan", "apply"],
  ignoreChanges: ["plan", "apply"],
  hooks: ["plan", "apply"],
  additionalSecretOutputs: ["apply"],
  dependsOn: ["plan"],
  replacementTrigger: ["plan"],
  replaceWith: ["plan"],
  deletedWith: ["plan"],
  deleteBeforeReplace: ["plan"],
  replaceOnChanges: {
    refused:
      "a replay is never replaced for a change: triggers, or pulumi up --replace of its plan, act again",
  },
  id: { refused: "there is nothing to read: the first up adopts a group that stands there already" },
  urn: { refused: "a replay is declared, and cannot be read from the engine" },
  envVarMappings: { refused: "it is an option of providers: give it to sls.Provider" },
};

/** The inputs of a replay, and which children have them. */
const inputHolders: Readonly<Record<keyof ConsumerGroupReplayArgs, readonly Holder[]>> = {
  project: ["plan", "apply"],
  logstore: ["plan", "apply"],
  consumerGroup: ["plan", "apply"],
  from: ["plan"],
  triggers: ["plan"],
  allowTruncated: ["plan", "apply"],
  allowSkip: ["plan", "apply"],
  allowUnordered: ["plan", "apply"],
  applyBefore: ["plan", "apply"],
  maxMove: ["plan", "apply"],
  onActiveConsumers: ["plan", "apply"],
  waitTimeout: ["plan", "apply"],
  watchFor: ["plan", "apply"],
  reason: ["plan", "apply"],
};

/** Hooks go where the move begins and ends: it is planned first and applied last, and deleted the other way round. */
const hookHolders: Readonly<Record<string, readonly Holder[]>> = {
  beforeCreate: ["plan"],
  afterCreate: ["apply"],
  beforeUpdate: ["plan"],
  afterUpdate: ["apply"],
  beforeDelete: ["apply"],
  afterDelete: ["plan"],
  onError: ["plan", "apply"],
};

/**
 * Returns which options the component gets and which its children get.
 *
 * @throws For an option that a replay cannot honour, by its name: doing nothing would be worse.
 */
export function sortOptions(name: string, options: ConsumerGroupReplayOptions): SortedOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [option] of given) refuseUnlessPlaced(name, option);
  const of = (holder: Holder): object =>
    Object.fromEntries(
      given
        .filter(([option]) => isHeldBy(holder, option))
        .map(([option, value]) => [option, partOf(holder, option, value)]),
    );
  return { component: of("component"), plan: of("plan"), apply: of("apply") };
}

function placeOf(option: string): Place | undefined {
  return Object.hasOwn(optionPlaces, option)
    ? optionPlaces[option as keyof ConsumerGroupReplayOptions]
    : undefined;
}

function refuseUnlessPlaced(name: string, option: string): void {
  const place = placeOf(option) ?? {
    refused: "this version of pulumi-sls-checkpoint does not know the option",
  };
  if (!("refused" in place)) return;
  throw new Error(
    `ConsumerGroupReplay "${name}": the option ${option} is not supported: ${place.refused}\nTake it out.`,
  );
}

function isHeldBy(holder: Holder, option: string): boolean {
  const place = placeOf(option) ?? [];
  return !("refused" in place) && place.includes(holder);
}

/** What a holder gets of an option that not every one gets whole. */
function partOf(holder: Holder, option: string, value: unknown): unknown {
  if (option === "ignoreChanges") return inputsOf(holder, value as readonly string[]);
  if (option === "hooks") return hooksOf(holder, value as pulumi.ResourceHookBinding);
  return value;
}

/**
 * The property paths below inputs that a child has. "*" stands for the declared ones: apply must never miss what its
 * plan hands it.
 */
function inputsOf(holder: Holder, paths: readonly string[]): readonly string[] {
  const own = inputNamesOf(holder);
  return paths.flatMap((path) => {
    if (path === "*") return own;
    return own.includes(rootOf(path)) ? [path] : [];
  });
}

/** Returns the names of the inputs that a child has. */
export function inputNamesOf(holder: Holder): readonly string[] {
  return Object.entries(inputHolders).flatMap(([input, holders]) =>
    holders.includes(holder) ? [input] : [],
  );
}

/** The input that a property path begins with: `from` of `from["0"]`, `["from"]` and `from.*`. */
function rootOf(path: string): string {
  const { quoted, bare } = /^(?:\["(?<quoted>[^"]+)"\]|(?<bare>[^.[]+))/.exec(path)?.groups ?? {};
  return quoted ?? bare ?? path;
}

function hooksOf(holder: Holder, hooks: pulumi.ResourceHookBinding): pulumi.ResourceHookBinding {
  return Object.fromEntries(
    Object.entries(hooks).filter(([moment]) => hookHolders[moment]?.includes(holder)),
  );
}
