/** The last instant that every date format of the service can say: 9999-12-31T23:59:59Z, in Unix milliseconds. */
export const lastInstant = 253_402_300_799_000;

/** Whether a number is an instant that a `Date` header can carry, in Unix milliseconds. */
export function isInstant(value: number): boolean {
  return Number.isFinite(value) && value >= 0 && value <= lastInstant;
}
