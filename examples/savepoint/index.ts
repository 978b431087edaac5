import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const config = new pulumi.Config();
const release = config.require("release");

const group = {
  project: config.require("project"),
  logstore: config.require("logstore"),
  consumerGroup: config.require("consumerGroup"),
};

const savepoint = new sls.ConsumerGroupSavepoint("before-release", { ...group, triggers: [release] });

if (config.getBoolean("goBack")) {
  new sls.ConsumerGroupReplay("go-back", {
    ...group,
    from: savepoint.positions,
    reason: `back to before release ${release}`,
  });
}

export const takenAt = savepoint.takenAt;
export const positions = savepoint.positions;
export const times = savepoint.times;
