import { type Duration } from "./duration.js";

/** How a consumer group is set up. Official consumers set both when they start. */
export interface GroupSettings {
  /** After how long without a heartbeat a consumer loses its shards. */
  readonly timeout: Duration;
  /** Whether the shards that a split or merge made wait until their parents are read. */
  readonly ordered: boolean;
}

/** What a declaration names. What it does not name is neither compared nor written. */
export type DeclaredSettings = { readonly [Name in keyof GroupSettings]: GroupSettings[Name] | undefined };
