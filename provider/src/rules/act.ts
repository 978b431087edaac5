import { type Checkpoint } from "../model/checkpoint.js";
import { type Cursor } from "../model/cursor.js";
import { type Instant } from "../model/instant.js";
import { formatPosition, type Position } from "../model/position.js";

/**
 * What a declaration asks of one shard. Two acts with the same intention are one: whatever is done for it is done
 * once.
 */
export interface Intention {
  /** The position, in the one spelling of `formatPosition`. */
  readonly position: string;
  /** A digest of the declared triggers. */
  readonly triggers: string;
  /** A random id of the resource that plans; it changes when that resource is replaced. */
  readonly generation: string;
}

export function intentionOf(
  position: Position,
  { triggers, generation }: Pick<Intention, "triggers" | "generation">,
): Intention {
  return { position: formatPosition(position), triggers, generation };
}

export function sameIntention(left: Intention, right: Intention): boolean {
  return (
    left.position === right.position &&
    left.triggers === right.triggers &&
    left.generation === right.generation
  );
}

/** Where a shard stood at a look, and since when. */
export interface Stand {
  readonly checkpoint: Checkpoint;
  /** When the log group there was received; undefined where that is not known. */
  readonly time: Instant | undefined;
  /** When the service had saved it; saved again at the same place, it is another stay. */
  readonly savedAt: Instant | undefined;
  readonly consumer: string | undefined;
}

/** One look at a group from which acts were planned. */
export interface Round {
  readonly id: string;
  readonly plannedAt: Instant;
  /** The shards at the time: another list means that there was a split or a merge since. */
  readonly knownShards: readonly number[];
  readonly triggers: string;
  readonly generation: string;
  /** The deadline that was declared at the time. */
  readonly deadline: Instant | undefined;
}

/** One decision for one shard, in state before anything is written for it. */
export interface Act {
  readonly shard: number;
  readonly round: Round;
  readonly position: string;
  /** Intentions taken over from an act that may have been applied, and whose target this one has. */
  readonly inherited: readonly Intention[];
  readonly target: Cursor;
  readonly targetTime: Instant | undefined;
  /** Where the shard stood: what the write needs to find again. */
  readonly snapshot: Stand;
  /** Where `previous` leads once this act was applied: the snapshot, unless inherited. */
  readonly wayBack: Stand;
  /** The deadline that it was given last. Leaving a deadline out takes none away. */
  readonly deadline: Instant | undefined;
}

/** Whether an act was made for an intention, or took it over. */
export function follows({ position, round, inherited }: Act, intention: Intention): boolean {
  const own = { position, triggers: round.triggers, generation: round.generation };
  return [own, ...inherited].some((each) => sameIntention(each, intention));
}

export function sameAct(left: Act, right: Act): boolean {
  return left.shard === right.shard && left.round.id === right.round.id;
}

/** The act under a deadline that was given now. Leaving it out takes none away; an earlier one counts at once. */
export function withDeadline(act: Act, deadline: Instant | undefined): Act {
  return deadline === undefined ? act : { ...act, deadline };
}
