import { harmlessData } from "../model/harmless.js";
import { describeDuration } from "../model/duration.js";
import { formatInstant } from "../model/instant.js";
import { type RunEvent } from "../rules/events.js";
import { type Confidentiality, concealPositions } from "./concealPositions.js";
import { describeConsumers, describeUntilQuiet } from "./describeConsumers.js";
import {
  describeGroupAdopted,
  describeGroupDrift,
  describeGroupGone,
  describeGroupHeld,
  describeGroupLeft,
  describeGroupStood,
  describeWaitingForGroup,
} from "./describeConsumerGroup.js";
import { describeGroupPlan } from "./describeGroup.js";
import { describePin, describeWayBackOfPin } from "./describePin.js";
import { describeLeft, describeOlderWaysBack, describeWayBack } from "./describeReplay.js";
import { describeNotEvaluated } from "./describeRefusal.js";
import { describePlannedTogether } from "./describeTotals.js";
import { lines, plural } from "./lines.js";
import { nameShards } from "./nameShards.js";

/** How a run is stopped by hand. Pulumi tells one Ctrl-C to a plugin, and to a dynamic provider not at all. */
type Interrupt = "Ctrl-C" | "Ctrl-C twice";

/** Words one event of a check, a diff or a run, for a terminal. Begins with `warning: ` where it is one. */
export function describeEvent(event: RunEvent, confidentiality: Confidentiality = "open"): string {
  return describe(event, "Ctrl-C twice", confidentiality);
}

/** {@link describeEvent} for a front that hears the first Ctrl-C. */
export function describeInterruptibleEvent(
  event: RunEvent,
  confidentiality: Confidentiality = "open",
): string {
  return describe(event, "Ctrl-C", confidentiality);
}

function describe(event: RunEvent, interrupt: Interrupt, confidentiality: Confidentiality): string {
  const text = describeHarmless(harmlessData(event), interrupt);
  // The way back is where the shards stood: no secret of the declaration, and lost for good if it is not printed.
  return confidentiality === "secret" && event.kind !== "wayBack" ? concealPositions(text) : text;
}

function describeHarmless(event: RunEvent, interrupt: Interrupt): string {
  switch (event.kind) {
    case "notYetKnown":
      return (
        `warning: ${[event.resource, nameOf(event.self)].join(" ").trim()}: not evaluated, because ` +
        `${event.inputs.join(", ")} will be known only when another resource has been applied`
      );
    case "notEvaluated":
      return `warning: ${describeNotEvaluated(event.subject, event.failure)}`;
    case "replaces":
      return `warning: ${event.subject.id}: replaces ${event.former}; what was done there stays as it is`;
    case "planned":
      return describePlanned(event);
    case "forgets":
      return (
        `warning: ${event.subject.id}: the savepoint is taken anew, and the positions of ${event.takenAt} are lost\n` +
        "  To keep them, declare another savepoint under a name of its own."
      );
    case "left":
      return describeLeft(event.subject, event.shards);
    case "olderWaysBack":
      return describeOlderWaysBack(event.subject, event.shards);
    case "looking":
      return `${event.subject.id}: read ${String(event.done)} of ${plural(event.total, "shard")}`;
    case "writing":
      return `${event.subject.id}: wrote ${String(event.done)} of ${plural(event.total, "shard")}`;
    case "waiting":
      return describeWaiting(event, interrupt);
    case "wayBack":
      return describeWay(event);
    case "expired":
      return describeExpired(event);
    case "watchLost":
      return `warning: ${event.subject.id}: the pins are written, but can no longer be watched: ${event.failure.message}`;
    case "groupDrifted":
      return describeGroupDrift(event);
    case "groupAdopted":
      return describeGroupAdopted(event.subject);
    case "groupLeft":
      return describeGroupLeft(event.subject);
    case "groupHeld":
      return describeGroupHeld(event.subject);
    case "groupGone":
      return describeGroupGone(event.subject);
    case "waitingForGroup":
      return describeWaitingForGroup(event);
    case "groupStood":
      return describeGroupStood(event);
  }
}

/** The name that a program gave a resource: the last part of its URN. */
function nameOf(urn: string | undefined): string | undefined {
  return urn?.split("::").at(-1);
}

type EventOf<Kind extends RunEvent["kind"]> = Extract<RunEvent, { kind: Kind }>;

function describePlanned(event: EventOf<"planned">): string {
  const { subject, of, shards, liveness, writtenAs, together } = event;
  const [only] = shards;
  if (of === "shard" && only !== undefined) return describePin(subject, only.decision, liveness);
  return lines(
    describeGroupPlan(subject, shards, writtenAs, liveness),
    together && describePlannedTogether(together),
  );
}

function describeWaiting(
  { subject, refusal, waitTimeout }: EventOf<"waiting">,
  interrupt: Interrupt,
): string {
  return lines(
    `${subject.id}: waiting until the consumers are quiet, at most ${describeDuration(waitTimeout)}`,
    ...describeConsumers(refusal.consumers),
    `  ${describeUntilQuiet(refusal)}`,
    `  Nothing has been written yet. To stop waiting, press ${interrupt}.`,
  );
}

function describeWay({ subject, of, acts }: EventOf<"wayBack">): string {
  const [only] = acts;
  return of === "shard" && only !== undefined
    ? describeWayBackOfPin(subject, only)
    : describeWayBack(subject, acts);
}

function describeExpired({ subject, shards, applyBefore, serverTime }: EventOf<"expired">): string {
  const which = shards.length > 1 ? `, ${nameShards(shards)}` : "";
  return lines(
    `warning: ${subject.id}${which}: expired; nothing is written`,
    `  applyBefore ${formatInstant(applyBefore)} has passed: the service's clock shows ${formatInstant(serverTime)}`,
    "  To move it anyway, declare a later applyBefore.",
  );
}
