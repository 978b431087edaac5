import { type CheckpointRecord } from "../../provider/src/model/checkpoint.js";
import { cursorAt, positionOf } from "../../provider/src/model/cursor.js";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type Instant } from "../../provider/src/model/instant.js";
import { type Position, formatPosition } from "../../provider/src/model/position.js";
import { type Positions, positionOfShard } from "../../provider/src/model/positions.js";
import { type Act, type Round, withDeadline } from "../../provider/src/rules/act.js";
import { type Asked, askedOf } from "../../provider/src/rules/asked.js";
import { type Ledger, emptyLedger, entriesOf, openEntry } from "../../provider/src/rules/ledger.js";
import {
  type Plan,
  type PlannedShard,
  type Wish,
  earlierWishes,
  plansAnew,
} from "../../provider/src/rules/plan.js";
import {
  actAsked,
  followedByOthers,
  recordAsked,
  recordRun,
  withDeadlines,
} from "../../provider/src/rules/record.js";
import { type RunningShard, sighted, startOf } from "../../provider/src/rules/run.js";
import { beforeNoon, cursor, day, noon } from "./scenario.js";

/** Two instants, and where each leads in every shard. */
export const T1: Position = { kind: "instant", instant: beforeNoon(20 * day) };
export const T2: Position = { kind: "instant", instant: beforeNoon(10 * day) };
export const keep: Position = { kind: "keep" };
export const previous: Position = { kind: "previous" };

export function cursorPosition(position: number): Position {
  return { kind: "cursor", cursor: cursor(position) };
}

/** What one `up` declares: one position for all shards, or one a shard. */
export interface Declaration {
  readonly from: Position | Readonly<Record<string, Position>>;
  readonly triggers?: string;
  /** The deadline, in days from the beginning of the history. */
  readonly before?: number;
}

/** `deny`: the service refuses the write. `lost`: it is applied, its answer is lost, and a consumer reads one on. */
export type Fate = "deny" | "lost";

export function positionsOf(from: Declaration["from"]): Positions {
  if (isPosition(from)) return { others: from, named: new Map() };
  const { "*": others = keep, ...named } = from;
  return { others, named: new Map(Object.entries(named).map(([shard, at]) => [Number(shard), at])) };
}

function isPosition(from: Declaration["from"]): from is Position {
  return typeof from.kind === "string";
}

/**
 * A group whose replay is declared again and again, with the rules alone: a tiny service in place of requests, and
 * no liveness, window or bound.
 */
export class History {
  readonly stands: Map<number, number>;
  generation = "first";
  day = 0;
  ledger: Ledger = emptyLedger;
  #plan: Plan | undefined;
  #before: number | undefined;
  #savedAt = new Map<number, Instant>();
  #second = 0;
  #rounds = 0;

  constructor(shards: readonly number[] = [0]) {
    this.stands = new Map(shards.map((shard) => [shard, 30]));
  }

  /** Consumers read so many log groups on, in every shard. */
  read(logGroups: number): void {
    for (const [shard, stands] of this.stands) this.#save(shard, stands + logGroups);
  }

  /** A split: a shard that was not there before. */
  appear(shard: number, stands: number): void {
    this.stands.set(shard, stands);
  }

  /** The ledger is lost and the plan is not, as when only what writes is replaced. */
  loseLedger(): void {
    this.ledger = emptyLedger;
  }

  /** One `up`: what became of each shard, as `pinned 30->10`. */
  up(declaration: Declaration, fates: Readonly<Record<number, Fate>> = {}): readonly string[] {
    const { before, triggers = "a" } = declaration;
    const wish = { positions: positionsOf(declaration.from), triggers, generation: this.generation };
    const plan = this.#planned(wish, before);
    const deadline = before === undefined ? undefined : this.#instantOf(before);
    const ledger = withDeadlines(this.ledger, deadline);
    const told: string[] = [];
    const shards = new Map(ledger.shards);
    for (const shard of this.stands.keys()) {
      const asked = askedOf(plan, ledger, shard, { deadline, allowSkip: false });
      const act = actAsked(asked);
      const ran = act && this.#run(withDeadline(act, deadline), asked, ledger, fates[shard]);
      const record = ran === undefined ? recordAsked(ledger, shard, asked) : recordRun(ledger, ran.shard);
      if (record !== undefined) shards.set(shard, record);
      told.push(ran?.told ?? nameOf(asked));
    }
    const others = followedByOthers(ledger, shards, wish, [...this.stands.keys()]);
    this.ledger = { shards, others };
    this.#plan = plan;
    this.#before = before;
    return told;
  }

