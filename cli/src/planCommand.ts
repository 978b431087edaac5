import { describeDuration, durationOfSeconds } from "../../provider/src/model/duration.js";
import { formatShards } from "../../provider/src/model/shardRanges.js";
import { planPage } from "../../provider/src/texts/pages/planPage.js";
import { type Look } from "./commandArguments.js";
import { programOf } from "./program.js";
import { groupLabels, prometheusText } from "./prometheus.js";
import { type Plan, type Reader } from "./reader.js";
import { type Shown } from "./shown.js";
import { type Column, plain, table } from "./table.js";

type PlanLook = Extract<Look, { command: "plan" }>;

/** Plans a replay. */
export async function plan(reader: Reader, { inputs }: PlanLook): Promise<Shown> {
  const answer = await reader.plan(inputs);
  return {
    answer,
    exitCode: answer.verdict === "refused" ? 1 : 0,
    table: (width) => planTable(answer, width),
    markdown: () => `${answer.text}\n`,
    html: () => planPage(answer),
    prometheus: () => planMetrics(answer),
  };
}

/** Prints the program of a replay. Without `from`, each shard is pinned where it stands today, to be edited. */
export async function program(reader: Reader, { inputs }: PlanLook): Promise<string> {
  const { project, logstore, consumerGroup } = inputs;
  const { shards, readAt } = await reader.checkpoints({ project, logstore, consumerGroup });
  return programOf(inputs, shards, readAt);
}

const columns: readonly Column[] = [
  { name: "Shard", right: true },
  { name: "Would" },
  { name: "Log groups", right: true },
  { name: "Span", right: true },
  { name: "Stands at" },
  { name: "Would stand at" },
  { name: "To read", right: true },
  { name: "Ends at" },
  { name: "Note" },
];

const verdicts: Readonly<Record<Plan["verdict"], string>> = {
  moves: "✓ moves",
  nothing: "✓ nothing to do",
  liveConsumers: "● moves, after its consumers are stopped",
  refused: "✗ refused",
};

function planTable(answer: Plan, width: number): string {
  const id = "id" in answer ? `${answer.id}: ` : "";
  const at = "readAt" in answer ? `\nas of ${answer.readAt}` : "";
  const rows = answer.shards.map((shard) => [
    String(shard.shard),
    shard.action,
    shard.logGroups?.toLocaleString("en-US") ?? "",
    shard.spanSeconds === undefined ? "" : describeDuration(durationOfSeconds(shard.spanSeconds)),
    shard.checkpointTime ?? shard.checkpoint,
    targetOf(shard),
    toRead(shard),
    shard.endCursor ?? "",
    shard.refusal ?? "",
  ]);
  const refusals = answer.refusals.map(({ message }) => `\n${message.split("\n").map(plain).join("\n")}\n`);
  const shown = rows.length === 0 ? "" : `\n${table(columns, rows, width)}\n`;
  return `${id}${verdicts[answer.verdict]}${untilLine(answer)}${at}\n${refusals.join("")}${shown}`;
}

/** The end is no log group: the time that it has is that of the one before it. */
function targetOf({ target, targetTime, targetIsEnd }: Plan["shards"][number]): string {
  return targetIsEnd === true ? "end" : (targetTime ?? target ?? "");
}

function toRead({ endCursor, toReadLogGroups }: Plan["shards"][number]): string {
  if (endCursor === undefined) return "";
  return toReadLogGroups?.toLocaleString("en-US") ?? "not known";
}

/** What consumers read that are told to stop. */
function untilLine(answer: Plan): string {
  if (!("until" in answer)) return "";
  const { until, toReadLogGroups, emptyShards = [] } = answer;
  const where = typeof until === "string" ? until : "its end in each shard";
  const amount =
    toReadLogGroups === undefined ? "not known how many" : toReadLogGroups.toLocaleString("en-US");
  const empty = emptyShards.length === 0 ? "" : `; nothing in shards ${formatShards(emptyShards)}`;
  return `\nuntil ${where}: ${amount} log groups to read${empty}`;
}

function planMetrics(answer: Plan): string {
  const id = "id" in answer ? answer.id : "";
  const sample = (value: (shard: Plan["shards"][number]) => number | undefined) =>
    answer.shards.map((shard) => ({
      labels: { ...groupLabels(id), shard: String(shard.shard), action: shard.action },
      value: value(shard),
    }));
  return prometheusText([
    {
      name: "sls_replay_plan_log_groups",
      help: "Log groups between where a shard stands and where it would stand.",
      samples: sample(({ logGroups }) => logGroups),
    },
    {
      name: "sls_replay_plan_to_read_log_groups",
      help: "Log groups from where a shard would stand to where reading ends.",
      samples: sample(({ toReadLogGroups }) => toReadLogGroups),
    },
    {
      name: "sls_replay_plan_span_seconds",
      help: "How far a shard would move in receive time.",
      samples: sample(({ spanSeconds }) => spanSeconds),
    },
  ]);
}
