import { type GroupIdentity, formatGroupId } from "../../model/identity.js";
import { type Instant } from "../../model/instant.js";
import { type Positions, formatPositions, parsePositions } from "../../model/positions.js";
import { type Bounds } from "../../rules/intent.js";
import { boundInputs, readBounds } from "../bounds.js";
import { type Declared, DeclaredReader, type Problem, nameOfSelf, firstProblems } from "../declared.js";
import { groupInputs, readGroup } from "../groupInputs.js";
import { booleanInput, reasonInput, textInput } from "../inputs.js";

/** A declared ConsumerGroupReplay whose every input is known and right. */
export interface Replay {
  /** The URN of the component: who this is, whatever it is declared to do. */
  readonly self: string;
  readonly identity: GroupIdentity;
  readonly positions: Positions;
  /** The position as it was written, where it is one for all shards. */
  readonly writtenAs: string | undefined;
  readonly bounds: Bounds;
  readonly triggers: unknown;
  readonly reason: string | undefined;
}

export type ReplayDeclaration =
  | { readonly kind: "complete"; readonly replay: Replay }
  | { readonly kind: "incomplete"; readonly unknowns: readonly string[] }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** Every input of ConsumerGroupReplay, in the order in which documentation and reports name them. */
export const replayInputs = [
  ...groupInputs,
  "from",
  "triggers",
  ...boundInputs,
  "allowTruncated",
  "allowSkip",
  "reason",
] as const;

/** Reads the inputs of a ConsumerGroupReplay. All problems are reported together. */
export function readReplayDeclaration(declared: Declared, now: Instant): ReplayDeclaration {
  const reader = new DeclaredReader("ConsumerGroupReplay", declared);
  const identity = readGroup(reader);
  const from = reader.anything("from");
  const rest = {
    triggers: reader.anything("triggers"),
    bounds: {
      ...readBounds(reader),
      ...readReplayPermissions(reader),
    },
    reason: reader.optional("reason", reasonInput),
  };
  const self = reader.optional("self", textInput) ?? "";
  reader.refuseOthers(replayInputs);
  const read = reader.unknowns.includes("from") ? undefined : readPositions(from, now);
  const problems = [...reader.problems, ...(read?.problems ?? [])];
  if (problems.length > 0) return { kind: "wrong", problems };
  if (reader.unknowns.length > 0 || read === undefined || identity === undefined) {
    return { kind: "incomplete", unknowns: reader.unknowns };
  }
  return {
    kind: "complete",
    replay: {
      ...rest,
      self,
      identity,
      positions: read.positions,
      writtenAs: typeof from === "string" ? from : undefined,
    },
  };
}

/** What only a replay may be allowed. */
export function readReplayPermissions(reader: DeclaredReader): {
  readonly allowTruncated: boolean;
  readonly allowSkip: boolean;
} {
  return {
    allowTruncated: reader.optional("allowTruncated", booleanInput) ?? false,
    allowSkip: reader.optional("allowSkip", booleanInput) ?? false,
  };
}

function readPositions(
  from: unknown,
  now: Instant,
): { readonly positions: Positions; readonly problems: readonly Problem[] } {
  if (from === undefined || from === null) {
    const nothing: Positions = { others: { kind: "keep" }, named: new Map() };
    return { positions: nothing, problems: [{ property: "from", reason: "is missing" }] };
  }
  const { positions, problems } = parsePositions(from, now);
  const worded = problems.map(({ path, problem }) => problemOf(from, path, problem));
  return { positions, problems: firstProblems(worded) };
}

function problemOf(from: unknown, path: string, problem: string): Problem {
  const nested = path !== "" || typeof from === "object";
  return nested ? { property: "", reason: `from${path} ${problem}` } : { property: "from", reason: problem };
}

/** A declaration as a reader of an error recognises it. */
export function describeDeclaration({
  self,
  identity,
  positions,
  reason,
}: Pick<Replay, "self" | "identity" | "positions" | "reason">): string {
  const formatted = formatPositions(positions);
  const where = typeof formatted === "string" ? formatted : JSON.stringify(formatted);
  return `${nameOfSelf(self)}${formatGroupId(identity)} from ${where}${reason === undefined ? "" : `, reason: ${reason}`}`;
}
