import { type Instant } from "../../model/instant.js";
import { type Act, type Round, type Stand, intentionOf } from "../../rules/act.js";
import { type Entry, type Ledger, type Outcome, type ShardLedger } from "../../rules/ledger.js";
import { type PlannedShard } from "../../rules/plan.js";
import { type ShardStatus } from "../../rules/status.js";
import { StateReader, fieldsOf } from "../actState.js";
import { type Declared } from "../declared.js";
import { unreadable } from "../unreadable.js";
import { type StoredPlan, decodePlan } from "./planState.js";
import { releasedGeneration, releasedTriggers } from "./releasedPlanState.js";

const releasedStatuses = [
  "pinned",
  "alreadyThere",
  "kept",
  "expired",
  "overwritten",
  "pending",
  "failed",
  "uncertain",
] as const;

type ReleasedStatus = (typeof releasedStatuses)[number];

/** The position of an act that state no longer tells: no declaration follows it. */
const forgotten = "forgotten";

/**
 * The ledger of version 0.1.0, as far as its state tells it. That version kept one act a shard, and what a failed,
 * pending or expired one had replaced is forgotten: of those shards the history is unknown, and nothing is guessed.
 */
export function decodeReleasedLedger(outs: Declared, plan: StoredPlan): Ledger {
  const { shards } = outs;
  if (shards === undefined) return { shards: new Map(), others: undefined };
  if (!Array.isArray(shards)) throw unreadable("shards");
  const released = outs["plan"] === undefined ? plan : decodePlan(outs["plan"]);
  const deadline = new StateReader(outs, "state").optionalInstant("applyBefore");
  const decoded = shards.map((shard: unknown, index): [number, ShardLedger] => {
    const path = `shards[${String(index)}]`;
    const kept = decodeShard(new StateReader(fieldsOf(shard, path), path), released, deadline);
    return [kept.shard, kept];
  });
  return { shards: new Map(decoded), others: othersOf(plan) };
}

function othersOf({ upgraded }: StoredPlan): Ledger["others"] {
  if (upgraded === undefined || upgraded.wish.positions.others.kind === "keep") return undefined;
  const { wish, knownShards } = upgraded;
  return { intention: intentionOf(wish.positions.others, wish), knownShards };
}

function decodeShard(reader: StateReader, plan: StoredPlan, deadline: Instant | undefined): ShardLedger {
  const shard = reader.shard("shard");
  const status = reader.oneOf("status", releasedStatuses);
  const planned = plan.shards.get(shard);
  const known = planned?.round.id === reader.text("act") ? planned : undefined;
  const entry = entryOf(reader, shard, status, known, deadline);
  return {
    shard,
    status: statusOf(status, entry),
    entries: [...earlierMove(reader, shard, status), ...(entry === undefined ? [] : [entry])],
    historyUnknown: known === undefined || !isFinished(status),
  };
}

function isFinished(status: ReleasedStatus): boolean {
  return status === "pinned" || status === "alreadyThere" || status === "overwritten";
}

/** What cannot be gone on with, because its snapshot is not known, is not kept open. */
function statusOf(status: ReleasedStatus, entry: Entry | undefined): ShardStatus {
  return entry === undefined && !isFinished(status) && status !== "expired" ? "kept" : status;
}

const outcomes: Readonly<Record<Exclude<ReleasedStatus, "kept">, Outcome>> = {
  pinned: "applied",
  overwritten: "applied",
  alreadyThere: "alreadyThere",
  expired: "expired",
  pending: "certainlyNot",
  failed: "certainlyNot",
  uncertain: "perhaps",
};

function entryOf(
  reader: StateReader,
  shard: number,
  status: ReleasedStatus,
  planned: PlannedShard | undefined,
  deadline: Instant | undefined,
): Entry | undefined {
  const target = reader.optionalCursor("checkpoint") ?? planned?.target;
  if (status === "kept" || target === undefined) return undefined;
  if (planned === undefined && !isFinished(status)) return undefined;
  const snapshot = planned?.snapshot ?? previousOf(reader);
  if (snapshot === undefined) return undefined;
  const act: Act = {
    shard,
    round: planned?.round ?? forgottenRound,
    position: planned?.position ?? forgotten,
    inherited: [],
    target,
    targetTime: reader.optionalInstant("checkpointTime"),
    snapshot,
    wayBack: snapshot,
    deadline,
  };
  return {
    act,
    outcome: outcomes[status],
    open: !isFinished(status) && status !== "expired",
    pinnedAt: reader.optionalInstant("pinnedAt"),
    requestId: reader.optionalText("requestId"),
  };
}

const forgottenRound: Round = {
  id: forgotten,
  plannedAt: 0 as Instant,
  knownShards: [],
  triggers: releasedTriggers,
  generation: releasedGeneration,
  deadline: undefined,
};

/** The move before an act that moved nothing: `previous` still leads back to before it. */
function earlierMove(reader: StateReader, shard: number, status: ReleasedStatus): readonly Entry[] {
  const previous = previousOf(reader);
  if (previous === undefined || (status !== "alreadyThere" && status !== "kept")) return [];
  if (previous.checkpoint.kind !== "at") return [];
  const act: Act = {
    shard,
    round: forgottenRound,
    position: forgotten,
    inherited: [],
    target: previous.checkpoint.cursor,
    targetTime: previous.time,
    snapshot: previous,
    wayBack: previous,
    deadline: undefined,
  };
  return [{ act, outcome: "applied", open: false, pinnedAt: undefined, requestId: undefined }];
}

function previousOf(reader: StateReader): Stand | undefined {
  if (reader.optionalText("previousCheckpoint") === undefined) return undefined;
  return {
    checkpoint: reader.checkpoint("previousCheckpoint"),
    time: reader.optionalInstant("previousCheckpointTime"),
    savedAt: undefined,
    consumer: reader.optionalText("previousConsumer"),
  };
}
