import { formatCheckpoint } from "../../model/checkpoint.js";
import { type Duration, describeDuration, secondsOf } from "../../model/duration.js";
import { formatGroupId } from "../../model/identity.js";
import { formatInstant } from "../../model/instant.js";
import { type GroupReading, type ShardReading } from "../../rules/groupReading.js";
import { describeLogGroups, describePosition } from "../describePosition.js";
import { plainText, shardTable } from "../markdown.js";

/** Words what `getConsumerGroupCheckpoints` answers. What is not known is absent, never 0. */
export function checkpointsAnswer(reading: GroupReading) {
  const lag = { ...lagInLogGroups(reading.shards), ...longestLag(reading.shards) };
  return {
    id: formatGroupId(reading.identity),
    readAt: formatInstant(reading.serverTime),
    shards: reading.shards.map(encodeShard),
    ...lag,
    text: describeReading(reading, lag),
  };
}

function encodeShard({ status, record, begin, end, time, lag, lagTime, lost }: ShardReading) {
  return {
    shard: record.shard,
    status,
    checkpoint: formatCheckpoint(record.checkpoint),
    ...(time.kind === "at" && { checkpointTime: formatInstant(time.instant) }),
    begin,
    end,
    ...(lag !== undefined && { lagLogGroups: Number(lag) }),
    ...(lagTime !== undefined && { lagSeconds: secondsOf(lagTime) }),
    ...(lost !== undefined && { lostLogGroups: Number(lost) }),
    ...(record.consumer !== undefined && { consumer: record.consumer }),
    ...(record.updateTime !== undefined && { committedAt: formatInstant(record.updateTime) }),
  };
}

interface Lag {
  readonly lagLogGroups?: number;
  readonly lagSeconds?: number;
}

/** A sum of which one part is not known is not known either. */
function lagInLogGroups(shards: readonly ShardReading[]): Lag {
  const lags = shards.flatMap(({ lag }) => lag ?? []);
  if (lags.length < shards.length) return {};
  return { lagLogGroups: Number(lags.reduce((sum, lag) => sum + lag, 0n)) };
}

function longestLag(shards: readonly ShardReading[]): Lag {
  const lags = shards.flatMap(({ lagTime }) => lagTime ?? []);
  if (lags.length < shards.length) return {};
  return { lagSeconds: secondsOf(Math.max(0, ...lags) as Duration) };
}

function describeReading({ identity, serverTime, shards }: GroupReading, { lagLogGroups }: Lag): string {
  const times = shards.flatMap(({ lagTime }) => lagTime ?? []);
  const unknown = shards.filter(({ lag }) => lag === undefined).length;
  const behind =
    lagLogGroups === undefined
      ? `how far behind is not known for ${unknown.toLocaleString("en-US")} of them`
      : `${describeLogGroups(BigInt(lagLogGroups))} behind, at most ${describeDuration(Math.max(0, ...times) as Duration)}`;
  const count = shards.length === 1 ? "1 shard" : `${shards.length.toLocaleString("en-US")} shards`;
  return [
    `**${plainText(formatGroupId(identity))}** at ${formatInstant(serverTime)}: ${count}, ${behind}`,
    "",
    shardTable(["Shard", "Stands at", "Behind", "Last commit"], shards.map(describeShard)),
  ].join("\n");
}

function describeShard({ status, record, time, lag, lagTime, lost }: ShardReading): readonly string[] {
  const committed = record.updateTime === undefined ? [] : [formatInstant(record.updateTime)];
  return [
    `${String(record.shard)}${status === "readonly" ? " (read-only)" : ""}`,
    describePosition(record.checkpoint, time),
    lost !== undefined
      ? `data lost: ${describeLogGroups(lost)} expired before they were read`
      : lag === undefined || lagTime === undefined
        ? "not known"
        : `${describeLogGroups(lag)}, ${describeDuration(lagTime)}`,
    [record.consumer ?? [], committed].flat().join(", "),
  ];
}
