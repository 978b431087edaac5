import { formatOptionalInstant } from "../model/instant.js";
import { type Act, type Intention, type Round } from "../rules/act.js";
import { type Entry } from "../rules/ledger.js";
import { type Row, StateReader, decodeStand, encodeStand, fieldsOf, standColumns } from "./actState.js";

/** How one entry of a ledger is kept in Pulumi's state, whichever resource keeps it. */

const outcomes = ["applied", "alreadyThere", "behind", "perhaps", "certainlyNot", "left", "expired"] as const;

export const entryColumns = [
  "shard",
  "round",
  "outcome",
  "open",
  "position",
  "target",
  "targetTime",
  ...standColumns("snapshot"),
  ...standColumns("wayBack"),
  "deadline",
  "inherited",
  "pinnedAt",
  "requestId",
];

export function encodeEntry({ act, outcome, open, pinnedAt, requestId }: Entry): Row {
  const inherits = act.wayBack !== act.snapshot;
  return {
    shard: act.shard,
    round: act.round.id,
    outcome,
    open: open ? true : undefined,
    position: act.position,
    target: act.target,
    targetTime: formatOptionalInstant(act.targetTime),
    ...encodeStand("snapshot", act.snapshot),
    ...(inherits && encodeStand("wayBack", act.wayBack)),
    deadline: formatOptionalInstant(act.deadline),
    inherited: act.inherited.length === 0 ? undefined : act.inherited,
    pinnedAt: formatOptionalInstant(pinnedAt),
    requestId,
  };
}

export function decodeEntry(row: Row, roundOf: (id: string) => Round, path: string): Entry {
  const reader = new StateReader(row, path);
  const snapshot = decodeStand(reader, "snapshot");
  const act: Act = {
    shard: reader.shard("shard"),
    round: roundOf(reader.text("round")),
    position: reader.text("position"),
    inherited: decodeInherited(row["inherited"], `${path}.inherited`),
    target: reader.cursor("target"),
    targetTime: reader.optionalInstant("targetTime"),
    snapshot,
    wayBack: row["wayBack"] === undefined ? snapshot : decodeStand(reader, "wayBack"),
    deadline: reader.optionalInstant("deadline"),
  };
  return {
    act,
    outcome: reader.oneOf("outcome", outcomes),
    open: reader.flag("open"),
    pinnedAt: reader.optionalInstant("pinnedAt"),
    requestId: reader.optionalText("requestId"),
  };
}

function decodeInherited(value: unknown, path: string): readonly Intention[] {
  if (value === undefined) return [];
  return Object.values(fieldsOf({ ...(value as object) }, path)).map((each) => decodeIntention(each, path));
}

export function decodeIntention(value: unknown, path: string): Intention {
  const reader = new StateReader(fieldsOf(value, path), path);
  return {
    position: reader.text("position"),
    triggers: reader.text("triggers"),
    generation: reader.text("generation"),
  };
}
