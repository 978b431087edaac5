import { type ShardIdentity, formatGroupId } from "../../model/identity.js";
import { type Instant } from "../../model/instant.js";
import { type Positions, positionOfShard } from "../../model/positions.js";
import { decide } from "../../rules/decide.js";
import { type Subject } from "../../rules/events.js";
import { type PlanLook } from "../../rules/planLook.js";
import { type PlanReading, type SeenPlan, decisionsOf, refusalsOf } from "../../rules/planReading.js";
import { untilBeforeFrom, untilProblems } from "../../rules/until.js";
import { type SlsClient } from "../../sls/client.js";
import { SlsError, SlsServiceError } from "../../sls/errors.js";
import { type Declared, describeProblem } from "../declared.js";
import { type Window, inOrder } from "../observe.js";
import { decideLook } from "../replay/decideLook.js";
import { lookForPlan } from "../replay/lookForPlan.js";
import { type Replay, type ReplayDeclaration, readReplayDeclaration } from "../replay/replayDeclaration.js";
import { describeReversed, findUntil, readUntil } from "./until.js";

/**
 * Reads what a new replay with these inputs would do. Everything that stands in its way is part of the answer, wrong
 * inputs and a service that refuses to be looked at included.
 */
export async function getPlan(client: SlsClient, declared: Declared, now: Instant): Promise<PlanReading> {
  const { until, ...inputs } = declared;
  const declaration = readReplayDeclaration(inputs, now);
  const { positions, problems } = readUntil(until, now);
  if (declaration.kind !== "complete") {
    return { kind: "wrong", problems: [...problemsOf(declaration), ...problems] };
  }
  const { replay } = declaration;
  const reversed = positions === undefined ? [] : untilBeforeFrom(positions, replay.positions);
  const wrong = [...problems, ...reversed.map(describeReversed)];
  return wrong.length > 0 ? { kind: "wrong", problems: wrong } : planOf(client, replay, positions);
}

function problemsOf(declaration: Exclude<ReplayDeclaration, { kind: "complete" }>): readonly string[] {
  return declaration.kind === "wrong"
    ? declaration.problems.map(describeProblem)
    : declaration.unknowns.map((name) => `${name} is not known`);
}

async function planOf(
  client: SlsClient,
  replay: Replay,
  positions: Positions | undefined,
): Promise<PlanReading> {
  const subject: Subject = { id: formatGroupId(replay.identity), reason: replay.reason };
  try {
    const look = await lookForPlan(client, {
      identity: replay.identity,
      named: [...replay.positions.named.keys()],
      asksAbout: () => true,
      positionOf: (shard) => positionOfShard(replay.positions, shard),
      previousOf: () => ({ kind: "nothingBefore" }),
    });
    const shards = decisionsOf(look, decideLook(replay, look, isNobodys));
    const refusals = refusalsOf(look, shards);
    const until = await lookForUntil(client, replay, positions, look);
    return { kind: "seen", subject, bounds: replay.bounds, seen: look.seen, shards, refusals, ...until };
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    return unseenPlan(subject, replay, failure);
  }
}

async function lookForUntil(
  client: SlsClient,
  { identity }: Replay,
  positions: Positions | undefined,
  { seen: { serverTime, knownShards } }: PlanLook,
): Promise<Pick<SeenPlan, "until" | "untilProblems">> {
  if (positions === undefined) return { until: undefined, untilProblems: [] };
  const problems = untilProblems(positions, serverTime, knownShards, []);
  if (problems.length > 0) return { until: undefined, untilProblems: problems };
  const windows = new Map(
    knownShards.map((shard) => [shard, () => lookAtWindow(client, { ...identity, shard })] as const),
  );
  const look = await findUntil(client, identity, positions, windows);
  return look.kind === "found"
    ? { until: look.until, untilProblems: [] }
    : { until: undefined, untilProblems: look.problems };
}

async function lookAtWindow(client: SlsClient, shard: ShardIdentity): Promise<Window> {
  const [begin, end] = await inOrder([client.getCursor(shard, "begin"), client.getCursor(shard, "end")]);
  return { begin: begin.value, end: end.value };
}

/** A function of a program has no state that could tell a consumer's commit from a pin. */
function isNobodys(): boolean {
  return false;
}

/** A group that cannot be looked at can still have expired. */
function unseenPlan(subject: Subject, replay: Replay, failure: SlsError): PlanReading {
  const serverTime = failure instanceof SlsServiceError ? failure.serverTime : undefined;
  const decision = decide(
    { ...replay.bounds, target: { kind: "keep" } },
    { kind: "unseen", failure, serverTime },
    [],
  );
  return { kind: "unseen", subject, serverTime, decision, code: failure.code };
}
