import { describeDuration, secondsOf } from "../model/duration.js";
import { type CheckpointRecord } from "../model/checkpoint.js";
import { type Report, type RunEvent, type Subject } from "../rules/events.js";
import { type SettingDrift } from "../rules/groupDrift.js";
import { describeConsumers } from "./describeConsumers.js";
import { indent, lines } from "./lines.js";
import { nameShards } from "./nameShards.js";

/** How the events and refusals of a ConsumerGroup read. */

type EventOf<Kind extends RunEvent["kind"]> = Extract<RunEvent, { kind: Kind }>;
type ReportOf<Kind extends Report["kind"]> = Extract<Report, { kind: Kind }>;

export function describeGroupDrift({ subject, drift }: EventOf<"groupDrifted">): string {
  return lines(
    `warning: ${subject.id}: ${drift.map(differs).join(", ")}`,
    "  Consumers set both when they start (the Python library sets the timeout to twice its heartbeat interval).",
    `  Set theirs to ${drift.map(wanted).join(" and ")}, or leave ${drift.map(({ setting }) => setting).join(" and ")} out of the declaration.`,
  );
}

function differs(drift: SettingDrift): string {
  return drift.setting === "timeout"
    ? `timeout is ${String(secondsOf(drift.actual))} s, declared are ${String(secondsOf(drift.declared))} s`
    : `order is ${String(drift.actual)}, declared is ${String(drift.declared)}`;
}

function wanted(drift: SettingDrift): string {
  return drift.setting === "timeout"
    ? `a timeout of ${String(secondsOf(drift.declared))} s`
    : `order ${String(drift.declared)}`;
}

export function describeGroupAdopted({ id }: Subject): string {
  return `${id}: existed already and is adopted; a destroy leaves it, unless deleteAdopted is true`;
}

export function describeGroupLeft({ id }: Subject): string {
  return `${id}: was adopted, so it is left as it is. To delete it too, set deleteAdopted: true and run pulumi up first.`;
}

export function describeGroupGone({ id }: Subject): string {
  return `warning: ${id}: the group is gone, and leaves the stack's state; the next up makes a new one without checkpoints`;
}

export function describeWaitingForGroup({
  subject,
  consumers,
  waitTimeout,
}: EventOf<"waitingForGroup">): string {
  return lines(
    `${subject.id}: waiting until its consumers are quiet before it is deleted, at most ${describeDuration(waitTimeout)}`,
    ...describeConsumers(consumers),
    "  Nothing was deleted yet.",
  );
}

/** The way back of a group that is about to be deleted: made again, it can be moved to where it stood. */
export function describeGroupStood({ subject, records }: EventOf<"groupStood">): string {
  const stood = records.flatMap(({ shard, checkpoint }): [string, string][] =>
    checkpoint.kind === "at" ? [[String(shard), `cursor:${checkpoint.cursor}`]] : [],
  );
  const others = records.filter(({ checkpoint }: CheckpointRecord) => checkpoint.kind !== "at");
  return lines(
    `way back: ${JSON.stringify(Object.fromEntries(stood))}`,
    `  of ${subject.id}, which is deleted: to be pasted as from of a replay, once the group exists again`,
    others.length === 0
      ? undefined
      : `  no way back for ${nameShards(others.map(({ shard }) => shard))}: no checkpoint before`,
  );
}

export function describeGroupExists({ id }: Subject): string {
  return lines(
    `${id}: refused, because the group exists already, and may belong to somebody else`,
    "Set adopt: true to take it over as it is declared; a destroy then leaves it.",
    "Where an up that was interrupted made it, add deleteAdopted: true, and it is deleted with the stack.",
  );
}

export function describeGroupMissing({ id }: Subject): string {
  return lines(
    `${id}: the group is gone, so its settings cannot be changed`,
    "Run pulumi refresh, and then pulumi up: it makes a new group, without checkpoints.",
  );
}

export function describeGroupInUse({ subject, consumers, quietAfter }: ReportOf<"groupInUse">): string {
  return lines(
    `${subject.id}: not deleted, because its consumers are alive`,
    ...describeConsumers(consumers),
    `Stop them, wait ${describeDuration(quietAfter)}, and run it again.`,
    "A longer waitTimeout or forceDelete: true counts once an up has put it into state. Where an up has replaced the group already, it is too late for them.",
  );
}

/** Consumers that only send heartbeats are seen by the service, and by nobody else. */
export function describeGroupNotDeleted({ subject, failure }: ReportOf<"groupNotDeleted">): string {
  return lines(
    `${subject.id}: not deleted, because the service refused it; the group and its checkpoints are as they were`,
    indent(failure.message),
    "Stop all of its consumers, also those that save nothing, wait until the group's timeout has passed, and run it again.",
  );
}
