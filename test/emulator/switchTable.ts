import type { AssumptionName, Assumptions } from "../../emulator/src/index.js";
import { journeys, type JourneyName } from "./pinJourneys.js";

/** Every value of every switch but its default. */
export const turnedSwitches: { readonly [Name in AssumptionName]: readonly Assumptions[Name][] } = {
  consumerNotMatchStatus: [403, 404],
  updateWithoutConsumerOrForce: ["applied"],
  forcedUpdateByUnknownConsumer: ["refused"],
  checkpointValidation: ["number", "range"],
  emptyCheckpoint: ["clears"],
  consumerAfterForcedUpdate: ["emptied"],
  updateOfUntouchedShard: ["refused"],
  untouchedShards: ["absent"],
  rewoundShard: ["staysOver"],
  shardIsOver: ["whenUpdatedToEnd"],
  deleteOfConsumedGroup: ["refused"],
  getCheckPointPermission: ["none"],
  shardNotExistStatus: [400, 404],
  updateTimeUnit: ["seconds"],
  endCursorTime: ["last"],
  v4DateHeader: ["required"],
  v4ContentHash: ["compared"],
  deniedStatus: [403],
  projectQuotaStatus: [403],
  consumerGroupQuotaStatus: [403],
  metadataCallsPerSecond: [2],
};

/** Who makes the service decide by a switch, as long as all others are at their defaults. */
export interface ConsultedBy {
  readonly replay: boolean;
  readonly pins: readonly JourneyName[];
  /** Whether heartbeats of the group's consumers do, before and after the provider was at work. */
  readonly consumers?: boolean;
}

const everyPin = Object.keys(journeys) as JourneyName[];
const everyPinThatSees = everyPin.filter((name) => name !== "a key that may not see where the group stands");
const nobody: ConsultedBy = { replay: false, pins: [] };

/**
 * Which journeys of the provider come to where a switch decides. `nobody`: the provider never sends what the switch
 * is about. It names no consumer without force but one of its inputs, sends no empty checkpoint, asks for no time of
 * an end cursor, hashes what it sends, and creates and deletes nothing.
 */
export const consultedBy: Readonly<Record<AssumptionName, ConsultedBy>> = {
  consumerNotMatchStatus: {
    replay: false,
    pins: ["as a consumer that does not own the shard, then as the one that does"],
  },
  updateWithoutConsumerOrForce: nobody,
  forcedUpdateByUnknownConsumer: { replay: false, pins: ["as a consumer that is gone, by force"] },
  checkpointValidation: { replay: false, pins: ["a cursor that expires before its write arrives"] },
  emptyCheckpoint: nobody,
  consumerAfterForcedUpdate: {
    replay: true,
    pins: [
      "a pin, kept, declared otherwise, moved",
      "a pin signed with V4",
      "a finished shard moved back",
      "a cursor that expires before its write arrives",
      "a consumer that is alive and was overwritten once",
    ],
  },
  updateOfUntouchedShard: { replay: true, pins: ["a shard that nobody touched"] },
  untouchedShards: { replay: true, pins: everyPinThatSees },
  rewoundShard: { replay: true, pins: ["a finished shard moved back"] },
  shardIsOver: { ...nobody, consumers: true },
  deleteOfConsumedGroup: nobody,
  getCheckPointPermission: { replay: true, pins: ["a key that may not see where the group stands"] },
  shardNotExistStatus: {
    replay: false,
    pins: ["a shard that is deleted during the look", "a shard that is deleted before its write arrives"],
  },
  updateTimeUnit: { replay: true, pins: everyPinThatSees },
  endCursorTime: nobody,
  v4DateHeader: { replay: true, pins: ["a pin signed with V4"] },
  v4ContentHash: nobody,
  deniedStatus: {
    replay: true,
    pins: ["a key that may not see where the group stands", "a key that may not write"],
  },
  projectQuotaStatus: nobody,
  consumerGroupQuotaStatus: nobody,
  metadataCallsPerSecond: { replay: true, pins: everyPin },
};
