import { type ConsumerGroupReplayArgs } from "./resources/consumerGroupReplay.js";

/** Which of a replay's two children holds what: both fronts make the same two resources of it. */

/** `plan` looks and records acts; `apply` keeps the ledger and writes. */
export type ReplayChild = "plan" | "apply";

/** The inputs of a replay, and which children have them. */
const inputHolders: Readonly<Record<keyof ConsumerGroupReplayArgs, readonly ReplayChild[]>> = {
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
const hookHolders = {
  beforeCreate: ["plan"],
  afterCreate: ["apply"],
  beforeUpdate: ["plan"],
  afterUpdate: ["apply"],
  beforeDelete: ["apply"],
  afterDelete: ["plan"],
  onError: ["plan", "apply"],
} as const satisfies Readonly<Record<string, readonly ReplayChild[]>>;

/** When Pulumi runs a hook. */
export type HookMoment = keyof typeof hookHolders;

/** Returns the names of the inputs that a child has. */
export function inputNamesOf(child: ReplayChild): readonly string[] {
  return namesHeldBy(child, inputHolders);
}

/** Returns whether a hook of this moment is a child's. */
export function holdsHook(child: ReplayChild, moment: HookMoment): boolean {
  return namesHeldBy(child, hookHolders).includes(moment);
}

function namesHeldBy(
  child: ReplayChild,
  holders: Readonly<Record<string, readonly ReplayChild[]>>,
): readonly string[] {
  return Object.entries(holders).flatMap(([name, children]) => (children.includes(child) ? [name] : []));
}

/**
 * Returns what of a replay's `ignoreChanges` is a child's: the property paths below inputs that it has. "*" stands for the
 * declared ones: apply must never miss what its plan hands it.
 */
export function ignoredChangesOf(child: ReplayChild, paths: readonly string[]): readonly string[] {
  const own = inputNamesOf(child);
  return paths.flatMap((path) => {
    if (path === "*") return own;
    return own.includes(rootOf(path)) ? [path] : [];
  });
}

/** The input that a property path begins with: `from` of `from["0"]`, `["from"]` and `from.*`. */
function rootOf(path: string): string {
  const { quoted, bare } = /^(?:\["(?<quoted>[^"]+)"\]|(?<bare>[^.[]+))/.exec(path)?.groups ?? {};
  return quoted ?? bare ?? path;
}
