import { type Adopt, type Life, lives } from "../lives.js";

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
  "sls:index:ConsumerGroup": { life: "consumerGroup", outputs: ["adopted"] },
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

/**
 * Returns how a resource is taken into a stack as it is.
 *
 * @throws for what was never there to be taken in, with the way there is
 */
export function importedKindOf(urn: string): { readonly adopt: Adopt } {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  if (replayTypes.has(type)) {
    throw new Error(
      `${type}: there is nothing to import: a replay is a move, and not a thing of the service\n` +
        "Declare it: shards that stand at their position already are adopted by the first up, without a write.",
    );
  }
  const life: Life = lives[kindOf(urn).life];
  if (life.adopt === undefined) throw new Error(`${type}: there is nothing to import`);
  return { adopt: life.adopt };
}

const replayTypes: ReadonlySet<string> = new Set([
  "sls:index:ConsumerGroupReplay",
  "sls:index:ReplayPlan",
  "sls:index:ReplayApply",
]);
