import type { SlsEmulator } from "../../emulator/src/index.ts";
import { type Fault, decodeCursor, encodeCursor } from "../../emulator/src/index.ts";
import { Killed, type ProviderProcess } from "./engine.ts";
import { type SavedRecord, type TraceItem } from "./oracle/trace.ts";
import { type Carry, OrderedDispatcher, type Turn } from "./orderedDispatcher.ts";
import { startProcess, unknown } from "./providerProcess.ts";
import { type DispatchOptions } from "./providerUndici.ts";

export const noon = Date.parse("2026-11-22T12:00:00Z");
export const hour = 3_600_000;
export const project = "shop";
export const logstore = "orders";
/** The group that the replay moves, and the one that the pin moves. */
export const groups = { replay: "billing", pin: "audit" } as const;

/** Log groups in a shard, one an hour until noon. */
export const logGroups = 13;

/** How old the answer of a stale look can be. Less than the two seconds that two looks have to be apart. */
const staleness = 1_500;

export type FaultName = "denied" | "quota" | "unavailable" | "lostBefore" | "lostAfter";

const faults: Readonly<Record<FaultName, Fault>> = {
  denied: { kind: "error", status: 401, code: "Unauthorized" },
  quota: { kind: "quota" },
  unavailable: { kind: "error", status: 500, code: "InternalServerError" },
  lostBefore: { kind: "resetBefore" },
  lostAfter: { kind: "resetAfter" },
};

/** What happens before the nth request of an operation, or to its nth write. */
export type Disturbance =
  | { readonly at: number; readonly do: "commit"; readonly shard: number; readonly index: number }
  /** From the nth request on, whoever is put back to a log group reads it and saves. */
  | { readonly at: number; readonly do: "readOn"; readonly shard: number }
  | { readonly at: number; readonly do: "split" | "merge"; readonly shard: number }
  /** Time passes before the request leaves, or before its answer is there. */
  | { readonly at: number; readonly do: "pass" | "answerLate"; readonly seconds: number }
  | { readonly at: number; readonly do: "kill"; readonly when: "before" | "after" }
  | { readonly at: number; readonly do: "stale" }
  | {
      readonly at: number;
      readonly do: "fault";
      readonly fault: FaultName;
      readonly to: "request" | "write";
    };

export interface WorldSettings {
  /** Whether children of a split wait for their parents. */
  readonly ordered: boolean;
  /** Days that log groups are kept. */
  readonly ttl: number;
  readonly mostAtOnce: number;
}

/** A service with its consumers, and the processes of the provider that reach it. Time moves only when told to. */
export class World {
  disturbances: readonly Disturbance[] = [];
  /** How many writes of the replay took effect. */
  effects = 0;
  readonly emulator: SlsEmulator;
  readonly #carry: Carry;
  readonly #tell: (item: TraceItem) => void;
  readonly #mostAtOnce: number;
  readonly #retention: number;
  /** Where the newest write of the replay put each shard. */
  readonly #moved = new Map<number, string>();
  readonly #born = new Map<number, number>();
  readonly #received = new Map<number, { readonly first: bigint; readonly times: readonly number[] }>();
  #now: number;
  #processes = 0;
  #ids = 0;
  #saves = 0;
  #samples: { readonly at: number; readonly records: Record<string, readonly object[]> }[] = [];

  constructor(
    emulator: SlsEmulator,
    carry: (emulator: SlsEmulator) => Carry,
    tell: (item: TraceItem) => void,
    clock: { now: () => number },
    { ordered, ttl, mostAtOnce }: WorldSettings,
  ) {
    this.#mostAtOnce = mostAtOnce;
    this.#retention = ttl * 24 * hour;
    this.emulator = emulator;
    this.#carry = carry(emulator);
    this.#tell = tell;
    // Shards are older than everything that they hold.
    this.#now = noon - 60 * 24 * hour;
    clock.now = () => this.#now;
    emulator.createLogstore(project, logstore, { ttl, shardCount: 2 });
    for (const shard of [0, 1]) this.#born.set(shard, this.#now);
    for (const group of Object.values(groups)) {
      emulator.createConsumerGroup(project, logstore, group, { timeout: 60, order: ordered });
    }
    this.#now = noon;
    for (const shard of [0, 1]) {
      this.#receive(shard, logGroups);
      this.#save(groups.replay, shard, logGroups - 2);
    }
    this.#now += 5 * 60_000;
  }

