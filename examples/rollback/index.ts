import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const config = new pulumi.Config();

const group = {
  project: config.require("project"),
  logstore: config.require("logstore"),
  consumerGroup: config.require("consumerGroup"),
};

const savepoint = new sls.ConsumerGroupSavepoint("before", group);

const replay = new sls.ConsumerGroupReplay("replay", { ...group, from: from() }, { dependsOn: savepoint });

/** There, or back in one of three ways. */
function from(): sls.ConsumerGroupReplayArgs["from"] {
  const back = config.get("back");
  switch (back) {
    case undefined:
      return config.require("from");
    case "previous":
      return "previous";
    case "savepoint":
      return savepoint.positions;
    default:
      return config.requireObject<Record<string, string>>("back");
  }
}

export const totals = replay.totals;
export const previousPositions = replay.previousPositions;
