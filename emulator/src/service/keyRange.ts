/** A half-open range of the 128-bit hash space, each end as 32 hexadecimal digits. */
export interface KeyRange {
  readonly begin: string;
  readonly end: string;
}

const endOfSpace = (1n << 128n) - 1n;

/** The whole hash space. */
export const wholeKeyRange: KeyRange = { begin: toKey(0n), end: toKey(endOfSpace) };

/** The range in `parts` pieces of (nearly) one size. */
export function divideKeyRange(range: KeyRange, parts: number): KeyRange[] {
  const begin = BigInt(`0x${range.begin}`);
  const end = BigInt(`0x${range.end}`);
  const size = range.end === wholeKeyRange.end ? end + 1n - begin : end - begin;
  const edges = Array.from({ length: parts + 1 }, (_, index) =>
    index === parts ? range.end : toKey(begin + (size * BigInt(index)) / BigInt(parts)),
  );
  return edges.slice(0, -1).map((edge, index) => ({ begin: edge, end: edges[index + 1] ?? range.end }));
}

/** Whether a key lies in the range; the last range of the space includes its end. */
export function containsKey(range: KeyRange, key: string): boolean {
  return key >= range.begin && (key < range.end || (key === range.end && range.end === wholeKeyRange.end));
}

/** Whether a text is a key: 32 hexadecimal digits. */
export function isKey(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text);
}

function toKey(value: bigint): string {
  return value.toString(16).padStart(32, "0");
}
