import type { CheckpointRecord } from "../service/checkpointRecord.js";
import type { ConsumerGroupSettings, GroupShardState } from "../service/consumerGroup.js";
import type { CursorPlace } from "../service/cursorLookup.js";
import type { Identity } from "../service/identity.js";
import type { LogGroupSeries } from "../service/logGroup.js";
import type { LoggedRequest } from "../wire/requestLog.js";
import type { Rule, RuleOptions } from "../wire/rule.js";

/** What a seed needs of an emulator. */
export interface Planted {
  now(): number;
  readonly projects: readonly string[];
  createLogstore(
    project: string,
    logstore: string,
    settings: { ttl: number; shardCount: number; bornAt: number },
  ): void;
  createConsumerGroup(project: string, logstore: string, name: string, settings: ConsumerGroupSettings): void;
  appendLogGroups(project: string, logstore: string, shard: number, series: LogGroupSeries): void;
  cursorAt(project: string, logstore: string, shard: number, place: CursorPlace): string;
  restoreCheckpoint(
    project: string,
    logstore: string,
    consumerGroup: string,
    shard: number,
    record: CheckpointRecord,
  ): void;
}

/** What the admin path needs of an emulator. It stands here so that neither imports the other. */
export interface Steered extends Planted {
  readonly requests: readonly LoggedRequest[];
  requestsOf(call: string): LoggedRequest[];
  clearRequests(): void;
  readonly rules: readonly Rule[];
  rule(options: RuleOptions): Rule;
  clearRules(): void;
  setIdentities(identities: readonly Identity[]): void;
  advanceClock(milliseconds: number): void;
  commit(
    project: string,
    logstore: string,
    consumerGroup: string,
    shard: number,
    checkpoint: string,
    by: { consumer: string },
  ): void;
  shardStates(
    project: string,
    logstore: string,
    consumerGroup: string,
  ): { shard: number; state: GroupShardState; owner?: string }[];
}
