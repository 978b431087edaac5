/** Programs that have to compile. The package is the built one: these are the types that users get. */
import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const group = {
  project: "shop",
  logstore: pulumi.output("orders"),
  consumerGroup: Promise.resolve("billing"),
};
const pin = { ...group, shard: 0, checkpoint: "MA==" };
const configuration = new pulumi.Config();

const provider = new sls.Provider("provider");
new sls.Provider("full", {
  region: "cn-hangzhou",
  accessKeyId: configuration.require("id"),
  accessKeySecret: configuration.requireSecret("secret"),
  signatureVersion: "v4",
  maxRetries: pulumi.output(0),
});

const checkpoint = new sls.ConsumerGroupCheckpoint("pin", pin, { provider, protect: true });
new sls.ConsumerGroupCheckpoint("pin-with-everything", {
  ...pin,
  shard: pulumi.output(0),
  checkpoint: checkpoint.checkpoint,
  triggers: ["release", 7, checkpoint.pinnedAt, { any: "value" }],
  consumer: "host-a",
  forceSuccess: false,
  applyBefore: "2026-11-22T12:00:00Z",
  maxMove: "P7D",
  onActiveConsumers: "overwrite",
  waitTimeout: "PT5M",
  watchFor: "PT75S",
  allowUnordered: true,
  reason: "INC-4711",
});

const savepoint = new sls.ConsumerGroupSavepoint("before", { ...group, triggers: [1] });
const replay = new sls.ConsumerGroupReplay(
  "replay",
  { ...group, from: "previous" },
  { dependsOn: savepoint },
);
new sls.ConsumerGroupReplay("back", { ...group, from: savepoint.positions });
new sls.ConsumerGroupReplay("back-again", { ...group, from: replay.previousPositions });
new sls.ConsumerGroupReplay("by-shard", {
  ...group,
  from: { "0": "begin", "1": pulumi.output("end"), "*": "keep" },
});
const args: sls.ConsumerGroupReplayArgs = { ...group, from: "begin" };
new sls.ConsumerGroupReplay("declared-before", args, { providers: [provider] });

export const status: pulumi.Output<string> = checkpoint.status;
export const maybe: pulumi.Output<string | undefined> = checkpoint.previousCheckpoint;
export const unfinished = replay.shards.apply((shards) =>
  shards.filter((shard: sls.ReplayedShard) => shard.status === "uncertain").map(({ shard }) => shard),
);
