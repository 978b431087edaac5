import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";
import { readUpTo } from "./readUpTo";

const config = new pulumi.Config();

const project = config.require("project");
const logstore = config.require("logstore");
const until = unixSeconds(config.require("until"));

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

/** What the consumers are told. They stop before `until`, in Unix seconds. */
export const consumers = pulumi.jsonStringify({
  project,
  logstore,
  consumerGroup: side.consumerGroup,
  until,
});

/** Asked for with `progress`, because it reads from the service each time. */
const progress = config.getBoolean("progress")
  ? replay.shards.apply(() => readUpTo({ project, logstore, consumerGroup: side.consumerGroup }, until))
  : undefined;

/** Whether every shard was read up to `until`. */
export const done = progress?.apply(({ left }) => left.length === 0);

/** The shards that were not, yet. */
export const left = progress?.apply(({ left: shards }) => shards);

/** Consumers and SLS count whole seconds: rounded up, so that nothing before the instant is missed. */
function unixSeconds(instant: string): number {
  const milliseconds = Date.parse(instant);
  if (Number.isNaN(milliseconds)) throw new Error(`until is ${instant}, which is no instant in RFC 3339`);
  if (milliseconds > Date.now()) {
    throw new Error(
      `until is ${instant}, which is in the future: consumers would stop at the end of today's data`,
    );
  }
  return Math.ceil(milliseconds / 1_000);
}
