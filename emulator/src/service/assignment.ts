/** Who has a shard and who shall have it. A shard whose holder is not its target is in transfer. */
export interface Holding {
  /** The consumer that was handed the shard and has not yet let go of it. */
  readonly holder?: string | undefined;
  /** The consumer that the balance gives the shard to. */
  readonly target?: string | undefined;
}

/** The holdings of a group, by shard id. */
export type Assignment = ReadonlyMap<number, Holding>;

/**
 * Gives every eligible shard to a living member so that no two members differ by more than one, moving as few as
 * possible. A shard that someone still holds is only marked: its new owner gets it after it was let go.
 */
export function balance(
  assignment: Assignment,
  eligible: readonly number[],
  members: readonly string[],
): Assignment {
  const alive = new Set(members);
  const targets = new Map<number, string>();
  const loads = new Map(members.map((member) => [member, 0]));
  const give = (shard: number, member: string): void => {
    const before = targets.get(shard);
    if (before !== undefined) loads.set(before, (loads.get(before) ?? 0) - 1);
    targets.set(shard, member);
    loads.set(member, (loads.get(member) ?? 0) + 1);
  };
  for (const shard of eligible) {
    const target = assignment.get(shard)?.target;
    if (target !== undefined && alive.has(target)) give(shard, target);
  }
  for (const shard of eligible) {
    if (targets.has(shard)) continue;
    const member = leastLoaded(loads, assignment.get(shard)?.holder);
    if (member !== undefined) give(shard, member);
  }
  evenOut(loads, targets, assignment, give);
  return settle(assignment, eligible, targets, alive);
}

/** The consumer lets go of every shard that it holds, does not report, and was not given to keep. */
export function release(assignment: Assignment, consumer: string, reported: ReadonlySet<number>): Assignment {
  const next = new Map(assignment);
  for (const [shard, { holder, target }] of assignment) {
    if (holder === consumer && target !== consumer && !reported.has(shard)) next.set(shard, { target });
  }
  return next;
}

/** The shards that a consumer may read now, in order. */
export function shardsOf(assignment: Assignment, consumer: string): number[] {
  return [...assignment]
    .filter(([, { holder, target }]) => holder === consumer && target === consumer)
    .map(([shard]) => shard)
    .sort((a, b) => a - b);
}

function evenOut(
  loads: ReadonlyMap<string, number>,
  targets: ReadonlyMap<number, string>,
  assignment: Assignment,
  give: (shard: number, member: string) => void,
): void {
  for (;;) {
    const least = leastLoaded(loads);
    const most = mostLoaded(loads);
    if (least === undefined || most === undefined) return;
    if ((loads.get(most) ?? 0) - (loads.get(least) ?? 0) <= 1) return;
    const candidates = [...targets].filter(([, member]) => member === most).map(([shard]) => shard);
    const shard =
      candidates.find((candidate) => assignment.get(candidate)?.holder === least) ??
      candidates.find((candidate) => assignment.get(candidate)?.holder !== most) ??
      Math.max(...candidates);
    give(shard, least);
  }
}

function settle(
  assignment: Assignment,
  eligible: readonly number[],
  targets: ReadonlyMap<number, string>,
  alive: ReadonlySet<string>,
): Assignment {
  const next = new Map<number, Holding>();
  for (const shard of new Set([...eligible, ...assignment.keys()])) {
    const before = assignment.get(shard)?.holder;
    const target = targets.get(shard);
    const holder = before !== undefined && alive.has(before) ? before : target;
    if (holder !== undefined) next.set(shard, { holder, target });
  }
  return next;
}

function leastLoaded(loads: ReadonlyMap<string, number>, favourite?: string): string | undefined {
  const lowest = Math.min(...loads.values());
  if (favourite !== undefined && loads.get(favourite) === lowest) return favourite;
  return [...loads].find(([, load]) => load === lowest)?.[0];
}

function mostLoaded(loads: ReadonlyMap<string, number>): string | undefined {
  const highest = Math.max(...loads.values());
  return [...loads].find(([, load]) => load === highest)?.[0];
}
