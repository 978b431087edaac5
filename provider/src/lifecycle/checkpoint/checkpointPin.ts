import { type Cursor } from "../../model/cursor.js";
import { type GroupIdentity, type ShardIdentity, formatShardId } from "../../model/identity.js";
import { type Bounds } from "../../rules/intent.js";
import { type Wish } from "../../rules/plan.js";
import { boundInputs, readBounds } from "../bounds.js";
import { groupInputs, readGroup } from "../groupInputs.js";
import { type Declared, DeclaredReader, type Problem, nameOfSelf, notYetKnown } from "../declared.js";
import { digestOfTriggers } from "../triggers.js";
import { booleanInput, cursorInput, consumerInput, reasonInput, shardInput, textInput } from "../inputs.js";

/** A declared ConsumerGroupCheckpoint whose every input is known and right. */
export interface CheckpointPin {
  /** The URN of the resource: who this is, whatever it is declared to do. */
  readonly self: string;
  readonly identity: ShardIdentity;
  readonly target: Cursor;
  readonly bounds: Bounds;
  readonly consumer: string | undefined;
  readonly forceSuccess: boolean;
  readonly triggers: unknown;
  readonly reason: string | undefined;
}

export type CheckpointDeclaration =
  | { readonly kind: "complete"; readonly pin: CheckpointPin }
  | { readonly kind: "incomplete"; readonly unknowns: readonly string[] }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** Every input of ConsumerGroupCheckpoint, in the order in which documentation and reports name them. */
export const checkpointInputs = [
  ...groupInputs,
  "shard",
  "checkpoint",
  "triggers",
  "consumer",
  "forceSuccess",
  ...boundInputs,
  "reason",
] as const;

/** Reads the inputs of a ConsumerGroupCheckpoint. All problems are reported together. */
export function readCheckpointDeclaration(declared: Declared): CheckpointDeclaration {
  const reader = new DeclaredReader("ConsumerGroupCheckpoint", declared);
  const read = {
    group: readGroup(reader),
    shard: reader.required("shard", shardInput),
    checkpoint: reader.required("checkpoint", cursorInput),
    triggers: reader.anything("triggers"),
    consumer: reader.optional("consumer", consumerInput),
    forceSuccess: reader.optional("forceSuccess", booleanInput) ?? true,
    bounds: readBounds(reader),
    reason: reader.optional("reason", reasonInput),
  };
  const self = reader.optional("self", textInput) ?? "";
  reader.refuseOthers(checkpointInputs);
  const problems = [...reader.problems, ...forceProblems(declared, read)];
  if (problems.length > 0) return { kind: "wrong", problems };
  const { group, shard, checkpoint } = read;
  if (reader.unknowns.length > 0 || group === undefined || shard === undefined || checkpoint === undefined) {
    return { kind: "incomplete", unknowns: reader.unknowns };
  }
  return {
    kind: "complete",
    pin: pinOf({ ...read, self, group, shard, checkpoint }),
  };
}

function pinOf(read: {
  readonly self: string;
  readonly group: GroupIdentity;
  readonly shard: number;
  readonly checkpoint: Cursor;
  readonly triggers: unknown;
  readonly consumer: string | undefined;
  readonly forceSuccess: boolean;
  readonly bounds: Bounds;
  readonly reason: string | undefined;
}): CheckpointPin {
  const { group, shard, checkpoint, bounds, ...rest } = read;
  return { ...rest, identity: { ...group, shard }, target: checkpoint, bounds };
}

/** What the pin asks for, as acts are compared by it. */
export function wishOfPin({ identity, target, triggers }: CheckpointPin, generation: string): Wish {
  return {
    positions: {
      others: { kind: "keep" },
      named: new Map([[identity.shard, { kind: "cursor", cursor: target }]]),
    },
    triggers: digestOfTriggers(triggers),
    generation,
  };
}

/** A declaration as a reader of an error recognises it. */
export function describeDeclaration({ self, identity, target, reason }: CheckpointPin): string {
  return `${nameOfSelf(self)}${formatShardId(identity)} at ${target}${reason === undefined ? "" : `, reason: ${reason}`}`;
}

/** An unforced write succeeds only for the consumer that owns the shard, which is one that is alive. */
function forceProblems(
  declared: Declared,
  { forceSuccess, bounds }: { readonly forceSuccess: boolean; readonly bounds: Bounds },
): readonly Problem[] {
  const overwrites =
    bounds.onActiveConsumers === "overwrite" || declared["onActiveConsumers"] === notYetKnown;
  const named = declared["consumer"] !== undefined && declared["consumer"] !== null;
  if (forceSuccess || (named && overwrites)) return [];
  return [
    {
      property: "forceSuccess",
      reason:
        "moves the shard only for the live consumer that owns it: " +
        'name that one in consumer and set onActiveConsumers: "overwrite", or leave forceSuccess out',
    },
  ];
}
