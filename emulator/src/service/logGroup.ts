/** One log: the time it claims for itself (Unix seconds) and its fields. */
export interface Log {
  readonly time: number;
  readonly timeNanoseconds?: number;
  readonly contents: Readonly<Record<string, string>>;
}

/** What one write brought: the unit that cursors count. */
export interface LogGroup {
  readonly logs: readonly Log[];
  readonly topic?: string;
  readonly source?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A log group in a shard, with the time at which the service received it (Unix milliseconds). */
export interface StoredLogGroup {
  readonly receivedAt: number;
  /** The log group as it was given in code, or the bytes of the protobuf message as they were posted. */
  readonly content: LogGroup | Uint8Array;
}

/** A number of log groups spread evenly over a span of time: the short way to fill a shard. */
export interface LogGroupSeries {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** A log group with its receive time, as appended in code. */
export interface ReceivedLogGroup extends LogGroup {
  readonly receivedAt: number;
}

/** The log groups of a series: the first received at `from`, the last at `to`, numbered in their only field. */
export function expandSeries({ count, from, to }: LogGroupSeries): ReceivedLogGroup[] {
  const step = count > 1 ? (to - from) / (count - 1) : 0;
  return Array.from({ length: count }, (_, index) => {
    const receivedAt = Math.round(from + index * step);
    return {
      receivedAt,
      logs: [{ time: Math.floor(receivedAt / 1000), contents: { sequence: String(index) } }],
    };
  });
}
