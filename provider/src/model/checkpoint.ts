import { type Cursor, parseCursor } from "./cursor.js";
import { type Instant } from "./instant.js";

/**
 * Where a consumer group stands in one shard: the next cursor to read, nothing yet, or a text that the
 * service keeps although it is no cursor (SLS checks no more than that a checkpoint is base64).
 */
export type Checkpoint =
  | { readonly kind: "at"; readonly cursor: Cursor }
  | { readonly kind: "none" }
  | { readonly kind: "undecodable"; readonly text: string };

/** The text that stands for a shard without a checkpoint, in outputs and in state. */
export const noCheckpoint = "none";

/** Reads a checkpoint as the service answers it or as {@link formatCheckpoint} wrote it. */
export function parseCheckpoint(text: string): Checkpoint {
  if (text === "" || text === noCheckpoint) return { kind: "none" };
  const cursor = parseCursor(text);
  return cursor.ok ? { kind: "at", cursor: cursor.value } : { kind: "undecodable", text };
}

export function formatCheckpoint(checkpoint: Checkpoint): string {
  switch (checkpoint.kind) {
    case "at":
      return checkpoint.cursor;
    case "none":
      return noCheckpoint;
    case "undecodable":
      return checkpoint.text;
  }
}

export function sameCheckpoint(left: Checkpoint, right: Checkpoint): boolean {
  return left.kind === right.kind && formatCheckpoint(left) === formatCheckpoint(right);
}

/** What GetCheckPoint says of one shard. */
export interface CheckpointRecord {
  readonly shard: number;
  readonly checkpoint: Checkpoint;
  /** When it was last written; undefined where nothing ever was. */
  readonly updateTime: Instant | undefined;
  /** Who wrote it; undefined where the service names nobody. */
  readonly consumer: string | undefined;
}
