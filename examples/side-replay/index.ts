import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const config = new pulumi.Config();

const project = config.require("project");
const logstore = config.require("logstore");
const until = config.require("until");

const side = new sls.ConsumerGroup("side", {
  project,
  logstore,
  consumerGroup: config.require("consumerGroup"),
});

const replay = new sls.ConsumerGroupReplay("replay", {
  project,
  logstore,
  consumerGroup: side.consumerGroup,
  from: config.require("from"),
  // The side group has no checkpoint, so the move is measured from `from` to now.
  maxMove: config.require("maxMove"),
});

/** What the consumers are told: they stop before `until`, in Unix seconds. */
export const consumers = pulumi.jsonStringify({
  project,
  logstore,
  consumerGroup: side.consumerGroup,
  until: unixSeconds(until),
});

const { consumerGroup } = side;
const { shards } = replay;

/** Asked for with `progress`, because it reads from the service each time. */
const reading = config.getBoolean("progress")
  ? sls.getReplayProgressOutput({ project, logstore, consumerGroup, shards, until })
  : undefined;

/** Whether every shard was read up to `until`. */
export const done = reading?.done;

/** How far each shard was read, as Markdown. */
export const progress = reading?.text;

/** Consumers and SLS count whole seconds: rounded up, so that nothing before the instant is missed. */
function unixSeconds(instant: string): number {
  const isInstant = /^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/.test(instant);
  const milliseconds = Date.parse(instant);
  if (isInstant && milliseconds <= Date.now()) return Math.ceil(milliseconds / 1_000);
  throw new Error(
    `until is "${instant}": write an instant that has passed, such as 2026-11-20T10:00:00+08:00`,
  );
}
