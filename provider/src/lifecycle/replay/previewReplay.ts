import { type Asked, olderWaysBack } from "../../rules/asked.js";
import { type IsOurs, type LiveConsumer, decide, liveConsumers } from "../../rules/decide.js";
import { type DecidedShard, type LeftShard, type Report } from "../../rules/events.js";
import { type Ledger } from "../../rules/ledger.js";
import { type Seen } from "../../rules/observation.js";
import { isOwnCommit } from "../../rules/ownCommit.js";
import { type OpenAct, standsAtSnapshot, standsAtTarget } from "../../rules/run.js";
import { SlsError } from "../../sls/errors.js";
import { type LifecycleContext } from "../context.js";
import { type RunLook, askedInstant, lookForRun, observationOf } from "../lookForRun.js";
import { recordOf } from "../observe.js";
import { notEvaluated } from "../notEvaluated.js";
import { askGroup, openActs } from "./askGroup.js";
import { type PlanLook } from "../../rules/planLook.js";
import { claimedShards } from "./claimedShards.js";
import { type StoredPlan } from "./planState.js";
import { describeDeclaration } from "./replayDeclaration.js";
import { type ReplayOrder, subjectOfOrder } from "./replayOrder.js";
import { sayPlanned } from "./sayPlanned.js";

/**
 * Tells what an up would write now, what an earlier up left open included, and returns why it would be refused.
 * Consumers that are alive are only told: they can still be stopped.
 */
export async function previewReplay(
  order: ReplayOrder,
  ledger: Ledger,
  context: LifecycleContext,
): Promise<Report | undefined> {
  const kept = context.memory.keptLook(order.self);
  const plan = order.plan ?? kept?.plan;
  if (plan === undefined) return undefined;
  const asked = askGroup(plan, ledger, order.bounds);
  const open = openActs(asked, ledger, order.bounds, context);
  const duplicate = open.length === 0 ? undefined : claim(order, plan, context);
  if (duplicate !== undefined) return duplicate;
  if (!context.memory.firstTime(`preview ${order.self}`)) return undefined;
  const unknown = unknownShards(plan, ledger, kept?.look);
  const nothingBefore = [...asked]
    .filter(([, { kind }]) => kind === "nothingBefore")
    .map(([shard]) => ({ shard, refusal: { kind: "nothingBefore" } as const }));
  const decided = await decideOpen(order, ledger, open, kept?.look, context);
  const subject = subjectOfOrder(order);
  if (SlsError.isInstance(decided)) return notEvaluated(subject, decided, context);
  const missing = [...unknown, ...nothingBefore].map(({ shard, refusal }): DecidedShard => {
    return { shard, asked: undefined, decision: { kind: "refused", refusal } };
  });
  const shards = [...missing, ...decided.shards];
  sayLeft(order, ledger, asked, decided.elsewhere, context);
  if (shards.length > 0) {
    const told = { ...order, writtenAs: kept?.replay.writtenAs };
    sayPlanned(told, [...shards, ...keptShards(asked)], context);
  }
  const refusals = shards.flatMap(({ shard, decision }) =>
    decision.kind === "refused" && decision.refusal.kind !== "liveConsumers"
      ? [{ shard, refusal: decision.refusal }]
      : [],
  );
  return refusals.length === 0 ? undefined : { kind: "refused", subject, of: "group", refusals };
}

function keptShards(asked: ReadonlyMap<number, Asked>): readonly DecidedShard[] {
  return [...asked].flatMap(([shard, each]) =>
    each.kind === "leave" && each.why === "kept"
      ? [{ shard, asked: undefined, decision: { kind: "kept", shard: undefined } as const }]
      : [],
  );
}

/** A shard that a declaration names, and that neither the logstore nor state knows. */
function unknownShards(plan: StoredPlan, ledger: Ledger, look: PlanLook | undefined) {
  if (look === undefined) return [];
  const { knownShards } = look.seen;
  return [...plan.wish.positions.named.keys()]
    .filter((shard) => !knownShards.includes(shard) && !ledger.shards.has(shard))
    .map((shard) => ({ shard, refusal: { kind: "unknownShard", knownShards } as const }));
}

/** A replay that may still write claims its shards, whatever makes it write. */
function claim(order: ReplayOrder, plan: StoredPlan, context: LifecycleContext): Report | undefined {
  const { positions } = plan.wish;
  const { identity, reason, self } = order;
  const description = describeDeclaration({ self, identity, positions, reason });
  const other = context.memory.claim(identity, self, claimedShards(positions), description);
  return other === undefined ? undefined : { kind: "duplicate", declarations: [other, description] };
}