  get now(): number {
    return this.#now;
  }

  /** The newest process of the provider. */
  get lastProcess(): number {
    return this.#processes;
  }

  /** When the log group at a cursor was received; for the end, the one before it. Undefined outside of the window. */
  receivedAt(shard: number, cursor: string): number | undefined {
    const [at, received] = [decodeCursor(cursor), this.#received.get(shard)];
    if (at === undefined || received === undefined) return undefined;
    const { first, times } = received;
    if (at < first || at > first + BigInt(times.length)) return undefined;
    const time = times[Math.min(Number(at - first), times.length - 1)];
    const kept = time !== undefined && time >= this.#now - this.#retention;
    return kept ? time : undefined;
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** A consumer saves that it has read up to a log group. */
  commit(shard: number, index: number): void {
    const shards = this.shards();
    const concerned = shards[shard % shards.length];
    if (concerned === undefined) return;
    for (const group of Object.values(groups)) this.#save(group, concerned, index);
  }

  /** A consumer that was put back reads the next log group from there. */
  #readOn(shard: number): void {
    if (this.record(groups.replay, shard)?.checkpoint === this.#moved.get(shard)) {
      const at = decodeCursor(this.#moved.get(shard) ?? "") ?? 0n;
      const first = this.#received.get(shard)?.first ?? at;
      this.#moved.delete(shard);
      this.#save(groups.replay, shard, Number(at - first) + 1);
    }
  }

  #save(group: string, shard: number, index: number): void {
    this.#now += 1;
    this.#saves += 1;
    const consumer = `host-${(this.#saves % 2).toString()}`;
    this.emulator.commit(project, logstore, group, shard, this.cursor(shard, index), { consumer });
    this.#tell({ kind: "saved", group, shard });
    this.#sample();
  }

  split(shard: number): void {
    const shards = this.shards();
    const concerned = shards[shard % shards.length];
    if (concerned === undefined || shards.length > 5) return;
    this.#reshard(() => this.emulator.splitShard(project, logstore, concerned));
  }

  merge(shard: number): void {
    const shards = this.shards();
    const concerned = shards[shard % shards.length];
    if (concerned === undefined || shards.length > 5) return;
    this.#reshard(() => [this.emulator.mergeShards(project, logstore, concerned)]);
  }

  /** What is closed already, or has no neighbour, cannot be split or merged. */
  #reshard(change: () => readonly number[]): void {
    try {
      for (const shard of change()) {
        this.#born.set(shard, this.#now);
        this.#receive(shard, 3);
      }
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ServiceError") throw error;
    }
  }

  /** A shard receives a log group an hour until now. */
  #receive(shard: number, count: number): void {
    const times = Array.from({ length: count }, (_, index) => this.#now - (count - 1 - index) * hour);
    this.emulator.appendLogGroups(
      project,
      logstore,
      shard,
      times.map((receivedAt) => ({ receivedAt, logs: [] })),
    );
    const begin = decodeCursor(this.emulator.cursorAt(project, logstore, shard, "end")) ?? 0n;
    this.#received.set(shard, { first: begin - BigInt(count), times });
  }

  createdAt(shard: number): number | undefined {
    return this.#born.get(shard);
  }

  shards(): number[] {
    return this.emulator.shardStates(project, logstore, groups.replay).map(({ shard }) => shard);
  }

  /** The cursor of a log group, whether it is still there or not; of the end, for one that is not there yet. */
  cursor(shard: number, index: number): string {
    const { first, times } = this.#received.get(shard) ?? { first: 100n, times: [] };
    return encodeCursor(first + BigInt(Math.min(index, times.length)));
  }

