import { type Duration, between, durationOfSeconds } from "../model/duration.js";
import { type Instant } from "../model/instant.js";

/** One look at how far a shard is, as numbers. */
export interface Milestone {
  readonly at: Instant;
  /** Log groups that were read up to there, on any scale that both looks share. */
  readonly position: bigint;
  /** Log groups from there to the end of the shard, where that is known. */
  readonly lag: bigint | undefined;
}

/** How fast a shard is read. What was not seen is absent. */
export interface Pace {
  /** Log groups a second since `since`; absent where nothing was read since a pin, or no time went by. */
  readonly rate?: number;
  readonly since?: Instant;
  /** Whether the distance to the end of the shard grows; two looks tell, one never does. */
  readonly trend?: "growing" | "shrinking" | "steady";
  /** It stands before where it stood at the earlier look. */
  readonly rewound: boolean;
}

/**
 * Works out how fast a shard is read. Two looks tell the rate of the time between them; one tells the average since
 * the pin, and nothing before anybody has committed.
 */
export function paceOf(pin: Milestone | undefined, earlier: Milestone | undefined, now: Milestone): Pace {
  if (earlier !== undefined && earlier.at < now.at) return paceBetween(earlier, now);
  if (pin === undefined || now.position <= pin.position || pin.at >= now.at) return { rewound: false };
  return { rate: rateOf(pin, now), since: pin.at, rewound: false };
}

function paceBetween(earlier: Milestone, now: Milestone): Pace {
  const trend = trendOf(earlier.lag, now.lag);
  const known = trend === undefined ? {} : { trend };
  if (now.position < earlier.position) return { ...known, rewound: true };
  return { ...known, rate: rateOf(earlier, now), since: earlier.at, rewound: false };
}

function rateOf(from: Milestone, to: Milestone): number {
  return (Number(to.position - from.position) * 1_000_000) / between(to.at, from.at);
}

function trendOf(earlier: bigint | undefined, now: bigint | undefined): Pace["trend"] {
  if (earlier === undefined || now === undefined) return undefined;
  if (now === earlier) return "steady";
  return now > earlier ? "growing" : "shrinking";
}

/** How long the rest takes at a rate; undefined where the rate is not known or nothing is read. */
export function timeLeft(remaining: bigint | undefined, rate: number | undefined): Duration | undefined {
  if (remaining === 0n) return durationOfSeconds(0);
  if (remaining === undefined || rate === undefined || rate <= 0) return undefined;
  return durationOfSeconds(Math.ceil(Number(remaining) / rate));
}

/** Consumers save every minute, unless they are told otherwise. */
const usualSaveInterval = durationOfSeconds(60);

/**
 * Whether nobody has committed for three save intervals though there is something to read. Consumers that save less
 * often than their group times out are not expected.
 */
export function isStalled(
  left: bigint | undefined,
  committedAt: Instant | undefined,
  now: Instant,
  groupTimeout: Duration,
): boolean {
  if (left === undefined || left <= 0n || committedAt === undefined) return false;
  return now - committedAt > 3 * Math.max(usualSaveInterval, groupTimeout);
}
