import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const config = new pulumi.Config();

const replay = new sls.ConsumerGroupReplay("replay", {
  project: config.require("project"),
  logstore: config.require("logstore"),
  consumerGroup: config.require("consumerGroup"),
  from: config.require("from"),
  reason: config.get("reason"),
});

export const shards = replay.shards;
export const wayBack = replay.previousPositions;
