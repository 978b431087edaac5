import type * as pulumi from "@pulumi/pulumi";
import { type HookMoment, type ReplayChild, holdsHook, ignoredChangesOf } from "../replayChildren.js";

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
      "a change never replaces a replay; to move the group again, change triggers, or run pulumi up --replace on its plan",
  },
  id: { refused: "there is nothing to read: the first up adopts a group that stands there already" },
  urn: { refused: "a replay is declared, and cannot be read from the engine" },
  envVarMappings: { refused: "it is an option of providers: give it to sls.Provider" },
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
  if (holder === "component") return value;
  if (option === "ignoreChanges") return ignoredChangesOf(holder, value as readonly string[]);
  if (option === "hooks") return hooksOf(holder, value as pulumi.ResourceHookBinding);
  return value;
}

function hooksOf(child: ReplayChild, hooks: pulumi.ResourceHookBinding): pulumi.ResourceHookBinding {
  return Object.fromEntries(
    Object.entries(hooks).filter(([moment]) => holdsHook(child, moment as HookMoment)),
  );
}
