/**
 * What nobody outside Alibaba Cloud knows for certain about the service, each as a named switch.
 *
 * The defaults are the likeliest reading of documents and official clients. Whatever is tested against the
 * emulator should also pass with each switch turned the other way.
 */
export interface Assumptions {
  /** Status of the refusal of an update without force by a consumer that does not own the shard. */
  readonly consumerNotMatchStatus: 400 | 403 | 404;
  /** An UpdateCheckPoint with neither a consumer nor force is refused (400), or carried out all the same. */
  readonly updateWithoutConsumerOrForce: "refused" | "applied";
  /** Whether force also serves a consumer that the group does not know: never connected, or timed out. */
  readonly forcedUpdateByUnknownConsumer: "applied" | "refused";
  /**
   * What UpdateCheckPoint demands of a checkpoint: base64 only (documented), a decimal number inside, or a
   * number between the begin and the end cursor of that very shard.
   */
  readonly checkpointValidation: "base64" | "number" | "range";
  /** What UpdateCheckPoint does with the empty checkpoint. */
  readonly emptyCheckpoint: "refused" | "clears";
  /** What GetCheckPoint names as consumer after a forced update that named none. */
  readonly consumerAfterForcedUpdate: "kept" | "emptied";
  /** Whether an update creates the record of a shard that no consumer of the group ever touched. */
  readonly updateOfUntouchedShard: "created" | "refused";
  /** Whether GetCheckPoint lists shards without a checkpoint (with an empty one) or leaves them out. */
  readonly untouchedShards: "listed" | "absent";
  /** Whether a read-only shard that was read to its end is handed out again after a rewind. */
  readonly rewoundShard: "reassigned" | "staysOver";
  /** Whether a read-only shard is finished as soon as its checkpoint is at its end, or only by an update. */
  readonly shardIsOver: "whenCheckpointIsAtEnd" | "whenUpdatedToEnd";
  /** What DeleteConsumerGroup does while consumers are alive: no document knows a refusal, and its code is made up. */
  readonly deleteOfConsumedGroup: "applied" | "refused";
  /** Whether GetCheckPoint needs the permission `log:GetConsumerGroupCheckPoint`, or none. */
  readonly getCheckPointPermission: "needed" | "none";
  /** Status of ShardNotExist: as documented a call (400 for cursors, 404 for checkpoints), or one for all. */
  readonly shardNotExistStatus: "perCall" | 400 | 404;
  /** Unit of `updateTime` in GetCheckPoint: every example shows microseconds, one text says seconds. */
  readonly updateTimeUnit: "microseconds" | "seconds";
  /** What GetCursorTime answers for the end cursor: InvalidCursor, or the time of the last log group. */
  readonly endCursorTime: "error" | "last";
  /** Whether a V4 request must carry `Date` and `x-log-signaturemethod`, as one page says and no client does. */
  readonly v4DateHeader: "optional" | "required";
  /** Whether the hash in `x-log-content-sha256` is taken as it is, or compared with the body. */
  readonly v4ContentHash: "trusted" | "compared";
  /** Status of a denied permission. */
  readonly deniedStatus: 401 | 403;
  /** Status of ProjectQuotaExceed, when there are too many logstores or shards. */
  readonly projectQuotaStatus: 400 | 403;
  /** Status of ConsumerGroupQuotaExceed, when a logstore has thirty consumer groups; the code is documented. */
  readonly consumerGroupQuotaStatus: 400 | 403;
  /** Calls on metadata a second before MetaOperationQpsLimitExceeded; the true bound is unknown. */
  readonly metadataCallsPerSecond: number | "unbounded";
}

/** The name of one assumption. */
export type AssumptionName = keyof Assumptions;

/** The likeliest reading of every unknown. */
export const defaultAssumptions: Assumptions = {
  consumerNotMatchStatus: 400,
  updateWithoutConsumerOrForce: "refused",
  forcedUpdateByUnknownConsumer: "applied",
  checkpointValidation: "base64",
  emptyCheckpoint: "refused",
  consumerAfterForcedUpdate: "kept",
  updateOfUntouchedShard: "created",
  untouchedShards: "listed",
  rewoundShard: "reassigned",
  shardIsOver: "whenCheckpointIsAtEnd",
  deleteOfConsumedGroup: "applied",
  getCheckPointPermission: "needed",
  shardNotExistStatus: "perCall",
  updateTimeUnit: "microseconds",
  endCursorTime: "error",
  v4DateHeader: "optional",
  v4ContentHash: "trusted",
  deniedStatus: 401,
  projectQuotaStatus: 400,
  consumerGroupQuotaStatus: 400,
  metadataCallsPerSecond: "unbounded",
};

/** The assumptions in force. It counts how often each one decided something, so that a test can prove it was met. */
export class AssumptionBook {
  readonly #values: Assumptions;
  readonly #hits = new Map<AssumptionName, number>();

  constructor(values: Partial<Assumptions> = {}) {
    this.#values = { ...defaultAssumptions, ...values };
  }

  /** The value of one switch, at the place where it decides. */
  decide<Name extends AssumptionName>(name: Name): Assumptions[Name] {
    this.#hits.set(name, this.hits(name) + 1);
    return this.#values[name];
  }

  /** How often the switch decided since the start. */
  hits(name: AssumptionName): number {
    return this.#hits.get(name) ?? 0;
  }
}
