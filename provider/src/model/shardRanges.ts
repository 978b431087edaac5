/** Writes shard ids in order, with three and more in a row as a range: `0-3, 7`. */
export function formatShards(shards: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const shard of shards.toSorted((left, right) => left - right)) {
    const run = runs.at(-1);
    if (run !== undefined && shard === run[1] + 1) run[1] = shard;
    else runs.push([shard, shard]);
  }
  return runs
    .flatMap(([first, last]) => {
      if (last - first >= 2) return [`${String(first)}-${String(last)}`];
      return last > first ? [String(first), String(last)] : [String(first)];
    })
    .join(", ");
}

/** Reads what {@link formatShards} wrote; undefined where it is something else. */
export function parseShards(text: string): readonly number[] | undefined {
  if (text === "") return [];
  const shards: number[] = [];
  for (const part of text.split(", ")) {
    const match = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part);
    if (match === null) return undefined;
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (last < first || last - first > 100_000) return undefined;
    for (let shard = first; shard <= last; shard += 1) shards.push(shard);
  }
  return shards;
}
