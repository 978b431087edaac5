/** One summary of many replays. */

/** How many shards of a group have which status. */
export type Totals = Readonly<Record<string, number>>;

export interface Summary {
  readonly groups: number;
  /** How many shards of all groups have which status. */
  readonly shards: Totals;
  /** The groups in which a shard is left alone or went wrong, with what their shards are. */
  readonly toLookAt: Readonly<Record<string, Totals>>;
}

/** What asks for nobody's attention. */
const fine = ["pinned", "alreadyThere", "kept", "behind"];

export function summaryOf(totals: Readonly<Record<string, Totals>>): Summary {
  const shards: Record<string, number> = {};
  for (const [status, count] of Object.values(totals).flatMap((group) => Object.entries(group))) {
    shards[status] = (shards[status] ?? 0) + count;
  }
  const toLookAt = Object.entries(totals).filter(([, group]) =>
    Object.keys(group).some((status) => !fine.includes(status)),
  );
  return { groups: Object.keys(totals).length, shards, toLookAt: Object.fromEntries(toLookAt) };
}
