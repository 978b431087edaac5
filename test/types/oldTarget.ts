import type * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

// What every program does: it is compiled as the oldest JavaScript that Pulumi's own template ever had.
const replay = new sls.ConsumerGroupReplay("replay", {
  project: "shop",
  logstore: "orders",
  consumerGroup: "billing",
  from: "2026-11-20T08:00:00+08:00",
});
export const positions: pulumi.Output<Record<string, sls.ReplayPosition>> = replay.positions;
