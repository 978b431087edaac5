import { harmlessData } from "../../model/harmless.js";
import { formatCheckpoint } from "../../model/checkpoint.js";
import { secondsOf } from "../../model/duration.js";
import { formatInstant, unixSecondsOf } from "../../model/instant.js";
import { formatPositions } from "../../model/positions.js";
import { formatShards } from "../../model/shardRanges.js";
import { formatPosition } from "../../model/position.js";
import { type Decision } from "../../rules/decide.js";
import { type Subject } from "../../rules/events.js";
import { type Move } from "../../rules/move.js";
import { type PositionTime } from "../../rules/observation.js";
import {
  type PlanReading,
  type SeenPlan,
  type ShardDecision,
  type ShardRefusal,
  type UnseenPlan,
  type Verdict,
  logGroupsToRead,
  measureUntil,
  moveWithin,
  plannedMove,
  verdictOf,
} from "../../rules/planReading.js";
import { type ShardEnd, type Until } from "../../rules/until.js";
import { describeGroupPlan, describeGroupRefusal } from "../describeGroup.js";
import { describePin } from "../describePin.js";
import { describeLogGroups, describePosition, describeTarget } from "../describePosition.js";
import { describeUntil, describeUntilProblem } from "../describeUntil.js";
import { lines } from "../lines.js";
import { codeBlock, shardTable } from "../markdown.js";

/** Words what `getReplayPlan` answers. What is not known is absent, never 0. */
export function planAnswer(seen: PlanReading) {
  const reading = harmlessData(seen);
  switch (reading.kind) {
    case "wrong":
      return wrongAnswer(reading.problems);
    case "unseen":
      return unseenAnswer(reading);
    case "seen":
      return seenAnswer(reading);
  }
}

function wrongAnswer(problems: readonly string[]) {
  const message = ["Some inputs of this ConsumerGroupReplay are wrong", ...problems].join("\n  ");
  return {
    verdict: "refused" as Verdict,
    shards: [],
    totals: {},
    refusals: [{ kind: "wrongInput" as const, shards: [], message }],
    text: codeBlock(message),
  };
}

function unseenAnswer({ subject, serverTime, decision, code }: UnseenPlan) {
  const read = serverTime !== undefined && { readAt: formatInstant(serverTime) };
  if (decision.kind !== "refused") {
    const text = codeBlock(describePin(subject, decision));
    return { verdict: "nothing" as Verdict, ...read, shards: [], totals: {}, refusals: [], text };
  }
  const message = describeGroupRefusal(subject, [{ shard: 0, refusal: decision.refusal }]);
  const refusal = { kind: decision.refusal.kind, code, shards: [], message };
  return {
    verdict: "refused" as Verdict,
    ...read,
    shards: [],
    totals: {},
    refusals: [refusal],
    text: codeBlock(message),
  };
}

function seenAnswer(reading: SeenPlan) {
  const { subject, bounds, seen, shards: decisions, refusals, until } = reading;
  const shards = decisions.map((decision) => encodeShard(decision, until));
  const moves = decisions.flatMap(({ decision }) => plannedMove(decision) ?? []);
  const verdict = verdictOf(reading);
  const [readAgainLogGroups, neverReadLogGroups] = [sumOf(moves, "back"), sumOf(moves, "forward")];
  const { serverTime, retention } = seen;
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
    ...(until !== undefined && encodeUntil(until, decisions)),
    refusals: [...encodeRefusals(subject, refusals), ...encodeUntilRefusal(reading)],
    text: describePlanFor(reading, verdict),
  };
}

function encodeShard(shard: ShardDecision, until: Until | undefined) {
  const { look, decision } = shard;
  const { position, target, observation } = look;
  const end = until?.endOf(observation.shard);
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
      ...(target === observation.end && { targetIsEnd: true }),
    }),
    ...(move?.logGroups !== undefined && { logGroups: Number(move.logGroups) }),
    ...(move !== undefined && Number.isFinite(move.span) && { spanSeconds: secondsOf(move.span) }),
    ...(end !== undefined && encodeEnd(shard, end)),
  };
}

function encodeEnd(shard: ShardDecision, end: ShardEnd) {
  const endTime = instantText(end.time);
  const toRead = logGroupsToRead(shard, end);
  return {
    endCursor: end.cursor,
    ...(endTime !== undefined && { endTime }),
    ...(toRead !== undefined && { toReadLogGroups: Number(toRead), empty: toRead === 0n }),
  };
}

function encodeUntil(until: Until, shards: readonly ShardDecision[]) {
  const { others, named } = until.positions;
  const { toRead, empty } = measureUntil(until, shards);
  return {
    until: formatPositions(until.positions),
    ...(others.kind === "instant" && named.size === 0 && { untilUnixSeconds: unixSecondsOf(others.instant) }),
    ...(toRead !== undefined && { toReadLogGroups: Number(toRead) }),
    emptyShards: empty,
  };
}

function encodeUntilRefusal({ untilProblems }: SeenPlan) {
  if (untilProblems.length === 0) return [];
  const message = untilProblems.map(describeUntilProblem).join("\n");
  return [{ kind: "until" as const, shards: [], message }];
}

/** A new replay knows no shard that could be gone. */
function actionOf({ kind }: Decision): Exclude<Decision["kind"], "move" | "gone"> {
  return kind === "move" || kind === "gone" ? "refused" : kind;
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

function describePlanFor(reading: SeenPlan, verdict: Verdict): string {
  const { subject, refusals, shards: decisions, until, untilProblems } = reading;
  const described = decisions.map(({ look, decision }) => ({
    shard: look.observation.shard,
    decision,
    asked: look.asked,
  }));
  const summary =
    verdict === "refused"
      ? lines(
          refusals.length > 0 ? describeGroupRefusal(subject, refusals) : undefined,
          ...untilProblems.map(describeUntilProblem),
        )
      : lines(describeGroupPlan(subject, described), until && describeToRead(until, decisions));
  const head = ["Shard", "Would", "Log groups", "From", "To", ...(until === undefined ? [] : ["To read"])];
  const rows = decisions.map((decision) => describeRow(decision, until));
  return `${codeBlock(summary)}\n\n${shardTable(head, rows)}`;
}

/** What is read up to `until`, and what is not because nothing lies before it. */
function describeToRead(until: Until, shards: readonly ShardDecision[]): string {
  const { toRead, empty } = measureUntil(until, shards);
  const amount =
    toRead === undefined ? "how many log groups are read is not known" : describeLogGroups(toRead);
  const nothing = empty.length === 0 ? "" : `; nothing to read in shards ${formatShards(empty)}`;
  return `  ${describeUntil(until)}, which is not read itself: ${amount}${nothing}`;
}

function describeRow(shard: ShardDecision, until: Until | undefined): readonly string[] {
  const { look, decision } = shard;
  const { observation, target } = look;
  const move = moveWithin(decision);
  return [
    String(observation.shard),
    describeAction(decision),
    move?.logGroups?.toLocaleString("en-US") ?? "",
    describePosition(observation.record.checkpoint, observation.currentTime),
    typeof target === "string"
      ? describeTarget({
          to: target,
          toTime: observation.targetTime,
          ...(target === observation.end && { toEnd: true }),
        })
      : "",
    ...(until === undefined ? [] : [describeRowToRead(shard, until.endOf(observation.shard))]),
  ];
}

function describeRowToRead(shard: ShardDecision, end: ShardEnd | undefined): string {
  if (end === undefined) return "no end";
  return logGroupsToRead(shard, end)?.toLocaleString("en-US") ?? "not known";
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
