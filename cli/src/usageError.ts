/** Arguments that are not right; the message says what is. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A look that failed; the message says what was seen, and what to do. */
export class LookError extends Error {
  override readonly name = "LookError";
}
