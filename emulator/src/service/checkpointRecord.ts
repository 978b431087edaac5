/** What the service keeps of one (consumer group, shard). */
export interface CheckpointRecord {
  /** The next cursor to read, or the empty string when nothing was saved. */
  readonly checkpoint: string;
  /** When it was saved, in Unix microseconds; 0 when it never was. */
  readonly updateTime: number;
  /** The consumer that saved it last; empty when none did. */
  readonly consumer: string;
}

/** The record of a shard that nobody saved a checkpoint for. */
export const untouchedRecord: CheckpointRecord = { checkpoint: "", updateTime: 0, consumer: "" };

/** One UpdateCheckPoint. */
export interface CheckpointUpdate {
  readonly shard: number;
  readonly checkpoint: string;
  /** The consumer that saves; undefined for an update from outside. */
  readonly consumer?: string | undefined;
  readonly force: boolean;
}
