import { type Duration } from "../model/duration.js";
import { type Instant } from "../model/instant.js";
import { type Act } from "./act.js";
import { type Left } from "./asked.js";
import { type Decision, type LiveConsumer, type Refusal } from "./decide.js";
import { type SettingDrift } from "./groupDrift.js";
import { type RefusedShard } from "./nextStep.js";
import { type PlannedTogether } from "./planTotals.js";
import { type CheckpointRecord } from "../model/checkpoint.js";
import { type ShardStatus } from "./status.js";
import { type UntilProblem } from "./until.js";

/** What an event or a failure is about: the id of the shard or group, and what the declaration says of why. */
export interface Subject {
  readonly id: string;
  readonly reason: string | undefined;
}

/** What was decided for one shard of a group, with the instant that was asked for. */
export interface DecidedShard {
  readonly shard: number;
  readonly decision: Decision;
  readonly asked: Instant | undefined;
}

/** A shard that is left alone although its declaration names a position. */
export interface LeftShard {
  readonly shard: number;
  readonly why: Exclude<Left, "kept"> | "uncertain";
}

/** What live consumers make an up do. */
export interface Liveness {
  readonly onActiveConsumers: "refuse" | "wait" | "overwrite";
  readonly waitTimeout: Duration;
  readonly watchFor: Duration;
}

/**
 * What a check, a diff or a run tells while it goes on. Data only: each front words it in its own way.
 */
export type RunEvent =
  | {
      readonly kind: "notYetKnown";
      readonly resource: string;
      /** The URN of the resource, where it is handed over. */
      readonly self: string | undefined;
      readonly inputs: readonly string[];
    }
  | { readonly kind: "notEvaluated"; readonly subject: Subject; readonly failure: Error }
  | { readonly kind: "replaces"; readonly subject: Subject; readonly former: string }
  | {
      readonly kind: "planned";
      readonly subject: Subject;
      /** One shard has the long form, a group the short one. */
      readonly of: "shard" | "group";
      readonly shards: readonly DecidedShard[];
      readonly liveness: Liveness;
      /** The instant as it was written, where it is one for all shards. */
      readonly writtenAs: string | undefined;
      /** This plan with those that were told before it in the same preview; undefined for the first one. */
      readonly together: PlannedTogether | undefined;
    }
  /** A savepoint is taken anew, and what it kept is lost. */
  | { readonly kind: "forgets"; readonly subject: Subject; readonly takenAt: string }
  | { readonly kind: "left"; readonly subject: Subject; readonly shards: readonly LeftShard[] }
  | { readonly kind: "olderWaysBack"; readonly subject: Subject; readonly shards: readonly number[] }
  | {
      readonly kind: "looking" | "writing";
      readonly subject: Subject;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly kind: "waiting";
      readonly subject: Subject;
      readonly refusal: Extract<Refusal, { kind: "liveConsumers" }>;
      readonly waitTimeout: Duration;
    }
  | {
      readonly kind: "wayBack";
      readonly subject: Subject;
      readonly of: "shard" | "group";
      readonly acts: readonly Act[];
    }
  | {
      readonly kind: "expired";
      readonly subject: Subject;
      readonly of: "shard" | "group";
      readonly shards: readonly number[];
      readonly applyBefore: Instant;
      readonly serverTime: Instant;
    }
  | { readonly kind: "watchLost"; readonly subject: Subject; readonly failure: Error }
  /** Settings of a consumer group that are not as they are declared. */
  | {
      readonly kind: "groupDrifted";
      readonly subject: Subject;
      readonly drift: readonly SettingDrift[];
    }
  | { readonly kind: "groupAdopted" | "groupLeft" | "groupGone"; readonly subject: Subject }
  | {
      readonly kind: "waitingForGroup";
      readonly subject: Subject;
      readonly consumers: readonly LiveConsumer[];
      readonly waitTimeout: Duration;
    }
  /** Where a consumer group stood before it is deleted. */
  | { readonly kind: "groupStood"; readonly subject: Subject; readonly records: readonly CheckpointRecord[] };

/** An error as a report needs it. A refusal of the service also says under which id to ask about it, and what to do. */
export interface ReportedFailure extends Error {
  readonly requestId?: string | undefined;
  readonly remedy?: string;
}

/** How one shard of a run ended, for whoever has to act on it. */
export interface EndedReport {
  readonly shard: number;
  readonly status: ShardStatus;
  /** What was planned; absent where nothing was. */
  readonly act: Act | undefined;
  /** Where it stood at the last look; absent where there was none. */
  readonly record: CheckpointRecord | undefined;
  readonly failure: ReportedFailure | undefined;
  /** Whether the service had acknowledged a write that a later look did not show. */
  readonly acknowledged: boolean;
}

/** Why a call ended without what it was asked for. Data only, as {@link RunEvent}. */
export type Report =
  /** A preview could not look, and strict previews are asked for. */
  | { readonly kind: "notEvaluated"; readonly subject: Subject; readonly failure: Error }
  | { readonly kind: "lookFailed"; readonly subject: Subject; readonly failure: Error }
  | {
      readonly kind: "refused";
      readonly subject: Subject;
      readonly of: "shard" | "group";
      readonly refusals: readonly RefusedShard[];
    }
  | {
      readonly kind: "unfinished";
      readonly subject: Subject;
      readonly of: "shard" | "group";
      readonly shards: readonly EndedReport[];
      /** What stopped the run after it had written. */
      readonly refusals: readonly RefusedShard[];
      /** What ended the run: a look that failed, or an engine that is gone. */
      readonly failure: Error | undefined;
    }
  /** Two resources move one shard. The order in which Pulumi checks them is chance, so both are named alike. */
  | { readonly kind: "duplicate"; readonly declarations: readonly [string, string] }
  /** What a read function is asked to read up to is not there yet. */
  | { readonly kind: "until"; readonly id: string; readonly problems: readonly UntilProblem[] }
  /** A group that is declared new exists, and whose it is cannot be known. */
  | { readonly kind: "groupExists" | "groupMissing"; readonly subject: Subject }
  | {
      readonly kind: "groupInUse";
      readonly subject: Subject;
      readonly consumers: readonly LiveConsumer[];
      readonly quietAfter: Duration;
    }
  /** The service refused the delete itself. */
  | { readonly kind: "groupNotDeleted"; readonly subject: Subject; readonly failure: Error }
  | { readonly kind: "notKnown"; readonly resource: string }
  | { readonly kind: "arguments"; readonly name: string; readonly problems: readonly string[] };
