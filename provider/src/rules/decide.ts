import { type CheckpointRecord, formatCheckpoint } from "../model/checkpoint.js";
import { type Cursor, positionOf } from "../model/cursor.js";
import { type Duration, durationOfSeconds } from "../model/duration.js";
import { type Instant } from "../model/instant.js";
import { type Bounds, type ShardIntent, type Unmovable } from "./intent.js";
import { type Move, moveOf } from "./move.js";
import {
  type GroupSeen,
  type Observation,
  type PositionTime,
  type Seen,
  type ShardObservation,
} from "./observation.js";

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
  | { readonly kind: "nothingBefore" }
  | { readonly kind: "inTheFuture"; readonly asked: Instant; readonly serverTime: Instant }
  | {
      readonly kind: "outsideWindow";
      readonly side: "before" | "after";
      readonly begin: Cursor;
      readonly end: Cursor;
    }
  | {
      readonly kind: "truncated";
      readonly asked: Instant;
      readonly keptSince: Instant;
      /** `next`: of what is there, nothing would be read. */
      readonly firstRead: PositionTime | "next";
    }
  | { readonly kind: "tooFar"; readonly move: Move; readonly span: Duration; readonly maxMove: Duration }
  | { readonly kind: "unordered"; readonly move: Move }
  | { readonly kind: "shardsChanged"; readonly appeared: readonly number[] }
  | {
      readonly kind: "liveConsumers";
      /** What would happen without them; undefined where that was decided long before. */
      readonly move: Move | undefined;
      readonly consumers: readonly LiveConsumer[];
      readonly quietAfter: Duration;
      /** How long an up waits until they are quiet; undefined where it does not wait. */
      readonly waitTimeout: Duration | undefined;
    };

/** What `decide` answers for one shard. */
export type Decision =
  | { readonly kind: "move"; readonly move: Move; readonly overwrites: readonly LiveConsumer[] }
  | { readonly kind: "kept"; readonly shard: ShardObservation | undefined }
  | { readonly kind: "gone" }
  | { readonly kind: "alreadyThere"; readonly shard: ShardObservation }
  | { readonly kind: "behind"; readonly shard: ShardObservation; readonly target: Cursor }
  | { readonly kind: "expired"; readonly applyBefore: Instant; readonly serverTime: Instant }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Decides what happens to one shard: the first row that matches wins, and nothing is ever moved past a row
 * that could not be judged. A new act and one that goes on pass the same rows, in every run. `alive`: whom
 * `liveConsumers` found in the same look.
 *
 * | # | Seen | Result |
 * |---|---|---|
 * | 1 | malformed input | refused before anything is looked at |
 * | 2 | `keep`, or not named; a shard that state knows and the logstore has no more | `kept`; `gone` |
 * | 3 | the logstore has no such shard | refused |
 * | 4 | an instant in the future | refused |
 * | 5 | stands at the target | `alreadyThere` |
 * | 6 | an instant, and the shard stands before it, within its window | `behind` unless `allowSkip` |
 * | 7 | past `applyBefore` by server time | `expired` |
 * | 8 | the look failed | refused |
 * | 9 | a cursor outside the shard's window; nothing to put back | refused |
 * | 10 | an instant older than what the shard still has | refused unless `allowTruncated` |
 * | 11 | further than `maxMove` | refused |
 * | 12 | an ordered group, a read-only shard moved back that was finished, or whose children have been read | refused unless `allowUnordered` |
 * | 13 | shards were split or merged since the act was planned | refused |
 * | 14 | consumers seen alive | refused, unless `onActiveConsumers` says otherwise |
 * | 15 | anything else, an empty shard included | move |
 */
export function decide(
  intent: ShardIntent,
  observation: Observation,
  alive: readonly LiveConsumer[],
): Decision {
  if (observation.kind === "unseen") {
    return (
      expired(intent, observation.serverTime) ?? refused({ kind: "lookFailed", failure: observation.failure })
    );
  }
  const { shard } = observation;
  if (shard === undefined) return decideMissing(intent, observation);
  const { target } = intent;
  if (typeof target !== "string") return decideUnmovable(target, intent, observation, shard);
  return (
    inTheFuture(intent, observation) ??
    alreadyThere(target, shard) ??
    behind(intent, target, shard) ??
    expired(intent, observation.serverTime) ??
    outsideWindow(target, shard) ??
    truncated(intent, observation, shard) ??
    judgeMove(intent, target, observation, shard, alive)
  );
}

