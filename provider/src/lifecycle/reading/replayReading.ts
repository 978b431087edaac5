import { formatCheckpoint } from "../../model/checkpoint.js";
import { secondsOf } from "../../model/duration.js";
import { formatGroupId } from "../../model/identity.js";
import { type Instant, formatInstant } from "../../model/instant.js";
import { formatPosition } from "../../model/position.js";
import { positionOfShard } from "../../model/positions.js";
import { type Decision, type Refusal, decide } from "../../rules/decide.js";
import { type DecidedShard, type Subject } from "../../rules/events.js";
import { describePin } from "../../texts/describePin.js";
import { describePosition } from "../../texts/describePosition.js";
import { describeGroupPlan, describeGroupRefusal } from "../../texts/describeGroup.js";
import { codeBlock, shardTable } from "../../texts/markdown.js";
import { type Move } from "../../rules/move.js";
import { type PositionTime } from "../../rules/observation.js";
import { type SlsClient } from "../../sls/client.js";
import { SlsError, SlsServiceError } from "../../sls/errors.js";
import { type Declared, type Problem } from "../declared.js";
import { type PlanLook, type ShardLook, lookForPlan } from "../replay/lookForPlan.js";
import { decideLook } from "../replay/decideLook.js";
import { describeProblem } from "./readingArguments.js";
import { type Replay, readReplayDeclaration } from "../replay/replayDeclaration.js";

/** A refusal, and the shards that it holds for. */
interface ShardRefusal {
  readonly shard: number;
  readonly refusal: Refusal;
}

/**
 * What `getReplayPlan` answers: what a new replay with these inputs would do. Everything that stands in its way is
 * part of the answer, wrong inputs and a service that refuses to be looked at included.
 */
export async function getPlan(client: SlsClient, declared: Declared, now: Instant) {
  const declaration = readReplayDeclaration(declared, now);
  switch (declaration.kind) {
    case "wrong":
      return wrongPlan(declaration.problems);
    case "incomplete":
      return wrongPlan(declaration.unknowns.map((name) => ({ property: name, reason: "is not known" })));
    case "complete":
      return planOf(client, declaration.replay);
  }
}

type Verdict = "moves" | "nothing" | "refused" | "liveConsumers";

function wrongPlan(problems: readonly Problem[]) {
  const message = [
    "The inputs of this ConsumerGroupReplay are not right",
    ...problems.map(describeProblem),
  ].join("\n  ");
  return {
    verdict: "refused" as Verdict,
    shards: [],
    totals: {},
    refusals: [{ kind: "wrongInput" as const, shards: [], message }],
    text: codeBlock(message),
  };
}

async function planOf(client: SlsClient, replay: Replay) {
  const subject: Subject = { id: formatGroupId(replay.identity), reason: replay.reason };
  try {
    const look = await lookForPlan(client, {
      identity: replay.identity,
      named: [...replay.positions.named.keys()],
      asksAbout: () => true,
      positionOf: (shard) => positionOfShard(replay.positions, shard),
      previousOf: () => ({ kind: "nothingBefore" }),
    });
    return seenPlan(subject, replay, look, decisionsOf(look, decideLook(replay, look, isNobodys)));
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    return unseenPlan(subject, replay, failure);
  }
}

/** What was seen of a shard, and what was decided for it. */
interface ShardDecision {
  readonly look: ShardLook;
  readonly decision: Decision;
}

function decisionsOf({ shards }: PlanLook, decided: readonly DecidedShard[]): readonly ShardDecision[] {
  return shards.flatMap((look, index) => {
    const decision = decided[index]?.decision;
    return decision === undefined ? [] : [{ look, decision }];
  });
}

/** A function of a program has no state that could tell a consumer's commit from a pin. */
function isNobodys(): boolean {
  return false;
}

