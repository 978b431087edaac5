import { describeDuration } from "../model/duration.js";
import { formatInstant } from "../model/instant.js";
import { formatShards } from "../model/shardRanges.js";
import { type RunEvent } from "../rules/events.js";
import { describeConsumers } from "./describeConsumers.js";
import { describeGroupPlan } from "./describeGroup.js";
import { describePin, describeWayBackOfPin } from "./describePin.js";
import { describeLeft, describeOlderWaysBack, describeWayBack } from "./describeReplay.js";
import { lines } from "./lines.js";

/** How a run is stopped by hand. Pulumi tells one Ctrl-C to a plugin, and to a dynamic provider not at all. */
type Interrupt = "Ctrl-C" | "Ctrl-C twice";

/** Words one event of a check, a diff or a run, for a terminal. Begins with `warning: ` where it is one. */
export function describeEvent(event: RunEvent): string {
  return describe(event, "Ctrl-C twice");
}

/** {@link describeEvent} for a front that hears the first Ctrl-C. */
export function describeInterruptibleEvent(event: RunEvent): string {
  return describe(event, "Ctrl-C");
}

function describe(event: RunEvent, interrupt: Interrupt): string {
  switch (event.kind) {
    case "notYetKnown":
      return `${event.resource}: not evaluated: ${event.inputs.join(", ")} will be known only after apply`;
    case "notEvaluated":
      return `${event.subject.id}: not evaluated: ${event.failure.message}`;
    case "replaces":
      return `warning: ${event.subject.id}: takes the place of ${event.former}, where nothing is undone`;
    case "planned":
      return describePlanned(event);
    case "left":
      return describeLeft(event.subject, event.shards);
    case "olderWaysBack":
      return describeOlderWaysBack(event.subject, event.shards);
    case "looking":
      return `${event.subject.id}: looked at ${String(event.done)} of ${String(event.total)} shards`;
    case "writing":
      return `${event.subject.id}: wrote ${String(event.done)} of ${String(event.total)} shards`;
    case "waiting":
      return describeWaiting(event, interrupt);
    case "wayBack":
      return describeWay(event);
    case "expired":
      return describeExpired(event);
    case "watchLost":
      return `warning: ${event.subject.id}: the pins are written, but can no longer be watched: ${event.failure.message}`;
  }
}

type EventOf<Kind extends RunEvent["kind"]> = Extract<RunEvent, { kind: Kind }>;

function describePlanned({ subject, of, shards, liveness, writtenAs }: EventOf<"planned">): string {
  const [only] = shards;
  if (of === "shard" && only !== undefined) return describePin(subject, only.decision, liveness);
  return describeGroupPlan(subject, shards, writtenAs, liveness);
}

function describeWaiting(
  { subject, refusal, waitTimeout }: EventOf<"waiting">,
  interrupt: Interrupt,
): string {
  return lines(
    `${subject.id}: waits until the consumers are quiet, ${describeDuration(waitTimeout)} at the most`,
    ...describeConsumers(refusal.consumers),
    `  Nothing has been written yet. To stop, press ${interrupt}.`,
  );
}

function describeWay({ subject, of, acts }: EventOf<"wayBack">): string {
  const [only] = acts;
  return of === "shard" && only !== undefined
    ? describeWayBackOfPin(subject, only)
    : describeWayBack(subject, acts);
}

function describeExpired({ subject, shards, applyBefore, serverTime }: EventOf<"expired">): string {
  const which = shards.length > 1 ? `, shards ${formatShards(shards)}` : "";
  return lines(
    `warning: ${subject.id}${which}: expired; nothing is written`,
    `  applyBefore ${formatInstant(applyBefore)} has passed: the service's clock shows ${formatInstant(serverTime)}`,
    "  To move it after all, declare a later applyBefore.",
  );
}