function refused(refusal: Refusal): Decision {
  return { kind: "refused", refusal };
}

/** A shard that was split or merged vanishes when its data has expired: what state knows of it has then ended. */
function decideMissing(intent: ShardIntent, seen: Seen): Decision {
  if (intent.known === true) return { kind: "gone" };
  return refused({ kind: "unknownShard", knownShards: seen.knownShards });
}

function decideUnmovable(
  target: Unmovable,
  intent: ShardIntent,
  seen: Seen,
  shard: ShardObservation,
): Decision {
  if (target.kind === "keep") return { kind: "kept", shard };
  return expired(intent, seen.serverTime) ?? refused({ kind: "nothingBefore" });
}

function inTheFuture({ asked }: ShardIntent, { serverTime }: Seen): Decision | undefined {
  if (asked === undefined || asked <= serverTime) return undefined;
  return refused({ kind: "inTheFuture", asked, serverTime });
}

function alreadyThere(target: Cursor, shard: ShardObservation): Decision | undefined {
  if (formatCheckpoint(shard.record.checkpoint) !== target) return undefined;
  return { kind: "alreadyThere", shard };
}

/** A replay reads again. Moved forward, it would lose what nobody has read yet. */
function behind(intent: ShardIntent, target: Cursor, shard: ShardObservation): Decision | undefined {
  const { checkpoint } = shard.record;
  if (intent.asked === undefined || intent.allowSkip === true) return undefined;
  if (checkpoint.kind !== "at" || shard.currentTime.kind === "outside") return undefined;
  if (positionOf(checkpoint.cursor) >= positionOf(target)) return undefined;
  return { kind: "behind", shard, target };
}

function expired(intent: ShardIntent, serverTime: Instant | undefined): Decision | undefined {
  if (intent.applyBefore === undefined || serverTime === undefined) return undefined;
  if (serverTime <= intent.applyBefore) return undefined;
  return { kind: "expired", applyBefore: intent.applyBefore, serverTime };
}

function outsideWindow(cursor: Cursor, shard: ShardObservation): Decision | undefined {
  const { begin, end } = shard;
  const target = positionOf(cursor);
  const window = { begin: begin ?? end, end };
  if (begin !== undefined && target < positionOf(begin)) {
    return refused({ kind: "outsideWindow", side: "before", ...window });
  }
  return target > positionOf(end) ? refused({ kind: "outsideWindow", side: "after", ...window }) : undefined;
}

/**
 * GetCursor answers a time that is gone with the oldest log group that is left, and says nothing of it. Only a
 * shard whose whole life is inside the retention has lost nothing.
 */
function truncated(intent: ShardIntent, seen: Seen, shard: ShardObservation): Decision | undefined {
  const { asked } = intent;
  if (asked === undefined || seen.retention === undefined || intent.allowTruncated === true) return undefined;
  const keptSince = (seen.serverTime - seen.retention) as Instant;
  const bornWithin = shard.createdAt !== undefined && shard.createdAt >= keptSince;
  if (asked >= keptSince || bornWithin) return undefined;
  const firstRead = intent.target === shard.end ? "next" : shard.targetTime;
  return refused({ kind: "truncated", asked, keptSince, firstRead });
}

function judgeMove(
  intent: ShardIntent,
  target: Cursor,
  seen: Seen,
  shard: ShardObservation,
  alive: readonly LiveConsumer[],
): Decision {
  const move = moveOf(shard, target, seen.serverTime);
  if (!(move.span <= intent.maxMove)) {
    return refused({ kind: "tooFar", move, span: move.span, maxMove: intent.maxMove });
  }
  if (!intent.allowUnordered && rewindsPastSplit(seen, shard, move)) {
    return refused({ kind: "unordered", move });
  }
  const changed = shardsChanged(intent, seen);
  if (changed !== undefined) return refused(changed);
  const consumers = judgedConsumers(intent, shard, alive);
  if (consumers.length > 0 && intent.onActiveConsumers !== "overwrite") {
    return refused(liveRefusal(intent, move, consumers, seen));
  }
  return { kind: "move", move, overwrites: consumers };
}