  #planned(wish: Wish, before: number | undefined): Plan {
    const earlier = this.#plan;
    const reopens = before !== undefined && this.#before !== undefined && before > this.#before;
    const plannedAt = this.#now();
    const round: Round = {
      id: `round-${String((this.#rounds += 1))}`,
      plannedAt,
      knownShards: [...this.stands.keys()],
      triggers: wish.triggers,
      generation: wish.generation,
      deadline: before === undefined ? undefined : this.#instantOf(before),
    };
    const anew = [...this.stands.keys()].filter((shard) =>
      earlier === undefined
        ? positionOfShard(wish.positions, shard).kind !== "keep"
        : plansAnew({ plan: earlier, after: wish, reopens }, shard),
    );
    const shards = new Map(earlier?.shards);
    for (const shard of anew) shards.set(shard, this.#plannedShard(shard, wish, round));
    return { wish, plannedAt, shards, earlier: earlier === undefined ? [] : earlierWishes(earlier) };
  }

  #plannedShard(shard: number, wish: Wish, round: Round): PlannedShard {
    const position = positionOfShard(wish.positions, shard);
    const { checkpoint, updateTime } = this.#record(shard);
    const target = targetOf(position);
    return {
      shard,
      round,
      position: formatPosition(position),
      target: target === undefined ? undefined : cursor(target),
      targetTime: undefined,
      snapshot: { checkpoint, time: undefined, savedAt: updateTime, consumer: undefined },
    };
  }

  #run(
    act: Act,
    asked: Asked,
    ledger: Ledger,
    fate: Fate | undefined,
  ): { readonly shard: RunningShard<string>; readonly told: string } {
    const { shard } = act;
    const open = asked.kind === "resume" ? openEntry(entriesOf(ledger, shard)) : undefined;
    const begun = startOf<string>(
      {
        act,
        fresh: asked.kind === "act",
        outcome: open?.outcome === "perhaps" ? "perhaps" : "certainlyNot",
        elsewhere: ledger.shards.get(shard)?.status === "uncertain",
        requestId: undefined,
      },
      this.#record(shard),
      0,
    );
    if (begun.ended !== undefined) return { shard: begun, told: begun.ended.status };
    if (act.deadline !== undefined && this.#now() > act.deadline) {
      const ended = { status: "expired", outcome: "expired", written: false } as const;
      return { shard: { ...begun, ended }, told: "expired" };
    }
    return this.#write(begun, fate);
  }

  #write(
    begun: RunningShard<string>,
    fate: Fate | undefined,
  ): { readonly shard: RunningShard<string>; readonly told: string } {
    const { shard, target } = begun.open.act;
    const stood = this.stands.get(shard);
    const to = Number(positionOf(target));
    if (fate === "deny") {
      const last = { kind: "refused", failure: "denied", again: undefined } as const;
      const denied = sighted({ ...begun, writes: 1, last }, this.#record(shard), 100);
      return { shard: denied, told: denied.ended?.status ?? "open" };
    }
    this.#save(shard, fate === "lost" ? to + 1 : to);
    const last =
      fate === "lost"
        ? ({ kind: "lost", failure: "reset", firstSeen: undefined } as const)
        : ({ kind: "acknowledged", requestId: undefined, looks: 0 } as const);
    const after = sighted<string>({ ...begun, writes: 1, last }, this.#record(shard), 100);
    const status = after.ended?.status ?? "open";
    return { shard: after, told: status === "pinned" ? `pinned ${String(stood)}->${String(to)}` : status };
  }

  #record(shard: number): CheckpointRecord {
    return {
      shard,
      checkpoint: { kind: "at", cursor: cursorAt(BigInt(this.stands.get(shard) ?? 0)) },
      updateTime: this.#savedAt.get(shard),
      consumer: undefined,
    };
  }

  #save(shard: number, stands: number): void {
    this.stands.set(shard, stands);
    this.#savedAt.set(shard, this.#now());
  }

  /** Time goes on by a second whenever it is asked for. */
  #now(): Instant {
    this.#second += 1;
    return (this.#instantOf(this.day) + durationOfSeconds(this.#second)) as Instant;
  }

  #instantOf(days: number): Instant {
    return (noon + durationOfSeconds(days * day)) as Instant;
  }
}

function nameOf(asked: Asked): string {
  return asked.kind === "leave" ? asked.why : asked.kind;
}

function targetOf(position: Position): number | undefined {
  if (position.kind === "cursor") return Number(positionOf(position.cursor));
  if (position.kind !== "instant") return undefined;
  return position === T1 ? 10 : 20;
}
