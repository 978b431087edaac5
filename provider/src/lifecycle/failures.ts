import { type Report } from "../rules/events.js";
import { type Declared } from "./declared.js";

/** A refusal before anything was written. `report` says why, as data; fronts word it. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  constructor(
    readonly report: Report,
    options?: ErrorOptions,
  ) {
    super(report.kind, options);
  }
}

/**
 * A write was attempted and the resource is not where it should be. State must keep what is known, so that the
 * next up goes on from there.
 */
export class UnfinishedError extends Error {
  override readonly name = "UnfinishedError";

  constructor(
    readonly report: Report,
    readonly id: string,
    readonly outs: Declared,
    options?: ErrorOptions,
  ) {
    super(report.kind, options);
  }
}
