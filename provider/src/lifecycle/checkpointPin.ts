import { isDeepStrictEqual } from "node:util";
import { type Cursor, parseCursor } from "../model/cursor.js";
import { type Duration, durationOfSeconds, parseDuration } from "../model/duration.js";
import { type ShardIdentity, parseName, sameShard } from "../model/identity.js";
import { type Instant, formatInstant, parseInstant } from "../model/instant.js";
import { type Parsed, parsed, unparsed } from "../model/parsed.js";
import { type OnActiveConsumers, type ShardIntent } from "../replay/intent.js";
import { type Declared, DeclaredReader, type Problem, notYetKnown } from "./declared.js";

/** A declared ConsumerGroupCheckpoint whose every input is known and right. */
export interface CheckpointPin {
  readonly identity: ShardIdentity;
  readonly intent: ShardIntent;
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
  "project",
  "logstore",
  "consumerGroup",
  "shard",
  "checkpoint",
  "triggers",
  "consumer",
  "forceSuccess",
  "applyBefore",
  "maxMove",
  "onActiveConsumers",
  "allowUnordered",
  "reason",
] as const;

const defaultMaxMove = durationOfSeconds(24 * 60 * 60);

/** Reads the inputs of a ConsumerGroupCheckpoint. All problems are reported together. */
export function readCheckpointDeclaration(declared: Declared): CheckpointDeclaration {
  const reader = new DeclaredReader("ConsumerGroupCheckpoint", declared);
  const read = {
    project: reader.required("project", name("project")),
    logstore: reader.required("logstore", name("logstore")),
    consumerGroup: reader.required("consumerGroup", name("consumerGroup")),
    shard: reader.required("shard", shardNumber),
    checkpoint: reader.required("checkpoint", literalCursor),
    triggers: reader.anything("triggers"),
    consumer: reader.optional("consumer", filledText),
    forceSuccess: reader.optional("forceSuccess", trueOrFalse) ?? true,
    applyBefore: reader.optional("applyBefore", instant),
    maxMove: reader.optional("maxMove", duration) ?? defaultMaxMove,
    onActiveConsumers: reader.optional("onActiveConsumers", onActiveConsumers) ?? "refuse",
    allowUnordered: reader.optional("allowUnordered", trueOrFalse) ?? false,
    reason: reader.optional("reason", text),
  };
  reader.refuseOthers(checkpointInputs);
  const problems = [...reader.problems, ...forceProblems(declared, read)];
  if (problems.length > 0) return { kind: "wrong", problems };
  const { project, logstore, consumerGroup, shard, checkpoint } = read;
  if (
    reader.unknowns.length > 0 ||
    project === undefined ||
    logstore === undefined ||
    consumerGroup === undefined ||
    shard === undefined ||
    checkpoint === undefined
  ) {
    return { kind: "incomplete", unknowns: reader.unknowns };
  }
  return { kind: "complete", pin: pinOf({ ...read, project, logstore, consumerGroup, shard, checkpoint }) };
}

function pinOf(read: {
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup: string;
  readonly shard: number;
  readonly checkpoint: Cursor;
  readonly triggers: unknown;
  readonly consumer: string | undefined;
  readonly forceSuccess: boolean;
  readonly applyBefore: Instant | undefined;
  readonly maxMove: Duration;
  readonly onActiveConsumers: OnActiveConsumers;
  readonly allowUnordered: boolean;
  readonly reason: string | undefined;
}): CheckpointPin {
  const { project, logstore, consumerGroup, shard } = read;
  return {
    identity: { project, logstore, consumerGroup, shard },
    intent: {
      target: read.checkpoint,
      applyBefore: read.applyBefore,
      maxMove: read.maxMove,
      onActiveConsumers: read.onActiveConsumers,
      allowUnordered: read.allowUnordered,
    },
    consumer: read.consumer,
    forceSuccess: read.forceSuccess,
    triggers: read.triggers,
    reason: read.reason,
  };
}

