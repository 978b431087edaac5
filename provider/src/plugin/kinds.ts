import { type lives } from "../lives.js";

/** Which life each resource of the package has, and what it outputs beside its inputs. */
interface Kind {
  readonly life: keyof typeof lives;
  readonly outputs: readonly string[];
}

const kinds: Readonly<Record<string, Kind>> = {
  "sls:index:ConsumerGroupCheckpoint": {
    life: "checkpoint",
    outputs: [
      "checkpointTime",
      "previousCheckpoint",
      "previousCheckpointTime",
      "previousSavedAt",
      "previousConsumer",
      "pinnedAt",
      "requestId",
      "status",
    ],
  },
  "sls:index:ConsumerGroupSavepoint": { life: "savepoint", outputs: ["positions", "times", "takenAt"] },
  "sls:index:ReplayPlan": { life: "replayPlan", outputs: ["plan"] },
  "sls:index:ReplayApply": {
    life: "replayApply",
    outputs: ["shards", "positions", "previousPositions", "plannedAt", "pinnedAt", "totals"],
  },
};

/** Answers what a resource is, by its URN: `urn:pulumi:stack::project::parent$type::name`. */
export function kindOf(urn: string): Kind {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (kind !== undefined) return kind;
  throw new Error(`The plugin sls has no resource ${type}; it has ${Object.keys(kinds).join(", ")}`);
}
