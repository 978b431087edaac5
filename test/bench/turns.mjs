/** Ways of doing one thing, measured in turns, so that what else happens on the machine meets them all. */

const rounds = 5;

/**
 * The median of each way.
 *
 * @param {readonly string[]} names
 * @param {(name: string) => Promise<number>} measure
 * @returns {Promise<Record<string, number>>}
 */
export async function takingTurns(names, measure) {
  /** @type {Record<string, number[]>} */
  const seen = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) seen[name]?.push(await measure(name));
  }
  return Object.fromEntries(Object.entries(seen).map(([name, runs]) => [name, median(runs)]));
}

/** @param {readonly number[]} numbers */
export function median(numbers) {
  return [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/**
 * A median, in so many of another one's.
 *
 * @param {Record<string, number>} medians
 * @param {string} name
 * @param {string} other
 */
export function ratio(medians, name, other) {
  return ((medians[name] ?? Number.NaN) / (medians[other] ?? Number.NaN)).toFixed(2);
}
