import { positionOf } from "../../model/cursor.js";
import { type Milestone } from "../../rules/pace.js";
import { StateReader, fieldsOf } from "../actState.js";
import { unreadable } from "../unreadable.js";

/** An earlier answer of a read function, as what a later look is compared with. */
export interface EarlierLook {
  readonly milestoneOf: (shard: number) => Milestone | undefined;
}

/** Reads an earlier answer back; it may have been kept in a file meanwhile. */
export function decodeEarlierLook(since: unknown): EarlierLook {
  const fields = fieldsOf(since, "since");
  const at = new StateReader(fields, "since").optionalInstant("readAt");
  const { shards } = fields;
  if (at === undefined) throw unreadable("since.readAt");
  if (!Array.isArray(shards)) throw unreadable("since.shards");
  const milestones = new Map(
    shards.flatMap((shard: unknown, index) => {
      const path = `since.shards[${String(index)}]`;
      const given = fieldsOf(shard, path);
      const reader = new StateReader(given, path);
      if (reader.optionalText("checkpoint") === undefined) return [];
      const checkpoint = reader.checkpoint("checkpoint");
      if (checkpoint.kind !== "at") return [];
      const { lagLogGroups } = given;
      const lag = Number.isSafeInteger(lagLogGroups) ? BigInt(lagLogGroups as number) : undefined;
      return [[reader.shard("shard"), { at, position: positionOf(checkpoint.cursor), lag }] as const];
    }),
  );
  return { milestoneOf: (shard) => milestones.get(shard) };
}
