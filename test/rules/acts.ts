import { type CheckpointRecord } from "../../provider/src/model/checkpoint.js";
import { type Act, type Round, type Stand } from "../../provider/src/rules/act.js";
import { type Entry, type Ledger, type ShardLedger } from "../../provider/src/rules/ledger.js";
import { type OpenAct } from "../../provider/src/rules/run.js";
import { beforeNoon, cursor, hour, noon, standsAt } from "./scenario.js";

export const round: Round = {
  id: "round-1",
  plannedAt: noon,
  knownShards: [0, 1],
  triggers: "a",
  generation: "first",
  deadline: undefined,
};

export function standing(position: number, more: Partial<Stand> = {}): Stand {
  return {
    checkpoint: standsAt(position),
    time: beforeNoon(hour),
    savedAt: beforeNoon(hour),
    consumer: "host-a",
    ...more,
  };
}

/** An act that takes shard 0 from 80 back to 50. */
export const act: Act = {
  shard: 0,
  round,
  position: `cursor:${cursor(50)}`,
  inherited: [],
  target: cursor(50),
  targetTime: beforeNoon(4 * hour),
  snapshot: standing(80),
  wayBack: standing(80),
  deadline: undefined,
};

/** The act of a round of its own, so that it is another one. */
export function actOfRound(id: string, more: Partial<Act> = {}, ofRound: Partial<Round> = {}): Act {
  return { ...act, round: { ...round, id, ...ofRound }, ...more };
}

export function entry(outcome: Entry["outcome"], more: Partial<Entry> = {}): Entry {
  return { act, outcome, open: false, pinnedAt: undefined, requestId: undefined, ...more };
}

export function ledgerOf(entries: readonly Entry[], more: Partial<ShardLedger> = {}): Ledger {
  const shard = { shard: 0, status: "pinned", entries, historyUnknown: false, ...more } as const;
  return { shards: new Map([[shard.shard, shard]]), others: undefined };
}

/** An act that this process planned, and of which nothing was tried. */
export const fresh: OpenAct = {
  act,
  fresh: true,
  outcome: "certainlyNot",
  elsewhere: false,
  requestId: undefined,
};

/** What a look shows of shard 0. */
export function seenAt(position: number, more: Partial<CheckpointRecord> = {}): CheckpointRecord {
  return {
    shard: 0,
    checkpoint: standsAt(position),
    updateTime: beforeNoon(hour),
    consumer: "host-a",
    ...more,
  };
}
