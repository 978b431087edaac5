import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const config = new pulumi.Config();

const replay = new sls.ConsumerGroupReplay("orders-replay", {
  project: "shop",
  logstore: "orders",
  consumerGroup: "billing",
  from: config.require("from"),
  applyBefore: config.require("until"),
  onActiveConsumers: "wait",
  reason: config.require("incident"),
});

export const wayBack = replay.previousPositions;
