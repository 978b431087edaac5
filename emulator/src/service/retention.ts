const millisecondsOfDay = 86_400_000;

/** A ttl from which data is kept for ever. */
export const permanentTtl = 3650;

/** Everything received before this instant (Unix milliseconds) is gone. */
export function retentionHorizon(now: number, ttlDays: number): number {
  return ttlDays >= permanentTtl ? -Infinity : now - ttlDays * millisecondsOfDay;
}
