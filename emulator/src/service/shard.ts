import { decodeCursor, encodeCursor } from "./cursor.js";
import type { KeyRange } from "./keyRange.js";
import type { StoredLogGroup } from "./logGroup.js";

/** What a shard is born with. */
export interface ShardBirth {
  readonly id: number;
  readonly keyRange: KeyRange;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** The cursor of the first log group that the shard will ever hold. */
  readonly firstCursor: bigint;
  /** The shards it came from by split or merge. */
  readonly parents: readonly number[];
}

/** A shard: a queue of log groups in which each has a cursor one above the one before it. */
export class Shard {
  readonly id: number;
  readonly keyRange: KeyRange;
  readonly createdAt: number;
  readonly parents: readonly number[];
  status: "readwrite" | "readonly" = "readwrite";
  /** When it became read-only, in Unix milliseconds. */
  closedAt: number | undefined;
  readonly #firstCursor: bigint;
  #groups: StoredLogGroup[] = [];
  #dropped = 0;
  #lastReceivedAt = -Infinity;

  constructor(birth: ShardBirth) {
    this.id = birth.id;
    this.keyRange = birth.keyRange;
    this.createdAt = birth.createdAt;
    this.parents = birth.parents;
    this.#firstCursor = birth.firstCursor;
  }

  /** Appends log groups; none may be received before the ones already there. */
  append(groups: readonly StoredLogGroup[]): void {
    let last = this.#lastReceivedAt;
    for (const group of groups) {
      if (!(group.receivedAt >= last)) throw new RangeError("Receive times of a shard never decrease.");
      last = group.receivedAt;
    }
    for (const group of groups) this.#groups.push(group);
    this.#lastReceivedAt = last;
  }

  /** The receive time of the newest log group ever held, in Unix milliseconds; -Infinity when there was none. */
  get lastReceivedAt(): number {
    return this.#lastReceivedAt;
  }

  /** Whether retention has left nothing to read. */
  isEmpty(horizon: number): boolean {
    return this.begin(horizon) === this.end;
  }

  /** The cursor that the next log group will get. */
  get end(): bigint {
    return this.#firstCursor + BigInt(this.#dropped + this.#groups.length);
  }

  /** The cursor of the oldest log group that retention has left, or the end when none is left. */
  begin(horizon: number): bigint {
    return this.#cursorOf(this.#firstIndexSince(horizon));
  }

  /** The cursor of the first log group received at or after an instant, within what retention has left. */
  cursorSince(instant: number, horizon: number): bigint {
    return this.#cursorOf(this.#firstIndexSince(Math.max(instant, horizon)));
  }

  /** The log group at a cursor, unless it is expired or not yet written. */
  groupAt(cursor: bigint, horizon: number): StoredLogGroup | undefined {
    if (cursor < this.begin(horizon) || cursor >= this.end) return undefined;
    return this.#groups[Number(cursor - this.#firstCursor) - this.#dropped];
  }

  /** At most `count` log groups from a cursor on, before `end`. */
  groupsFrom(cursor: bigint, count: number, end: bigint): readonly StoredLogGroup[] {
    const from = Number(cursor - this.#firstCursor) - this.#dropped;
    const to = Number(end - this.#firstCursor) - this.#dropped;
    return this.#groups.slice(from, Math.min(from + count, to));
  }

  /** Whether a cursor points at a log group that is there, or at the end. */
  covers(cursor: bigint, horizon: number): boolean {
    return cursor >= this.begin(horizon) && cursor <= this.end;
  }

  /** Whether a checkpoint says that the shard is read to its end. */
  isEnd(checkpoint: string): boolean {
    return checkpoint === encodeCursor(this.end) || decodeCursor(checkpoint) === this.end;
  }

  /** Forgets what retention has expired once it is the larger part; cursors keep their meaning. */
  forgetExpired(horizon: number): void {
    const expired = this.#firstIndexSince(horizon);
    if (expired * 2 <= this.#groups.length) return;
    this.#groups = this.#groups.slice(expired);
    this.#dropped += expired;
  }

  #cursorOf(index: number): bigint {
    return this.#firstCursor + BigInt(this.#dropped + index);
  }

  #firstIndexSince(instant: number): number {
    let low = 0;
    let high = this.#groups.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#groups[middle]?.receivedAt ?? Infinity) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