function sayLeft(
  order: ReplayOrder,
  ledger: Ledger,
  asked: ReadonlyMap<number, Asked>,
  elsewhere: readonly number[],
  context: LifecycleContext,
): void {
  const subject = subjectOfOrder(order);
  const left = [...asked].flatMap(([shard, each]): LeftShard[] =>
    each.kind === "leave" && each.why !== "kept" ? [{ shard, why: each.why }] : [],
  );
  const shards = [...left, ...elsewhere.map((shard) => ({ shard, why: "uncertain" as const }))];
  if (shards.length > 0) context.emit({ kind: "left", subject, shards });
  const older = olderWaysBack(ledger).filter((shard) => {
    const each = asked.get(shard);
    return each?.kind === "act" && each.act.position === "previous";
  });
  if (older.length > 0) context.emit({ kind: "olderWaysBack", subject, shards: older });
}

interface DecidedOpen {
  readonly shards: readonly DecidedShard[];
  /** Open acts whose shards stand neither at the target nor where they were planned from. */
  readonly elsewhere: readonly number[];
}

/** By the look that check took where it planned the act, and else by a look of its own; the failure of that one. */
async function decideOpen(
  order: ReplayOrder,
  ledger: Ledger,
  open: readonly OpenAct[],
  kept: PlanLook | undefined,
  context: LifecycleContext,
): Promise<DecidedOpen | SlsError> {
  const running = new Map(open.map((each) => [each.act.shard, { open: each, ended: undefined }]));
  const isOurs: IsOurs = (record) =>
    context.memory.wrote(order.identity, record) || isOwnCommit(record, ledger, running);
  const planned = open.filter(({ fresh, act }) => fresh && observed(kept, act.shard) !== undefined);
  const older = open.filter((each) => !planned.includes(each));
  const aliveAtPlan = kept === undefined ? [] : liveConsumers(kept.seen, isOurs);
  const shards = planned.map((each) => decideAct(order, each, seenAtPlan(kept, each), aliveAtPlan));
  if (older.length === 0) return { shards, elsewhere: [] };
  try {
    const look = await lookForRun(order.identity, older, () => undefined, context);
    const standing = older.filter((each) => !isElsewhere(each, look));
    const alive = liveConsumers(look.seen, isOurs);
    return {
      shards: [...shards, ...standing.map((each) => decideAct(order, each, seenNow(look, each), alive))],
      elsewhere: older.filter((each) => isElsewhere(each, look)).map(({ act }) => act.shard),
    };
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    return failure;
  }
}

function observed(look: PlanLook | undefined, shard: number) {
  return look?.shards.find(({ observation }) => observation.shard === shard);
}

function seenAtPlan(look: PlanLook | undefined, { act }: OpenAct): Seen | undefined {
  const shard = observed(look, act.shard);
  if (look === undefined || shard === undefined) return undefined;
  const { observation } = shard;
  const targetTime =
    act.targetTime === undefined
      ? observation.targetTime
      : ({ kind: "at", instant: act.targetTime } as const);
  return { ...look.seen, kind: "seen", shard: { ...observation, targetTime } };
}

function seenNow(look: RunLook, { act }: OpenAct): Seen {
  return { ...look.seen, kind: "seen", shard: observationOf(act, look) };
}

function isElsewhere({ act }: OpenAct, { seen, shards }: RunLook): boolean {
  if (!shards.has(act.shard)) return false;
  const record = recordOf(seen.records, act.shard);
  return !standsAtTarget(act, record) && !standsAtSnapshot(act, record);
}

function decideAct(
  { bounds }: ReplayOrder,
  open: OpenAct,
  seen: Seen | undefined,
  alive: readonly LiveConsumer[],
): DecidedShard {
  const { act } = open;
  const asked = askedInstant(act);
  if (seen === undefined) throw new RangeError(`shard ${String(act.shard)} was not looked at`);
  const decision = decide(
    {
      ...bounds,
      applyBefore: act.deadline,
      target: act.target,
      ...(asked !== undefined && { asked }),
      judges: "group",
      known: true,
      plannedShards: act.round.knownShards,
    },
    seen,
    alive,
  );
  return { shard: act.shard, asked, decision };
}