  record(group: string, shard: number): SavedRecord | undefined {
    return this.emulator.checkpoint(project, logstore, group, shard);
  }

  /** Undefined where the shard is there no more. */
  end(shard: number): string | undefined {
    if (!this.shards().includes(shard)) return undefined;
    return this.emulator.cursorAt(project, logstore, shard, "end");
  }

  /** A process of the provider, with the disturbances that wait for its requests. */
  start(phase: "preview" | "update" | "refresh"): ProviderProcess {
    // A command of the engine takes its time.
    this.#now += 3_000;
    const id = ++this.#processes;
    this.#samples = [];
    this.#tell({ kind: "operation", process: id, phase });
    const life = new Lifetime();
    const traffic = new Traffic(this.disturbances);
    const dispatcher = new OrderedDispatcher(this.#carry, (options) =>
      this.#turn(id, life, traffic, options),
    );
    const process = startProcess({
      endpoint: this.emulator.endpoint,
      now: () => this.#now,
      sleep: async (milliseconds) => {
        if (life.isOver) await life.never;
        this.#now += milliseconds;
      },
      dispatcher,
      newId: () => `id-${++this.#ids}`,
      onPlanned: (group, moves, live) => {
        this.#tell({ kind: "named", process: id, group, moves, live });
      },
      mostAtOnce: this.#mostAtOnce,
    });
    return { id, life: process, killed: life.killed, unknown };
  }

  #turn(id: number, life: Lifetime, traffic: Traffic, options: DispatchOptions): Turn {
    if (life.isOver) return { fate: "killed", after: () => undefined };
    this.#now += 2;
    const due = traffic.next(options.method === "POST");
    for (const each of due) this.#happen(each);
    const kill = due.find((each) => each.do === "kill");
    const fault = due.find((each) => each.do === "fault");
    const asksWhere = options.method === "GET" && /\/consumergroups\/[^?]+/.test(options.path);
    const stale = asksWhere && traffic.takeStale() ? this.#staleAnswer(options.path) : undefined;
    const rule = kill === undefined ? this.#rule(stale ?? (fault && faults[fault.fault])) : undefined;
    if (kill !== undefined) {
      life.isOver = true;
      if (kill.when === "before") {
        life.end();
        return { fate: "killed", after: () => undefined };
      }
    }
    this.#sample();
    const [place, query] = parsePath(options.path);
    const shard = shardOf(place, query, options.body);
    const before = this.#recordOf(place.group, shard);
    const count = this.emulator.requests.length;
    const arrivedAt = this.#now;
    return {
      fate: kill === undefined ? "served" : "unheard",
      after: (told) => {
        rule?.remove();
        for (const each of due) if (each.do === "answerLate") this.pass(each.seconds * 1_000);
        const logged = this.emulator.requests[count];
        this.#sample();
        // What was thrown before the bytes left never reached the service.
        if (logged === undefined) {
          if (kill !== undefined) life.end();
          return;
        }
        const recorded = this.#recordOf(place.group, shard);
        if (logged.call === "UpdateCheckPoint" && recorded?.updateTime !== before?.updateTime) {
          this.#noteEffect(place.group, shard, recorded);
        }
        this.#tell({
          kind: "exchange",
          process: id,
          call: logged.call,
          group: place.group,
          shard,
          query,
          sent: typeof options.body === "string" ? options.body : "",
          arrivedAt,
          status: told.status,
          answer: told.body,
          before,
          after: this.#recordOf(place.group, shard),
        });
        if (kill !== undefined) life.end();
      },
    };
  }

  #recordOf(group: string | undefined, shard: number | undefined): SavedRecord | undefined {
    return group === undefined || shard === undefined ? undefined : this.record(group, shard);
  }

  #noteEffect(group: string | undefined, shard = -1, record: SavedRecord | undefined): void {
    if (group !== groups.replay || record === undefined) return;
    this.effects += 1;
    this.#moved.set(shard, record.checkpoint);
  }

  #rule(fault: Fault | undefined) {
    return fault === undefined ? undefined : this.emulator.rule({ times: 1, do: fault });
  }

  #happen(disturbance: Disturbance): void {
    switch (disturbance.do) {
      case "commit":
        return this.commit(disturbance.shard, disturbance.index);
      case "readOn":
        return this.#readOn(disturbance.shard);
      case "split":
        return this.split(disturbance.shard);
      case "merge":
        return this.merge(disturbance.shard);
      case "pass":
        return this.pass(disturbance.seconds * 1_000);
      case "answerLate":
      case "kill":
      case "stale":
      case "fault":
        return;
    }
  }

  #sample(): void {
    if (!this.disturbances.some((each) => each.do === "stale")) return;
    const records = Object.fromEntries(
      Object.values(groups).map((group) => [group, this.shards().map((shard) => this.#listed(group, shard))]),
    );
    this.#samples.push({ at: this.#now, records });
  }

  #listed(group: string, shard: number): object {
    const record = this.emulator.checkpoint(project, logstore, group, shard);
    return { shard, ...(record ?? { checkpoint: "", updateTime: 0, consumer: "" }) };
  }

  /** What a replica answers that is a little behind. */
  #staleAnswer(path: string): Fault | undefined {
    const [{ group = "" }, query] = parsePath(path);
    const sample = this.#samples.findLast(({ at }) => at <= this.#now - staleness);
    if (sample === undefined) return undefined;
    const only = query["shard"];
    const records = sample.records[group] ?? [];
    const listed = records.filter(
      (record) => only === undefined || String(Reflect.get(record, "shard")) === only,
    );
    return { kind: "body", status: 200, contentType: "application/json", body: JSON.stringify(listed) };
  }
}

