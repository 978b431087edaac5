/**
 * What the oracle is told, in the order in which it happened. Plain data: nothing of it comes from the provider, but
 * the bare fact how a call to it ended.
 */
export type TraceItem = OperationBegan | CallBegan | CallEnded | Exchange | ConsumerSaved | ShardsNamed;

export type ResourceName = "plan" | "apply" | "pin";

/** One position a shard may be declared at, as a program writes it. */
export type DeclaredFrom = string | Readonly<Record<string, string>>;

/** What a program declares, in the parts that the oracle reads. */
export interface Declaration {
  readonly from?: DeclaredFrom;
  readonly shard?: number;
  readonly checkpoint?: string;
  readonly triggers?: unknown;
  readonly applyBefore?: string;
  readonly maxMove?: string;
  readonly allowSkip?: boolean;
  readonly allowTruncated?: boolean;
  readonly onActiveConsumers?: string;
}

/** The engine starts a process of the provider for this. */
export interface OperationBegan {
  readonly kind: "operation";
  readonly process: number;
  readonly phase: "preview" | "update" | "refresh";
}

export interface CallBegan {
  readonly kind: "call";
  readonly process: number;
  readonly resource: ResourceName;
  readonly method: "check" | "diff" | "create" | "update";
  readonly declared: Declaration;
  /** Whether create was called although state had the resource, and the process never saw that state. */
  readonly forgotten: boolean;
}

/** `returned`: state has it. `unfinished`: state has what the call wants to keep. Else state is as before. */
export interface CallEnded {
  readonly kind: "ended";
  readonly process: number;
  readonly resource: ResourceName;
  readonly method: CallBegan["method"];
  readonly how: "returned" | "unfinished" | "failed" | "killed";
}

/** One request, when it was over. */
export interface Exchange {
  readonly kind: "exchange";
  readonly process: number;
  readonly call: string;
  readonly group: string | undefined;
  readonly shard: number | undefined;
  readonly query: Readonly<Record<string, string>>;
  readonly sent: string;
  /** Unix milliseconds of the service's clock, when its bytes left. */
  readonly arrivedAt: number;
  /** What the client was told; undefined where it got no answer. */
  readonly status: number | undefined;
  readonly answer: string;
  /** Where the shard stood right before and right after, by the service's own record. */
  readonly before: SavedRecord | undefined;
  readonly after: SavedRecord | undefined;
}

export interface ConsumerSaved {
  readonly kind: "saved";
  readonly group: string;
  readonly shard: number;
}

/** What the service keeps for a shard. */
export interface SavedRecord {
  readonly checkpoint: string;
  readonly updateTime: number;
}

/** What an operation says it would move, or would move were no consumers alive. */
export interface ShardsNamed {
  readonly kind: "named";
  readonly process: number;
  readonly group: string;
  readonly moves: readonly number[];
  readonly live: readonly number[];
}
