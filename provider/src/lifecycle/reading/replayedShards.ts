import { type ReplayedShard } from "../../rules/replayedShard.js";
import { shardStatuses } from "../../rules/status.js";
import { StateReader, fieldsOf } from "../actState.js";
import { unreadable } from "../unreadable.js";

/** Reads the output `shards` of a ConsumerGroupReplay, whichever version wrote it. */
export function decodeReplayedShards(shards: unknown): readonly ReplayedShard[] {
  if (!Array.isArray(shards)) throw unreadable("shards");
  return shards.map((shard: unknown, index) => {
    const path = `shards[${String(index)}]`;
    const reader = new StateReader(fieldsOf(shard, path), path);
    const moved = reader.optionalText("previousCheckpoint") !== undefined;
    return {
      shard: reader.shard("shard"),
      status: reader.oneOf("status", shardStatuses),
      checkpoint: reader.optionalCursor("checkpoint"),
      checkpointTime: reader.optionalInstant("checkpointTime"),
      previousTime: reader.optionalInstant("previousCheckpointTime"),
      previous: moved ? reader.checkpoint("previousCheckpoint") : undefined,
      pinnedAt: reader.optionalInstant("pinnedAt"),
    };
  });
}
