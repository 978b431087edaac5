import { type CallBegan, type Exchange, type OperationBegan, type SavedRecord } from "./trace.ts";

/** What one answer of GetCheckPoint showed. */
export interface Look {
  readonly sentAt: number;
  readonly records: ReadonlyMap<number, SavedRecord>;
  /** The shards that were written since. */
  readonly writtenSince: number[];
}

/** What one call of a create or an update asked the service, and was told. */
export class CallLog {
  readonly looks: Look[] = [];
  readonly writes: Exchange[] = [];
  knownShards: readonly number[] | undefined;
  readonly #cursors = new Map<string, string>();

  constructor(readonly began: CallBegan) {}

  see(exchange: Exchange): void {
    if (exchange.call === "UpdateCheckPoint") this.writes.push(exchange);
    if (exchange.status !== 200) return;
    if (exchange.call === "GetCheckPoint") this.looks.push(lookOf(exchange));
    if (exchange.call === "ListShards") this.knownShards = shardsOf(exchange.answer);
    if (exchange.call === "GetCursor") this.#noteCursor(exchange);
  }

  /** What GetCursor last answered; undefined where it was not asked. */
  cursor(shard: number, from: string): string | undefined {
    return this.#cursors.get(`${shard}/${from}`);
  }

  /** Whether the ends of a shard were asked for, as planning it needs. */
  asksAbout(shard: number): boolean {
    return [...this.#cursors.keys()].some((key) => key.startsWith(`${shard}/`));
  }

  #noteCursor({ shard, query, answer }: Exchange): void {
    const { cursor } = JSON.parse(answer) as { readonly cursor: string };
    this.#cursors.set(`${String(shard)}/${query["from"] ?? ""}`, cursor);
  }
}

/** One process of the provider. */
export class ProcessLog {
  requests = 0;
  call: CallLog | undefined;
  readonly writes: Exchange[] = [];
  readonly named: {
    readonly group: string;
    readonly moves: readonly number[];
    readonly live: readonly number[];
  }[] = [];
  readonly #looks = new Map<string, Look>();

  constructor(readonly phase: OperationBegan["phase"]) {}

  see(exchange: Exchange): void {
    this.requests += 1;
    this.call?.see(exchange);
    if (exchange.call === "GetCheckPoint" && exchange.status === 200) {
      this.#takeIn(exchange.group ?? "", lookOf(exchange));
    }
    if (exchange.call !== "UpdateCheckPoint") return;
    this.writes.push(exchange);
    this.look(exchange.group)?.writtenSince.push(exchange.shard ?? -1);
  }

  look(group: string | undefined): Look | undefined {
    return this.#looks.get(group ?? "");
  }

  #takeIn(group: string, look: Look): void {
    this.#looks.set(group, look);
  }
}

function lookOf({ answer, arrivedAt: sentAt }: Exchange): Look {
  const records = JSON.parse(answer) as readonly (SavedRecord & { readonly shard: number })[];
  return { sentAt, records: new Map(records.map((record) => [record.shard, record])), writtenSince: [] };
}

function shardsOf(answer: string): readonly number[] {
  return (JSON.parse(answer) as readonly { readonly shardID: number }[]).map(({ shardID }) => shardID);
}

export const untouched: SavedRecord = { checkpoint: "", updateTime: 0 };

export function sameRecord(left: SavedRecord, right: SavedRecord): boolean {
  return left.checkpoint === right.checkpoint && left.updateTime === right.updateTime;
}