/** Which disturbances are due, by the number of the request and of the write. */
class Traffic {
  #requests = 0;
  #writes = 0;
  #stale = 0;

  constructor(private readonly disturbances: readonly Disturbance[]) {}

  next(isWrite: boolean): readonly Disturbance[] {
    const [request, write] = [this.#requests, this.#writes];
    this.#requests += 1;
    if (isWrite) this.#writes += 1;
    const due = this.disturbances.filter((each) => {
      if (each.do === "readOn") return each.at <= request;
      return each.do === "fault" && each.to === "write" ? isWrite && each.at === write : each.at === request;
    });
    this.#stale += due.filter((each) => each.do === "stale").length;
    return due;
  }

  takeStale(): boolean {
    if (this.#stale === 0) return false;
    this.#stale -= 1;
    return true;
  }
}

/** Whether a process is alive, and who waits for its end. */
class Lifetime {
  /** From here on nothing that it does has an effect. */
  isOver = false;
  readonly killed: Promise<never>;
  /** For what a dead process would wait for. */
  readonly never = new Promise<never>(() => undefined);
  #end: (error: Killed) => void = () => undefined;

  constructor() {
    this.killed = new Promise((_resolve, reject) => {
      this.#end = reject;
    });
    this.killed.catch(() => undefined);
  }

  end(): void {
    this.#end(new Killed("killed"));
  }
}

function parsePath(
  path: string,
): [{ readonly group?: string; readonly shard?: number }, Record<string, string>] {
  const [place = "", search = ""] = path.split("?");
  const group = /\/consumergroups\/([^/]+)/.exec(place)?.[1];
  const shard = /\/shards\/(\d+)/.exec(place)?.[1];
  const query = Object.fromEntries(new URLSearchParams(search));
  return [{ ...(group && { group }), ...(shard && { shard: Number(shard) }) }, query];
}

function shardOf(
  { shard }: { readonly shard?: number },
  query: Record<string, string>,
  body: unknown,
): number | undefined {
  if (shard !== undefined) return shard;
  if (typeof body === "string" && body !== "") return (JSON.parse(body) as { shard: number }).shard;
  return query["shard"] === undefined ? undefined : Number(query["shard"]);
}
