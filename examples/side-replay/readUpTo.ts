import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

interface Group {
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup: pulumi.Input<string>;
}

/**
 * Returns the shards that a group has still to read up to an instant in Unix seconds. A shard without a checkpoint, as
 * one that a split made after the replay, counts as read where nothing in it is older than the instant.
 */
export function readUpTo(group: Group, until: number): pulumi.Output<{ left: readonly number[] }> {
  const from = new Date(until * 1_000).toISOString();
  // A plan to move the group to the instant tells where that is in each shard. Nothing is moved.
  const ends = sls.getReplayPlanOutput({ ...group, from, maxMove: "P10000D", allowSkip: true });
  const stands = sls.getConsumerGroupCheckpointsOutput(group);
  return pulumi.all([ends, stands]).apply(([plan, { shards }]) => ({
    left: shards.filter((shard) => !isRead(shard, plan)).map(({ shard }) => shard),
  }));
}

function isRead({ shard, checkpoint, begin }: sls.ShardCheckpoint, plan: sls.ReplayPlan): boolean {
  const end = plan.shards.find((planned) => planned.shard === shard)?.target;
  if (end === undefined) return false;
  return positionOf(checkpoint === "none" ? begin : checkpoint) >= positionOf(end);
}

/** A cursor is a number in base64. */
function positionOf(cursor: string): bigint {
  return BigInt(Buffer.from(cursor, "base64").toString());
}
