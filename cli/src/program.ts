import { type Checkpoints } from "./reader.js";

/** Writes the TypeScript of a replay with these inputs; where no `from` is given, with today's positions. */
export function programOf(
  inputs: Readonly<Record<string, unknown>>,
  shards: Checkpoints["shards"],
  readAt: string,
): string {
  const { from, ...others } = inputs;
  const fields = Object.entries(others).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`);
  return [
    'import * as sls from "pulumi-sls-checkpoint";',
    "",
    `// Where the group stood at ${readAt}.`,
    `new sls.ConsumerGroupReplay(${JSON.stringify(`${String(others["consumerGroup"])}-replay`)}, {`,
    ...fields,
    ...fromLines(from, shards),
    "});",
    "",
  ].join("\n");
}

function fromLines(from: unknown, shards: Checkpoints["shards"]): readonly string[] {
  if (from !== undefined) {
    return [...shards.map((shard) => `  // ${standsAt(shard)}`), `  from: ${JSON.stringify(from)},`];
  }
  return ["  from: {", ...shards.map((shard) => `    ${entryOf(shard)} // ${standsAt(shard)}`), "  },"];
}

function entryOf({ shard, checkpoint, lostLogGroups }: Checkpoints["shards"][number]): string {
  const position = checkpoint === "none" || lostLogGroups !== undefined ? "keep" : `cursor:${checkpoint}`;
  return `${JSON.stringify(String(shard))}: ${JSON.stringify(position)},`;
}

function standsAt({ shard, checkpointTime, checkpoint }: Checkpoints["shards"][number]): string {
  return `shard ${String(shard)} stands at ${JSON.stringify(checkpointTime ?? checkpoint).slice(1, -1)}`;
}
