import { type AssumptionName } from "./finding.js";
import { type Probe } from "./probe.js";
import {
  consumerAfterForcedUpdate,
  consumerGroupQuotaStatus,
  consumerNotMatchStatus,
  deleteOfConsumedGroup,
  finishedShards,
} from "./probes/consumers.js";
import { endCursorTime, shardNotExistStatus } from "./probes/cursors.js";
import { metadataCallsPerSecond, projectQuotaStatus } from "./probes/limits.js";
import { deniedStatus, getCheckPointPermission } from "./probes/permissions.js";
import {
  checkpointValidation,
  emptyCheckpoint,
  forcedUpdateByUnknownConsumer,
  untouchedShards,
  updateOfUntouchedShard,
  updateWithoutConsumerOrForce,
} from "./probes/saves.js";
import { v4ContentHash, v4DateHeader } from "./probes/signatures.js";

/** Every switch of the emulator, and what finds it out. A switch that is added there does not compile without one. */
const probeOf: Readonly<Record<AssumptionName, Probe>> = {
  untouchedShards,
  updateOfUntouchedShard,
  updateTimeUnit: updateOfUntouchedShard,
  updateWithoutConsumerOrForce,
  forcedUpdateByUnknownConsumer,
  checkpointValidation,
  emptyCheckpoint,
  shardNotExistStatus,
  endCursorTime,
  consumerNotMatchStatus,
  consumerAfterForcedUpdate,
  deleteOfConsumedGroup,
  v4DateHeader,
  v4ContentHash,
  deniedStatus,
  getCheckPointPermission,
  // These change the logstore for those that would come after them.
  shardIsOver: finishedShards,
  rewoundShard: finishedShards,
  consumerGroupQuotaStatus,
  metadataCallsPerSecond,
  projectQuotaStatus,
};

/** All probes, in the order in which they are asked. */
export const probes: readonly Probe[] = [...new Set(Object.values(probeOf))];
