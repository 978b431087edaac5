import { type Declared } from "./declared.js";

/**
 * A write was attempted and the resource is not where it should be. State must keep what is known, so that the
 * next up goes on from there.
 */
export class UnfinishedError extends Error {
  override readonly name = "UnfinishedError";

  constructor(
    message: string,
    readonly id: string,
    readonly outs: Declared,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A refusal before anything was written. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}
