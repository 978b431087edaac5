import { type GroupIdentity, formatGroupId } from "../../model/identity.js";
import { type Subject } from "../../rules/events.js";
import { type Bounds } from "../../rules/intent.js";
import { boundInputs, readBounds } from "../bounds.js";
import { type Declared, DeclaredReader, type Problem, notYetKnown } from "../declared.js";
import { groupInputs, readGroup } from "../groupInputs.js";
import { reasonInput, textInput } from "../inputs.js";
import { type StoredPlan, decodePlan } from "./planState.js";
import { readReplayPermissions } from "./replayDeclaration.js";

/** What the writes are given: the plan, and the bounds that hold when it is carried out. */
export interface ReplayOrder {
  readonly self: string;
  readonly identity: GroupIdentity;
  /** Undefined in a preview that would plan anew. */
  readonly plan: StoredPlan | undefined;
  readonly bounds: Bounds;
  readonly reason: string | undefined;
}

export type ReplayOrderReading =
  | { readonly kind: "complete"; readonly order: ReplayOrder }
  | { readonly kind: "incomplete" }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** What state keeps of the inputs beside the plan, which stands in the plan's own state. */
export const orderInputs = [...groupInputs, ...boundInputs, "allowTruncated", "allowSkip", "reason"] as const;

/**
 * Reads the inputs of the writes. The component made them of what its plan checked, but with `--target` no check of
 * the plan runs: a bound that cannot be read refuses, and never means "no bound".
 */
export function readReplayOrder(declared: Declared): ReplayOrderReading {
  const reader = new DeclaredReader("ConsumerGroupReplay", declared);
  const identity = readGroup(reader);
  const bounds = { ...readBounds(reader), ...readReplayPermissions(reader) };
  const reason = reader.optional("reason", reasonInput);
  const self = reader.optional("self", textInput) ?? "";
  if (reader.problems.length > 0) return { kind: "wrong", problems: reader.problems };
  if (identity === undefined || reader.unknowns.length > 0) return { kind: "incomplete" };
  const { plan } = declared;
  return {
    kind: "complete",
    order: {
      self,
      identity,
      plan: plan === notYetKnown || plan === undefined ? undefined : decodePlan(plan),
      bounds,
      reason,
    },
  };
}

export function subjectOfOrder({ identity, reason }: Pick<ReplayOrder, "identity" | "reason">): Subject {
  return { id: formatGroupId(identity), reason };
}
