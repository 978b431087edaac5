import { type Checkpoint, formatCheckpoint, parseCheckpoint } from "../model/checkpoint.js";
import { type Cursor, parseCursor } from "../model/cursor.js";
import { type Instant, formatOptionalInstant, parseInstant } from "../model/instant.js";
import { formatShards, parseShards } from "../model/shardRanges.js";
import { type Round, type Stand } from "../rules/act.js";
import { type Declared } from "./declared.js";
import { unreadable } from "./unreadable.js";

/**
 * How acts are kept in Pulumi's state. A group has as many as it has shards, and state holds plan and ledger, so
 * each is one row of a table whose columns are named once.
 */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** One row, by the names of the columns. What is absent is null in state, and undefined here. */
export type Row = Readonly<Record<string, unknown>>;

/** Makes a table of rows; a column that no row fills is left out. */
export function encodeTable(columns: readonly string[], rows: readonly Row[]): Table {
  const used = columns.filter((column) => rows.some((row) => row[column] !== undefined));
  return { columns: used, rows: rows.map((row) => used.map((column) => row[column] ?? null)) };
}

export function decodeTable(value: unknown, path: string): readonly Row[] {
  const { columns, rows } = fieldsOf(value, path);
  if (!Array.isArray(columns) || !columns.every((column) => typeof column === "string")) {
    throw unreadable(`${path}.columns`);
  }
  if (!Array.isArray(rows)) throw unreadable(`${path}.rows`);
  return rows.map((row: unknown, index) => {
    if (!Array.isArray(row) || row.length !== columns.length)
      throw unreadable(`${path}.rows[${String(index)}]`);
    return Object.fromEntries(columns.map((column, at) => [column, (row[at] as unknown) ?? undefined]));
  });
}

export function fieldsOf(value: unknown, path: string): Declared {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable(path);
  return value as Declared;
}

/** Reads the fields of one object of state; whatever is of another form is refused by name. */
export class StateReader {
  constructor(
    private readonly fields: Row,
    private readonly path: string,
  ) {}

  optionalText(name: string): string | undefined {
    const value = this.fields[name];
    if (value === undefined || typeof value === "string") return value;
    throw this.unreadable(name);
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.missing(name);
  }

  oneOf<const Value extends string>(name: string, values: readonly Value[]): Value {
    const text = this.text(name);
    return values.find((value) => value === text) ?? this.missing(name);
  }

  shard(name: string): number {
    const value = this.fields[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.unreadable(name);
  }

  flag(name: string): boolean {
    const value = this.fields[name];
    if (value === undefined || typeof value === "boolean") return value ?? false;
    throw this.unreadable(name);
  }

  optionalInstant(name: string): Instant | undefined {
    const text = this.optionalText(name);
    if (text === undefined) return undefined;
    const instant = parseInstant(text);
    if (!instant.ok) throw this.unreadable(name);
    return instant.value;
  }

  instant(name: string): Instant {
    return this.optionalInstant(name) ?? this.missing(name);
  }

  optionalCursor(name: string): Cursor | undefined {
    const text = this.optionalText(name);
    if (text === undefined) return undefined;
    const cursor = parseCursor(text);
    if (!cursor.ok) throw this.unreadable(name);
    return cursor.value;
  }

  cursor(name: string): Cursor {
    return this.optionalCursor(name) ?? this.missing(name);
  }

  checkpoint(name: string): Checkpoint {
    return parseCheckpoint(this.text(name));
  }

  shards(name: string): readonly number[] {
    return parseShards(this.text(name)) ?? this.missing(name);
  }

  private missing(name: string): never {
    throw this.unreadable(name);
  }

  private unreadable(name: string): Error {
    return unreadable(`${this.path}.${name}`);
  }
}

export const roundColumns = ["id", "plannedAt", "knownShards", "triggers", "generation", "deadline"] as const;

export function encodeRound(round: Round): Row {
  return {
    id: round.id,
    plannedAt: formatOptionalInstant(round.plannedAt),
    knownShards: formatShards(round.knownShards),
    triggers: round.triggers,
    generation: round.generation,
    deadline: formatOptionalInstant(round.deadline),
  };
}

export function decodeRound(row: Row, path: string): Round {
  const reader = new StateReader(row, path);
  return {
    id: reader.text("id"),
    plannedAt: reader.instant("plannedAt"),
    knownShards: reader.shards("knownShards"),
    triggers: reader.text("triggers"),
    generation: reader.text("generation"),
    deadline: reader.optionalInstant("deadline"),
  };
}

export function encodeRounds(rounds: readonly Round[]): Table {
  const distinct = new Map(rounds.map((round) => [round.id, round]));
  return encodeTable(roundColumns, [...distinct.values()].map(encodeRound));
}

export function decodeRounds(value: unknown, path: string): (id: string) => Round {
  const rounds = new Map(
    decodeTable(value, path).map((row, index) => {
      const round = decodeRound(row, `${path}[${String(index)}]`);
      return [round.id, round];
    }),
  );
  return (id) => {
    const round = rounds.get(id);
    if (round === undefined) throw unreadable(`${path}: the round ${id}`);
    return round;
  };
}

/** A stand in columns of its own: `snapshot`, `snapshotTime`, `snapshotSavedAt`, `snapshotConsumer`. */
export function standColumns(name: string): readonly string[] {
  return [name, `${name}Time`, `${name}SavedAt`, `${name}Consumer`];
}

export function encodeStand(name: string, stand: Stand): Row {
  return {
    [name]: formatCheckpoint(stand.checkpoint),
    [`${name}Time`]: formatOptionalInstant(stand.time),
    [`${name}SavedAt`]: formatOptionalInstant(stand.savedAt),
    [`${name}Consumer`]: stand.consumer,
  };
}

export function decodeStand(reader: StateReader, name: string): Stand {
  return {
    checkpoint: reader.checkpoint(name),
    time: reader.optionalInstant(`${name}Time`),
    savedAt: reader.optionalInstant(`${name}SavedAt`),
    consumer: reader.optionalText(`${name}Consumer`),
  };
}
