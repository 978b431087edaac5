import * as pulumi from "@pulumi/pulumi";
import { ConsumerGroupCheckpoint, ConsumerGroupReplay, ConsumerGroupSavepoint } from "pulumi-sls-checkpoint";

const config = new pulumi.Config();
const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

const pin = new ConsumerGroupCheckpoint("pin", {
  ...group,
  shard: 0,
  checkpoint: config.require("checkpoint"),
});
const savepoint = new ConsumerGroupSavepoint("savepoint", group, { dependsOn: pin });
const replay = new ConsumerGroupReplay("replay", {
  ...group,
  consumerGroup: "audit",
  from: config.require("from"),
});

export const status = pin.status;
export const positions = savepoint.positions;
export const totals = replay.totals;
