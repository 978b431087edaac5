import { type AssumptionName, type Assumptions } from "../../../emulator/src/service/assumptions.js";
import { type Reply, outcomeOf } from "./reply.js";

export type { AssumptionName, Assumptions };

/** What was found out about one switch, or why nothing was. */
export type Finding<Value = Assumptions[AssumptionName]> =
  | { readonly kind: "found"; readonly value: Value; readonly seen: Seen }
  /** Answered, but not so that one value follows. */
  | { readonly kind: "unclear"; readonly why: string; readonly seen: Seen }
  | { readonly kind: "notAsked"; readonly why: string }
  /** What the probe needs did not come about. */
  | { readonly kind: "failed"; readonly why: string };

/** What was answered, in short, and under which request ids. */
export interface Seen {
  readonly answered: string;
  readonly requestIds: readonly string[];
}

/** What was seen of some replies: their outcomes, unless it is said in words. */
export function seenIn(replies: readonly Reply[], answered?: string): Seen {
  return {
    answered: answered ?? replies.map(outcomeOf).join(", "),
    requestIds: replies.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId])),
  };
}

export function found<Value>(value: Value, seen: Seen): Finding<Value> {
  return { kind: "found", value, seen };
}

export function unclear(why: string, seen: Seen): Finding<never> {
  return { kind: "unclear", why, seen };
}
