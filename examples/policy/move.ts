/** A move of checkpoints, as it is declared in a program, and what the rules ask of it. */

/** One declared move. What is not declared is absent. A secret is here in plain text, and must not be repeated. */
export interface Move {
  readonly stack: string;
  readonly everyShard: boolean;
  readonly reason: string | undefined;
  readonly applyBefore: string | undefined;
  readonly maxMove: string | undefined;
  readonly onActiveConsumers: string | undefined;
  readonly allowSkip: boolean;
}

/** The resource types, as a TypeScript program declares them and as every other language does. */
const replayTypes = ["pulumi-nodejs:dynamic/sls:ReplayPlan", "sls:index:ReplayPlan"];
const pinTypes = ["pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint", "sls:index:ConsumerGroupCheckpoint"];

/**
 * Returns the move that a resource declares, or undefined where it declares none. A ConsumerGroupReplay itself has no
 * inputs: it is its plan that has them.
 */
export function moveOf(type: string, urn: string, inputs: Record<string, unknown>): Move | undefined {
  if (!replayTypes.includes(type) && !pinTypes.includes(type)) return undefined;
  return {
    stack: urn.split("::")[0]?.replace("urn:pulumi:", "") ?? "",
    everyShard: replayTypes.includes(type) && namesEveryShard(inputs["from"]),
    reason: text(inputs["reason"]),
    applyBefore: text(inputs["applyBefore"]),
    maxMove: text(inputs["maxMove"]),
    onActiveConsumers: text(inputs["onActiveConsumers"]),
    allowSkip: inputs["allowSkip"] === true,
  };
}

/** A position is for all shards; a map is for those that it names, `"*"` being all others. */
function namesEveryShard(from: unknown): boolean {
  if (typeof from !== "object" || from === null) return from !== "keep";
  const others: unknown = (from as Record<string, unknown>)["*"];
  return others !== undefined && others !== "keep";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
