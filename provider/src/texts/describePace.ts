import { durationOfSeconds, describeDuration } from "../model/duration.js";
import { formatShards } from "../model/shardRanges.js";
import { lines } from "./lines.js";

/** How fast a replay is read, as `getReplayProgress` answers it. */
export interface TotalPace {
  readonly remainingLogGroups?: number;
  readonly logGroupsPerSecond?: number;
  readonly etaSeconds?: number;
  readonly doneAt?: string;
  readonly slowestShard?: number;
  readonly stalled: readonly number[];
  readonly rewound: readonly number[];
}

/** One line for what is left, and one for each thing that is wrong; undefined where nothing was seen. */
export function describePace(pace: TotalPace): string | undefined {
  const text = lines(
    describeRest(pace),
    pace.stalled.length === 0
      ? undefined
      : `warning: shards stalled (no commit for three save intervals): ${formatShards(pace.stalled)}`,
    pace.rewound.length === 0
      ? undefined
      : `warning: shards that went back since the earlier look: ${formatShards(pace.rewound)} (a consumer restarted from an older position, or something moved them)`,
  );
  return text === "" ? undefined : text;
}

function describeRest(pace: TotalPace): string | undefined {
  const { logGroupsPerSecond, etaSeconds, doneAt, slowestShard, remainingLogGroups } = pace;
  if (logGroupsPerSecond === undefined || remainingLogGroups === 0) return undefined;
  const rate = `reads ${describeRate(logGroupsPerSecond)}`;
  if (etaSeconds === undefined || doneAt === undefined) return rate;
  const left = describeDuration(durationOfSeconds(etaSeconds));
  return `${rate}; done in about ${left}, at ${doneAt}; shard ${String(slowestShard)} is the slowest`;
}

/** `12.5 log groups/s`; slow ones by the minute or hour, so that no zero is shown that is none. */
export function describeRate(perSecond: number): string {
  if (perSecond === 0) return "0 log groups/s";
  if (perSecond < 1 / 60) return `${short(perSecond * 3_600)} log groups/h`;
  if (perSecond < 1) return `${short(perSecond * 60)} log groups/min`;
  return `${short(perSecond)} log groups/s`;
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US");
}