/**
 * A read-only shard was split or merged, and its children are handed out once the group stands at its end. Moved
 * back when it was finished, or when a child has been read, it would be read beside or after them.
 */
function rewindsPastSplit(seen: Seen, shard: ShardObservation, move: Move): boolean {
  if (!seen.group.ordered || shard.status !== "readonly" || move.direction !== "back") return false;
  if (shard.record.checkpoint.kind !== "at") return false;
  const finished = positionOf(shard.record.checkpoint.cursor) >= positionOf(shard.end);
  const children = shard.children ?? [];
  return finished || seen.records.some((record) => children.includes(record.shard) && hasBeenRead(record));
}

function hasBeenRead({ checkpoint }: CheckpointRecord): boolean {
  return checkpoint.kind !== "none";
}

function shardsChanged(intent: ShardIntent, { knownShards }: Seen): Refusal | undefined {
  const { plannedShards } = intent;
  if (plannedShards === undefined || isSameList(plannedShards, knownShards)) return undefined;
  const appeared = knownShards.filter((shard) => !plannedShards.includes(shard));
  return appeared.length === 0 ? undefined : { kind: "shardsChanged", appeared };
}

/** Nearly always it is, and to look up each shard of a thousand for each of a thousand takes seconds. */
function isSameList(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((shard, index) => shard === right[index]);
}

/**
 * A commit is recent within max(group timeout, 60 s) + 15 s: consumers save every 60 s, and a group forgets a
 * consumer after its timeout (docs/protocol.md 4.3).
 */
export function quietAfter({ group }: GroupSeen): Duration {
  const saveInterval = durationOfSeconds(60);
  return (Math.max(group.timeout, saveInterval) + durationOfSeconds(15)) as Duration;
}

/**
 * The consumers that stand in the way of one shard: the whole group's, or this shard's and its consumer wherever it
 * committed. Who reads a shard that was saved in nobody's name is not known, and then it may be anyone in the group.
 */
function judgedConsumers(
  intent: ShardIntent,
  { shard, record }: ShardObservation,
  alive: readonly LiveConsumer[],
): readonly LiveConsumer[] {
  const { consumer: owner, updateTime } = record;
  const ownerUnknown = owner === undefined && updateTime !== undefined;
  if (intent.judges === "group" || ownerUnknown) return alive;
  return alive.filter((each) => each.shard === shard || (owner !== undefined && each.consumer === owner));
}

/** Refuses because of live consumers, unless an up waits until they are quiet. */
export function liveRefusal(
  { onActiveConsumers, waitTimeout }: Pick<Bounds, "onActiveConsumers" | "waitTimeout">,
  move: Move | undefined,
  consumers: readonly LiveConsumer[],
  seen: GroupSeen,
): Extract<Refusal, { kind: "liveConsumers" }> {
  return {
    kind: "liveConsumers",
    move,
    consumers,
    quietAfter: quietAfter(seen),
    waitTimeout: onActiveConsumers === "wait" ? waitTimeout : undefined,
  };
}

/** Who committed recently, and is not us. Found once for a look: all of its shards are judged by the same. */
export function liveConsumers(seen: GroupSeen, isOurs: IsOurs): readonly LiveConsumer[] {
  const quiet = quietAfter(seen);
  return seen.records.flatMap((record) => {
    if (record.updateTime === undefined || seen.serverTime - record.updateTime >= quiet) return [];
    if (isOurs(record)) return [];
    // A save time that is ahead of `Date` is one of now: it must not count as one of long ago.
    const committed = Math.max(seen.serverTime - record.updateTime, 0) as Duration;
    return [{ shard: record.shard, consumer: record.consumer, committed }];
  });
}
