import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const config = new pulumi.Config();

const pin = new sls.ConsumerGroupCheckpoint("pin", {
  project: config.require("project"),
  logstore: config.require("logstore"),
  consumerGroup: config.require("consumerGroup"),
  shard: config.requireNumber("shard"),
  checkpoint: config.require("checkpoint"),
});

export const status = pin.status;
export const previousCheckpoint = pin.previousCheckpoint;
