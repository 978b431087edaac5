import { type Bench } from "./bench.js";
import { type AssumptionName, type Assumptions, type Finding } from "./finding.js";
import { type Reply } from "./reply.js";
import { type Wire } from "./wire.js";

/** What only some runs have. */
export type Need = "region" | "deniedProfile" | "probeLimits";

/** What a probe is asked on. */
export interface Stand {
  readonly bench: Bench;
  /** The region as V4 signs it. */
  readonly region: string | undefined;
  /** The same project with an identity that may do nothing there. */
  readonly denied: Wire | undefined;
  /** Asks for one scratch logstore more, which is removed with the first. */
  readonly createLogstore: () => Promise<Reply>;
}

export type Findings = { readonly [Name in AssumptionName]?: Finding<Assumptions[Name]> };

/** How one switch is found out, or some that one preparation tells. */
export interface Probe {
  readonly switches: readonly AssumptionName[];
  /** What is asked, for whoever reads the table. */
  readonly asks: string;
  readonly need?: Need;
  readonly ask: (stand: Stand) => Promise<Findings>;
}
