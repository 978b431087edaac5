/** Compiled in each folder of the matrix, with the TypeScript and the Pulumi that are installed there. */
import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const group = { project: pulumi.output("shop"), logstore: "orders", consumerGroup: "billing" };
const provider = new sls.Provider("provider", {
  region: "cn-hangzhou",
  accessKeySecret: pulumi.secret("secret"),
});
const before: sls.ConsumerGroupSavepoint = new sls.ConsumerGroupSavepoint("before", group, { provider });
const args: sls.ConsumerGroupReplayArgs = { ...group, from: before.positions, onActiveConsumers: "wait" };
export const totals: pulumi.Output<Record<string, number>> = new sls.ConsumerGroupReplay("replay", args, {
  dependsOn: before,
}).totals;
export const status: pulumi.Output<string> = new sls.ConsumerGroupCheckpoint("pin", {
  ...group,
  shard: 0,
  checkpoint: "MA==",
}).status;