/** Whether two declarations ask for one and the same act: same shard, same position in any spelling, same triggers. */
export function sameAct(left: CheckpointPin, right: CheckpointPin): boolean {
  return (
    sameShard(left.identity, right.identity) &&
    left.intent.target === right.intent.target &&
    isDeepStrictEqual(left.triggers, right.triggers)
  );
}

/** An unforced write succeeds only for the consumer that owns the shard, which is one that is alive. */
function forceProblems(
  declared: Declared,
  read: { readonly forceSuccess: boolean; readonly onActiveConsumers: OnActiveConsumers },
): readonly Problem[] {
  const overwrites = read.onActiveConsumers === "overwrite" || declared["onActiveConsumers"] === notYetKnown;
  if (read.forceSuccess || (declared["consumer"] !== undefined && overwrites)) return [];
  return [
    {
      property: "forceSuccess",
      reason:
        "moves the shard only for the live consumer that owns it: " +
        'name that one in consumer and set onActiveConsumers: "overwrite", or leave forceSuccess out',
    },
  ];
}

function name(kind: Parameters<typeof parseName>[0]): (value: unknown) => Parsed<string> {
  return (value) => (typeof value === "string" ? parseName(kind, value) : unparsed("is not a string"));
}

function shardNumber(value: unknown): Parsed<number> {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return parsed(value);
  if (typeof value === "string" && /^\d+$/.test(value))
    return unparsed("is a string; write the number without quotes");
  return unparsed("is not a shard id: a whole number from 0");
}

function literalCursor(value: unknown): Parsed<Cursor> {
  if (typeof value === "number") {
    return unparsed("is a number, and numbers this long lose digits; write the base64 cursor as a string");
  }
  if (typeof value !== "string") return unparsed("is not a string");
  if (value.startsWith("cursor:")) return unparsed('is a position; leave out "cursor:" here');
  if (["begin", "end", "previous", "keep", "none"].includes(value)) {
    return unparsed("is a word; a ConsumerGroupCheckpoint takes the cursor itself, as GetCursor answers it");
  }
  if (parseInstant(value).ok) {
    return unparsed(
      "is a time; a ConsumerGroupCheckpoint takes a cursor, which GetCursor answers for a time",
    );
  }
  return parseCursor(value);
}

function instant(value: unknown): Parsed<Instant> {
  if (typeof value !== "string") {
    return unparsed(
      'is not a string; write an RFC 3339 instant in quotes, such as "2026-11-20T08:00:00+08:00"',
    );
  }
  return parseInstant(value);
}

function duration(value: unknown): Parsed<Duration> {
  return typeof value === "string"
    ? parseDuration(value)
    : unparsed('is not a string; write an ISO-8601 duration in quotes, such as "PT24H"');
}

function onActiveConsumers(value: unknown): Parsed<OnActiveConsumers> {
  const choices: readonly OnActiveConsumers[] = ["refuse", "overwrite"];
  const choice = choices.find((candidate) => candidate === value);
  return choice === undefined ? unparsed('is neither "refuse" nor "overwrite"') : parsed(choice);
}

function trueOrFalse(value: unknown): Parsed<boolean> {
  return typeof value === "boolean" ? parsed(value) : unparsed("is neither true nor false");
}

function text(value: unknown): Parsed<string> {
  return typeof value === "string" ? parsed(value) : unparsed("is not a string");
}

function filledText(value: unknown): Parsed<string> {
  if (typeof value !== "string") return unparsed("is not a string");
  return value === "" ? unparsed("is empty; leave it out instead") : parsed(value);
}

/** The inputs as they are kept: instants in UTC, everything else as declared. */
export function normaliseDeclared(declared: Declared): Declared {
  const { applyBefore } = declared;
  if (typeof applyBefore !== "string") return declared;
  const result = parseInstant(applyBefore);
  return result.ok ? { ...declared, applyBefore: formatInstant(result.value) } : declared;
}
