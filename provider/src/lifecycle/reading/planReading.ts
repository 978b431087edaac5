import { formatGroupId } from "../../model/identity.js";
import { type Instant } from "../../model/instant.js";
import { positionOfShard } from "../../model/positions.js";
import { decide } from "../../rules/decide.js";
import { type Subject } from "../../rules/events.js";
import { type PlanReading, decisionsOf, refusalsOf } from "../../rules/planReading.js";
import { type SlsClient } from "../../sls/client.js";
import { SlsError, SlsServiceError } from "../../sls/errors.js";
import { type Declared } from "../declared.js";
import { decideLook } from "../replay/decideLook.js";
import { lookForPlan } from "../replay/lookForPlan.js";
import { type Replay, readReplayDeclaration } from "../replay/replayDeclaration.js";
import { describeProblem } from "./readingArguments.js";

/**
 * Reads what a new replay with these inputs would do. Everything that stands in its way is part of the answer, wrong
 * inputs and a service that refuses to be looked at included.
 */
export async function getPlan(client: SlsClient, declared: Declared, now: Instant): Promise<PlanReading> {
  const declaration = readReplayDeclaration(declared, now);
  switch (declaration.kind) {
    case "wrong":
      return { kind: "wrong", problems: declaration.problems.map(describeProblem) };
    case "incomplete":
      return { kind: "wrong", problems: declaration.unknowns.map((name) => `${name} is not known`) };
    case "complete":
      return planOf(client, declaration.replay);
  }
}

async function planOf(client: SlsClient, replay: Replay): Promise<PlanReading> {
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
    return { kind: "seen", subject, bounds: replay.bounds, seen: look.seen, shards, refusals };
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    return unseenPlan(subject, replay, failure);
  }
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
    isNobodys,
  );
  return { kind: "unseen", subject, serverTime, decision, code: failure.code };
}
