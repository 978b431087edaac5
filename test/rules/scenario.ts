import { type Checkpoint, type CheckpointRecord } from "../../provider/src/model/checkpoint.js";
import { type Cursor, cursorAt } from "../../provider/src/model/cursor.js";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Instant, instantOfSeconds } from "../../provider/src/model/instant.js";
import { type ShardIntent } from "../../provider/src/rules/intent.js";
import { type PositionTime, type Seen, type ShardObservation } from "../../provider/src/rules/observation.js";

/** 2026-11-22T12:00:00Z: when the service is looked at. */
export const noon = instantOfSeconds(1_795_348_800);

export const minute = 60;
export const hour = 60 * minute;
export const day = 24 * hour;

export function beforeNoon(seconds: number): Instant {
  return (noon - durationOfSeconds(seconds)) as Instant;
}

export function receivedBeforeNoon(seconds: number): PositionTime {
  return { kind: "at", instant: beforeNoon(seconds) };
}

export function standsAt(position: number): Checkpoint {
  return { kind: "at", cursor: cursor(position) };
}

export function cursor(position: number): Cursor {
  return cursorAt(BigInt(position));
}

/** A pin three hours back, of a shard that holds 90 log groups, in a group that has been quiet for an hour. */
export const intent: ShardIntent = {
  target: cursor(50),
  applyBefore: undefined,
  maxMove: durationOfSeconds(day),
  onActiveConsumers: "refuse",
  waitTimeout: durationOfSeconds(5 * minute),
  watchFor: durationOfSeconds(75),
  allowUnordered: false,
};

export const record: CheckpointRecord = {
  shard: 0,
  checkpoint: standsAt(80),
  updateTime: beforeNoon(hour),
  consumer: "host-a",
};

export const shard: ShardObservation = {
  shard: 0,
  status: "readwrite",
  begin: cursor(10),
  end: cursor(100),
  record,
  currentTime: receivedBeforeNoon(hour),
  targetTime: receivedBeforeNoon(4 * hour),
};

export function seenShard(observed: ShardObservation, more: Partial<Seen> = {}): Seen {
  return {
    kind: "seen",
    serverTime: noon,
    group: { ordered: false, timeout: durationOfSeconds(minute) },
    records: [observed.record],
    knownShards: [0, 1],
    shard: observed,
    ...more,
  };
}