/** A group that cannot be looked at can still have expired. */
function unseenPlan(subject: Subject, replay: Replay, failure: SlsError) {
  const serverTime = failure instanceof SlsServiceError ? failure.serverTime : undefined;
  const decision = decide(
    { ...replay.bounds, target: { kind: "keep" } },
    { kind: "unseen", failure, serverTime },
    isNobodys,
  );
  const read = serverTime !== undefined && { readAt: formatInstant(serverTime) };
  if (decision.kind !== "refused") {
    const text = codeBlock(describePin(subject, decision));
    return { verdict: "nothing" as Verdict, ...read, shards: [], totals: {}, refusals: [], text };
  }
  const message = describeGroupRefusal(subject, [{ shard: 0, refusal: decision.refusal }]);
  const refusal = { kind: decision.refusal.kind, code: failure.code, shards: [], message };
  return {
    verdict: "refused" as Verdict,
    ...read,
    shards: [],
    totals: {},
    refusals: [refusal],
    text: codeBlock(message),
  };
}

function seenPlan(subject: Subject, { bounds }: Replay, look: PlanLook, decisions: readonly ShardDecision[]) {
  const refusals = refusalsOf(look, decisions);
  const shards = decisions.map(encodeShard);
  const moves = decisions.flatMap(({ decision }) => plannedMove(decision) ?? []);
  const verdict = verdictOf(refusals, moves);
  const [readAgainLogGroups, neverReadLogGroups] = [sumOf(moves, "back"), sumOf(moves, "forward")];
  const { serverTime, retention } = look.seen;
  return {
    id: subject.id,
    verdict,
    readAt: formatInstant(serverTime),
    ...(subject.reason !== undefined && { reason: subject.reason }),
    maxMoveSeconds: secondsOf(bounds.maxMove),
    ...(bounds.applyBefore !== undefined && { applyBefore: formatInstant(bounds.applyBefore) }),
    ...(retention !== undefined && { retentionSeconds: secondsOf(retention) }),
    shards,
    totals: totalsOf(shards.map(({ action }) => action)),
    ...(readAgainLogGroups !== undefined && { readAgainLogGroups }),
    ...(neverReadLogGroups !== undefined && { neverReadLogGroups }),
    refusals: encodeRefusals(subject, refusals),
    text: describePlanFor(subject, verdict, refusals, decisions),
  };
}

function refusalsOf(look: PlanLook, decisions: readonly ShardDecision[]): readonly ShardRefusal[] {
  const { knownShards } = look.seen;
  return [
    ...look.unknown.map((shard) => ({ shard, refusal: { kind: "unknownShard", knownShards } as const })),
    ...decisions.flatMap(({ look: { observation }, decision }) =>
      decision.kind === "refused" ? [{ shard: observation.shard, refusal: decision.refusal }] : [],
    ),
  ];
}

/** Live consumers stand in the way of an up, and not of a review. */
function verdictOf(refusals: readonly ShardRefusal[], moves: readonly Move[]): Verdict {
  if (refusals.some(({ refusal }) => refusal.kind !== "liveConsumers")) return "refused";
  if (refusals.length > 0) return "liveConsumers";
  return moves.length > 0 ? "moves" : "nothing";
}

/** The move that a shard makes, or would make if its consumers were stopped. */
function plannedMove(decision: Decision): Move | undefined {
  if (decision.kind === "move") return decision.move;
  return decision.kind === "refused" && decision.refusal.kind === "liveConsumers"
    ? decision.refusal.move
    : undefined;
}

function encodeShard({ look, decision }: ShardDecision) {
  const { position, target, observation } = look;
  const move = moveWithin(decision);
  const [currentTime, targetTime] = [observation.currentTime, observation.targetTime].map(instantText);
  return {
    shard: observation.shard,
    position: formatPosition(position),
    action: plannedMove(decision)?.direction ?? actionOf(decision),
    ...(decision.kind === "refused" && { refusal: decision.refusal.kind }),
    checkpoint: formatCheckpoint(observation.record.checkpoint),
    ...(currentTime !== undefined && { checkpointTime: currentTime }),
    ...(typeof target === "string" && {
      target,
      ...(targetTime !== undefined && { targetTime }),
    }),
    ...(move?.logGroups !== undefined && { logGroups: Number(move.logGroups) }),
    ...(move !== undefined && Number.isFinite(move.span) && { spanSeconds: secondsOf(move.span) }),
  };
}

