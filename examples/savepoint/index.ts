import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const config = new pulumi.Config();

const group = {
  project: config.require("project"),
  logstore: config.require("logstore"),
  consumerGroup: config.require("consumerGroup"),
};

/** A savepoint for every release that may still be rolled back: a new one never takes the place of an earlier one. */
const savepoints = Object.fromEntries(
  config
    .requireObject<string[]>("releases")
    .map((release) => [release, new sls.ConsumerGroupSavepoint(`before-${release}`, group)]),
);

const rollBack = config.get("rollBack");
const savepoint = rollBack === undefined ? undefined : savepoints[rollBack];

if (rollBack !== undefined && savepoint === undefined) {
  throw new pulumi.RunError(
    `There is no savepoint for release ${rollBack}: add it to releases, or correct rollBack.`,
  );
}
if (savepoint !== undefined) {
  new sls.ConsumerGroupReplay(`back-to-before-${rollBack}`, {
    ...group,
    from: savepoint.positions,
    reason: `release ${rollBack} was rolled back`,
  });
}

export const takenAt = mapped(({ takenAt }) => takenAt);
export const positions = mapped(({ positions }) => positions);
export const times = mapped(({ times }) => times);

function mapped<Value>(of: (savepoint: sls.ConsumerGroupSavepoint) => pulumi.Output<Value>) {
  return Object.fromEntries(Object.entries(savepoints).map(([release, each]) => [release, of(each)]));
}
