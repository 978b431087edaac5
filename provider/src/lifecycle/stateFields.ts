import { type Checkpoint, parseCheckpoint } from "../model/checkpoint.js";
import { type Cursor, parseCursor } from "../model/cursor.js";
import { type Instant, parseInstant } from "../model/instant.js";
import { type Declared } from "./declared.js";

/** How the fields of Pulumi's state are read back, whichever resource wrote them. */

export function unreadable(what: string): Error {
  return new Error(
    `Pulumi's state of this resource cannot be read: ${what} is missing or of another form\n` +
      "Was it written by a newer version of pulumi-sls-checkpoint? Install that one.",
  );
}

export function fieldsOf(value: unknown, path: string): Declared {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable(path);
  return value as Declared;
}

export function optionalCheckpoint(fields: Declared, name: string): Checkpoint | undefined {
  const text = optionalText(fields, name);
  return text === undefined ? undefined : parseCheckpoint(text);
}

export function requiredText(fields: Declared, name: string): string {
  const text = optionalText(fields, name);
  if (text === undefined) throw unreadable(name);
  return text;
}

export function optionalText(fields: Declared, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === "string") return value;
  throw unreadable(name);
}

export function optionalInstant(fields: Declared, name: string): Instant | undefined {
  const text = optionalText(fields, name);
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  if (!instant.ok) throw unreadable(name);
  return instant.value;
}

export function requiredInstant(fields: Declared, name: string): Instant {
  const instant = optionalInstant(fields, name);
  if (instant === undefined) throw unreadable(name);
  return instant;
}

export function optionalCursor(fields: Declared, name: string): Cursor | undefined {
  const text = optionalText(fields, name);
  if (text === undefined) return undefined;
  const cursor = parseCursor(text);
  if (!cursor.ok) throw unreadable(name);
  return cursor.value;
}

/** Pulumi's server refuses `undefined` at any depth, after the write has happened. */
export function withoutAbsent(fields: Declared): Declared {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
