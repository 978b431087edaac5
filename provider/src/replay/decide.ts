import { formatCheckpoint } from "../model/checkpoint.js";
import { type Cursor, positionOf } from "../model/cursor.js";
import { type Duration, between, durationOfSeconds } from "../model/duration.js";
import { type Instant } from "../model/instant.js";
import { type ShardIntent } from "./intent.js";
import { type Move, moveOf } from "./move.js";
import { type CheckpointRecord, type Observation, type Seen, type ShardObservation } from "./observation.js";

/** Tells whether a record was written by us, and so is no sign of a live consumer. */
export type IsOurs = (record: CheckpointRecord) => boolean;

/** A consumer that committed too recently to be gone. */
export interface LiveConsumer {
  readonly shard: number;
  readonly consumer: string | undefined;
  readonly committed: Duration;
}

/** Why a shard is left alone. Each kind is one row of the table in `decide`. */
export type Refusal =
  | { readonly kind: "unknownShard"; readonly knownShards: readonly number[] }
  | { readonly kind: "lookFailed"; readonly failure: Error }
  | {
      readonly kind: "outsideWindow";
      readonly side: "before" | "after";
      readonly begin: Cursor;
      readonly end: Cursor;
    }
  | { readonly kind: "tooFar"; readonly move: Move; readonly span: Duration; readonly maxMove: Duration }
  | { readonly kind: "unordered"; readonly move: Move }
  | {
      readonly kind: "liveConsumers";
      readonly move: Move;
      readonly consumers: readonly LiveConsumer[];
      readonly quietAfter: Duration;
    };

/** What `decide` answers for one shard. */
export type Decision =
  | { readonly kind: "move"; readonly move: Move; readonly overwrites: readonly LiveConsumer[] }
  | { readonly kind: "alreadyThere"; readonly shard: ShardObservation }
  | { readonly kind: "expired"; readonly applyBefore: Instant; readonly serverTime: Instant }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Decides what happens to one shard: the first row that matches wins, and nothing is ever moved past a row
 * that could not be judged.
 *
 * | # | Seen | Result |
 * |---|---|---|
 * | 1 | the logstore has no such shard | refused |
 * | 2 | stands at the target | `alreadyThere` |
 * | 3 | past `applyBefore` by server time | `expired` |
 * | 4 | the look failed | refused |
 * | 5 | the target is outside the shard's window | refused |
 * | 6 | further than `maxMove` | refused |
 * | 7 | an ordered group rewound past a split or merge | refused |
 * | 8 | consumers seen alive | refused, or overwritten when asked |
 * | 9 | anything else | move |
 */
export function decide(intent: ShardIntent, observation: Observation, isOurs: IsOurs): Decision {
  if (observation.kind === "unseen") {
    return (
      expired(intent, observation.serverTime) ?? refused({ kind: "lookFailed", failure: observation.failure })
    );
  }
  const { shard } = observation;
  if (shard === undefined) return refused({ kind: "unknownShard", knownShards: observation.knownShards });
  return (
    alreadyThere(intent, shard) ??
    expired(intent, observation.serverTime) ??
    outsideWindow(intent, shard) ??
    judgeMove(intent, observation, shard, isOurs)
  );
}

function refused(refusal: Refusal): Decision {
  return { kind: "refused", refusal };
}

function alreadyThere(intent: ShardIntent, shard: ShardObservation): Decision | undefined {
  if (formatCheckpoint(shard.record.checkpoint) !== intent.target) return undefined;
  return { kind: "alreadyThere", shard };
}

function expired(intent: ShardIntent, serverTime: Instant | undefined): Decision | undefined {
  if (intent.applyBefore === undefined || serverTime === undefined) return undefined;
  if (serverTime <= intent.applyBefore) return undefined;
  return { kind: "expired", applyBefore: intent.applyBefore, serverTime };
}

function outsideWindow(intent: ShardIntent, shard: ShardObservation): Decision | undefined {
  const target = positionOf(intent.target);
  const { begin, end } = shard;
  if (target < positionOf(begin)) return refused({ kind: "outsideWindow", side: "before", begin, end });
  if (target > positionOf(end)) return refused({ kind: "outsideWindow", side: "after", begin, end });
  return undefined;
}

function judgeMove(intent: ShardIntent, seen: Seen, shard: ShardObservation, isOurs: IsOurs): Decision {
  const move = moveOf(shard, intent.target, seen.serverTime);
  if (move.span > intent.maxMove) {
    return refused({ kind: "tooFar", move, span: move.span, maxMove: intent.maxMove });
  }
  if (!intent.allowUnordered && rewindsPastSplit(seen, shard, move))
    return refused({ kind: "unordered", move });
  const consumers = liveConsumers(seen, shard, isOurs);
  if (consumers.length > 0 && intent.onActiveConsumers !== "overwrite") {
    return refused({ kind: "liveConsumers", move, consumers, quietAfter: quietAfter(seen) });
  }
  return { kind: "move", move, overwrites: consumers };
}

/**
 * A read-only shard was split or merged, and its children are handed out once the group stands at its end.
 * Moved back from there, it would be read beside them.
 */
function rewindsPastSplit(seen: Seen, shard: ShardObservation, move: Move): boolean {
  if (!seen.group.ordered || shard.status !== "readonly") return false;
  if (shard.record.checkpoint.kind !== "at") return false;
  const finished = positionOf(shard.record.checkpoint.cursor) >= positionOf(shard.end);
  return finished && move.direction === "back";
}

/**
 * A commit is recent within max(group timeout, 60 s) + 15 s: consumers save every 60 s, and a group forgets a
 * consumer after its timeout (reference/sls-protocol.md 4.3).
 */
function quietAfter(seen: Seen): Duration {
  const saveInterval = durationOfSeconds(60);
  return (Math.max(seen.group.timeout, saveInterval) + durationOfSeconds(15)) as Duration;
}

/** Who committed this shard recently, or is the consumer of this shard and committed another one recently. */
function liveConsumers(seen: Seen, shard: ShardObservation, isOurs: IsOurs): readonly LiveConsumer[] {
  const owner = shard.record.consumer;
  return seen.records
    .filter((record) => record.shard === shard.shard || (owner !== undefined && record.consumer === owner))
    .filter((record) => !isOurs(record))
    .flatMap((record) => {
      if (record.updateTime === undefined) return [];
      const alive = seen.serverTime - record.updateTime < quietAfter(seen);
      if (!alive) return [];
      return [
        {
          shard: record.shard,
          consumer: record.consumer,
          committed: between(seen.serverTime, record.updateTime),
        },
      ];
    });
}
