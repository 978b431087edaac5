/* eslint-disable @typescript-eslint/no-require-imports -- this is the CommonJS program */
const pulumi = require("@pulumi/pulumi");
const sls = require("pulumi-sls-checkpoint");

const config = new pulumi.Config();
const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

const pin = new sls.ConsumerGroupCheckpoint("pin", {
  ...group,
  shard: 0,
  checkpoint: config.require("checkpoint"),
});
const savepoint = new sls.ConsumerGroupSavepoint("savepoint", group, { dependsOn: pin });
const replay = new sls.ConsumerGroupReplay("replay", {
  ...group,
  consumerGroup: "audit",
  from: config.require("from"),
});

exports.status = pin.status;
exports.positions = savepoint.positions;
exports.totals = replay.totals;
