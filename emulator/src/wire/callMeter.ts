import type { AssumptionBook } from "../service/assumptions.js";
import { httpRefusals } from "./httpRefusals.js";

const dataCalls = new Set(["PullLogs", "PostLogStoreLogs"]);

/** Counts the calls on metadata in each second of the clock. */
export class CallMeter {
  readonly #assumptions: AssumptionBook;
  #second = -1;
  #count = 0;

  constructor(assumptions: AssumptionBook) {
    this.#assumptions = assumptions;
  }

  /** Refuses a call beyond the bound of its second. */
  admit(call: string, now: number): void {
    if (dataCalls.has(call)) return;
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count += 1;
    const bound = this.#assumptions.decide("metadataCallsPerSecond");
    if (bound !== "unbounded" && this.#count > bound) {
      throw httpRefusals.quotaExceeded("MetaOperationQpsLimitExceeded");
    }
  }
}