/** A new replay knows no shard that could be gone. */
function actionOf({ kind }: Decision): Exclude<Decision["kind"], "move" | "gone"> {
  return kind === "move" || kind === "gone" ? "refused" : kind;
}

/** The move of a shard, refused or not. */
function moveWithin(decision: Decision): Move | undefined {
  if (decision.kind === "move") return decision.move;
  return decision.kind === "refused" && "move" in decision.refusal ? decision.refusal.move : undefined;
}

function instantText(time: PositionTime): string | undefined {
  return time.kind === "at" ? formatInstant(time.instant) : undefined;
}

function totalsOf(actions: readonly string[]): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  for (const action of actions) totals[action] = (totals[action] ?? 0) + 1;
  return totals;
}

/** The log groups of all moves in one direction; those of a shard without a position are not known at all. */
function sumOf(moves: readonly Move[], direction: Move["direction"]): number | undefined {
  const same = moves.filter((move) => move.direction === direction);
  if (same.length === 0) return undefined;
  return Number(same.reduce((total, { logGroups }) => total + (logGroups ?? 0n), 0n));
}

function encodeRefusals(subject: Subject, refusals: readonly ShardRefusal[]) {
  return [...new Set(refusals.map(({ refusal }) => refusal.kind))].map((kind) => {
    const same = refusals.filter(({ refusal }) => refusal.kind === kind);
    return {
      kind,
      shards: same.map(({ shard }) => shard),
      ...consumersOf(same),
      message: describeGroupRefusal(subject, same),
    };
  });
}

/** The consumers of a group are judged together, so each shard of it names the same ones. */
function consumersOf(refusals: readonly ShardRefusal[]) {
  const [live] = refusals.flatMap(({ refusal }) => (refusal.kind === "liveConsumers" ? [refusal] : []));
  if (live === undefined) return {};
  return {
    consumers: live.consumers.map(({ shard, consumer, committed }) => ({
      shard,
      ...(consumer !== undefined && { consumer }),
      committedSecondsAgo: secondsOf(committed),
    })),
    quietAfterSeconds: secondsOf(live.quietAfter),
  };
}

function describePlanFor(
  subject: Subject,
  verdict: Verdict,
  refusals: readonly ShardRefusal[],
  decisions: readonly ShardDecision[],
): string {
  const described = decisions.map(({ look, decision }) => ({
    shard: look.observation.shard,
    decision,
    asked: look.asked,
  }));
  const summary =
    verdict === "refused" ? describeGroupRefusal(subject, refusals) : describeGroupPlan(subject, described);
  const head = ["Shard", "Would", "Log groups", "From", "To"];
  return `${codeBlock(summary)}\n\n${shardTable(head, decisions.map(describeRow))}`;
}

function describeRow({ look, decision }: ShardDecision): readonly string[] {
  const { observation, target } = look;
  const move = moveWithin(decision);
  return [
    String(observation.shard),
    describeAction(decision),
    move?.logGroups?.toLocaleString("en-US") ?? "",
    describePosition(observation.record.checkpoint, observation.currentTime),
    typeof target === "string"
      ? describePosition({ kind: "at", cursor: target }, observation.targetTime)
      : "",
  ];
}

const actions: Readonly<Record<Decision["kind"] | Move["direction"], string>> = {
  back: "move back",
  forward: "move forward",
  set: "be set",
  move: "move",
  alreadyThere: "stay, it is there already",
  behind: "stay, it reads everything since",
  gone: "be left alone, it is gone",
  kept: "be left alone",
  expired: "be left alone, the deadline has passed",
  refused: "be refused",
};

function describeAction(decision: Decision): string {
  const move = plannedMove(decision);
  return actions[move?.direction ?? decision.kind];
}
