import { type Cursor, parseCursor } from "../model/cursor.js";
import { type Duration, parseDuration } from "../model/duration.js";
import { parseName } from "../model/identity.js";
import { type Instant, formatInstant, parseInstant } from "../model/instant.js";
import { type Parsed, parsed, unparsed } from "../model/parsed.js";
import { type OnActiveConsumers } from "../rules/intent.js";
import { type Declared } from "./declared.js";

/** How each kind of input is read from what a program declared. */

const notText = unparsed("is not a string; write one text in quotes");

export function nameInput(kind: Parameters<typeof parseName>[0]): (value: unknown) => Parsed<string> {
  return (value) => (typeof value === "string" ? parseName(kind, value) : notText);
}

export function shardInput(value: unknown): Parsed<number> {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return parsed(value);
  if (typeof value === "string" && /^\d+$/.test(value))
    return unparsed("is a string; write the number without quotes");
  return unparsed("is not a shard id: a whole number from 0");
}

/** A cursor without anything around it. */
export function cursorInput(value: unknown): Parsed<Cursor> {
  if (typeof value === "number") {
    return unparsed("is a number, and numbers this long lose digits; write the base64 cursor as a string");
  }
  if (typeof value !== "string") return notText;
  if (value.startsWith("cursor:")) return unparsed('is a position; leave out "cursor:" here');
  if (["begin", "end", "previous", "keep", "none"].includes(value)) {
    return unparsed(
      "is a position; a pin takes only a cursor (base64). Write the cursor, or declare a ConsumerGroupReplay instead",
    );
  }
  if (parseInstant(value).ok) {
    return unparsed("is a time; here only a cursor will do, or use a ConsumerGroupReplay, which takes times");
  }
  return parseCursor(value);
}

export function instantInput(value: unknown): Parsed<Instant> {
  if (typeof value === "string") return parseInstant(value);
  return unparsed(
    'is not a string; write an RFC 3339 instant in quotes, such as "2026-11-20T08:00:00+08:00"',
  );
}

export function durationInput(value: unknown): Parsed<Duration> {
  return typeof value === "string"
    ? parseDuration(value)
    : unparsed('is not a string; write an ISO-8601 duration in quotes, such as "PT24H"');
}

const choicesOnActiveConsumers: readonly OnActiveConsumers[] = ["refuse", "wait", "overwrite"];

export function onActiveConsumersInput(value: unknown): Parsed<OnActiveConsumers> {
  const choice = choicesOnActiveConsumers.find((candidate) => candidate === value);
  return choice === undefined ? unparsed('is not one of "refuse", "wait" and "overwrite"') : parsed(choice);
}

export function booleanInput(value: unknown): Parsed<boolean> {
  return typeof value === "boolean" ? parsed(value) : unparsed("is neither true nor false");
}

export function textInput(value: unknown): Parsed<string> {
  if (typeof value !== "string") return notText;
  // Half of a character pair cannot be encoded, and would only be noticed while the request is signed.
  return isWellFormed(value) ? parsed(value) : unparsed("holds half of a character pair, which is no text");
}

/** A reason stands in state several times, and in every plan that is printed. */
const longestReason = 10_000;

export function reasonInput(value: unknown): Parsed<string> {
  return boundedTextInput(value, longestReason);
}

/** A consumer is named in the address of a request, which servers bound. */
const longestConsumer = 1_000;

export function consumerInput(value: unknown): Parsed<string> {
  return value === "" ? unparsed("is empty; leave it out instead") : boundedTextInput(value, longestConsumer);
}

function boundedTextInput(value: unknown, longest: number): Parsed<string> {
  if (typeof value !== "string" || value.length <= longest) return textInput(value);
  return unparsed(`is ${String(value.length)} characters long; at most ${String(longest)} are accepted`);
}

function isWellFormed(text: string): boolean {
  return Buffer.from(text, "utf8").toString("utf8") === text;
}

/** The inputs as they are kept: the deadline in UTC, everything else as declared. */
export function normaliseDeclared(declared: Declared): Declared {
  const { applyBefore } = declared;
  if (typeof applyBefore !== "string") return declared;
  const result = parseInstant(applyBefore);
  return result.ok ? { ...declared, applyBefore: formatInstant(result.value) } : declared;
}
