/** State that this version cannot read. It refuses; it never counts as "nothing was done yet". */
export class UnreadableStateError extends Error {
  override readonly name = "UnreadableStateError";

  constructor(readonly what: string) {
    super(
      `Pulumi's state of this resource cannot be read: ${what} is missing or of another form\n` +
        "Was it written by a newer version of pulumi-sls-checkpoint? Install that one. Nothing was written.",
    );
  }
}

export function unreadable(what: string): UnreadableStateError {
  return new UnreadableStateError(what);
}

/** The newest form of state that this version writes and reads. */
export const schemaVersion = 2;

/** Reads which version wrote a piece of state; refuses one that is newer than this package. */
export function schemaVersionOf(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) {
    throw unreadable(`${path}.schemaVersion`);
  }
  if (value > schemaVersion) {
    throw unreadable(
      `${path}.schemaVersion ${String(value)}, of which this version knows ${String(schemaVersion)},`,
    );
  }
  return value;
}
