import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";
import { readGroups } from "./groups";
import { summaryOf } from "./summary";

const config = new pulumi.Config();
const instant = config.require("from");
// The canary moves one shard of each group. Its act stays what it is when all others follow: it is not moved twice.
const from: Record<string, string> = config.getBoolean("everyShard") ? { "*": instant } : { "0": instant };

const replays = readGroups(config.requireObject<unknown[]>("groups")).map((group) => {
  const name = `${group.project}/${group.logstore}/${group.consumerGroup}`;
  const replay = new sls.ConsumerGroupReplay(name, {
    ...group,
    from,
    applyBefore: config.require("applyBefore"),
    reason: config.require("reason"),
  });
  return { name, replay };
});

/** All groups in a few numbers, and those that somebody has to look at. */
export const summary = pulumi
  .output(Object.fromEntries(replays.map(({ name, replay }) => [name, replay.totals])))
  .apply(summaryOf);

/** Where each group stood before: the way back. */
export const previousPositions = Object.fromEntries(
  replays.map(({ name, replay }) => [name, replay.previousPositions]),
);
