import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";
import { readReplays } from "./replays";

const declared = readReplays(new pulumi.Config()).map(({ name, args }) => {
  const replay = new sls.ConsumerGroupReplay(name, args);
  return { name, replay };
});

/** Where each group stood before: the way back. */
export const previousPositions = byName(({ replay }) => replay.previousPositions);

/** How far each shard is: what `sls-checkpoint progress` reads. */
export const shards = byName(({ replay }) => replay.shards);

/** How many shards of each group are pinned, stay, were left alone. */
export const totals = byName(({ replay }) => replay.totals);

function byName<Value>(valueOf: (replay: (typeof declared)[number]) => Value): Record<string, Value> {
  return Object.fromEntries(declared.map((replay) => [replay.name, valueOf(replay)]));
}
