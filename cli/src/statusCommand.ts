import { describeDuration, durationOfSeconds } from "../../provider/src/model/duration.js";
import { lostFirst, statusPage } from "../../provider/src/texts/pages/statusPage.js";
import { groupsPage } from "../../provider/src/texts/pages/groupsPage.js";
import { plainText, shardTable } from "../../provider/src/texts/markdown.js";
import { type Checkpoints, type Groups, type Reader } from "./reader.js";
import { type Target } from "./commandArguments.js";
import { groupLabels, prometheusText } from "./prometheus.js";
import { type Shown } from "./shown.js";
import { type Column, plain, table } from "./table.js";

/** Looks where one group or all groups of a logstore stand. */
export async function status(reader: Reader, target: Target): Promise<Shown> {
  return target.consumerGroup === undefined
    ? shownGroups(await reader.groups({ ...target }))
    : shownGroup(await reader.checkpoints({ ...target }));
}

const dataLost = 3;

function shownGroup(answer: Checkpoints): Shown {
  const lost = answer.shards.filter(({ lostLogGroups }) => lostLogGroups !== undefined);
  return {
    answer,
    exitCode: lost.length > 0 ? dataLost : 0,
    table: (width) => `${headOf(answer, lost.length)}\n\n${groupTable(answer, width)}\n`,
    markdown: () => `${answer.text}\n`,
    html: () => statusPage(answer),
    prometheus: () => groupMetrics(answer),
  };
}

function headOf({ id, readAt, lagLogGroups, lagSeconds }: Checkpoints, lost: number): string {
  const behind =
    lagLogGroups === undefined
      ? "how far behind is not known for every shard"
      : `${counted(lagLogGroups)} log groups behind, at most ${span(lagSeconds)}`;
  const loss = lost === 0 ? "" : `; ✗ data lost in ${String(lost)} shards`;
  return `${id}: ${behind}${loss}\nas of ${readAt}`;
}

const shardColumns: readonly Column[] = [
  { name: "Shard", right: true },
  { name: "Behind", right: true },
  { name: "Lag", right: true },
  { name: "Stands at" },
  { name: "Consumer" },
  { name: "Last commit" },
  { name: "Note" },
];

function groupTable({ shards, readAt }: Checkpoints, width: number): string {
  const rows = lostFirst(shards).map((shard) => [
    String(shard.shard),
    shard.lagLogGroups === undefined ? "not known" : counted(shard.lagLogGroups),
    span(shard.lagSeconds),
    shard.checkpointTime ?? shard.checkpoint,
    shard.consumer ?? "",
    age(shard.committedAt, readAt),
    [
      ...(shard.lostLogGroups === undefined
        ? []
        : [`expired: data lost, ${counted(shard.lostLogGroups)} log groups`]),
      ...(shard.status === "readonly" ? ["read-only"] : []),
    ].join(", "),
  ]);
  return table(shardColumns, rows, width);
}

function groupMetrics({ id, shards }: Checkpoints): string {
  const sample = (value: (shard: Checkpoints["shards"][number]) => number | undefined) =>
    shards.map((shard) => ({
      labels: { ...groupLabels(id), shard: String(shard.shard) },
      value: value(shard),
    }));
  return prometheusText([
    {
      name: "sls_consumer_group_lag_log_groups",
      help: "Log groups from the checkpoint to the end of the shard.",
      samples: sample(({ lagLogGroups }) => lagLogGroups),
    },
    {
      name: "sls_consumer_group_lag_seconds",
      help: "Time from the log group at the checkpoint to now; 0 at the end of the shard.",
      samples: sample(({ lagSeconds }) => lagSeconds),
    },
    {
      name: "sls_consumer_group_lost_log_groups",
      help: "Log groups that expired before they were read.",
      samples: sample(({ lostLogGroups }) => lostLogGroups ?? 0),
    },
  ]);
}

function shownGroups(answer: Groups): Shown {
  const groups = lostFirst(answer.groups);
  const lost = groups.some(({ lostLogGroups }) => lostLogGroups !== undefined);
  const rows = groups.map((group) => rowOf(group, answer.readAt));
  const count = `${String(groups.length)} consumer ${groups.length === 1 ? "group" : "groups"}`;
  const head = `${answer.project}/${answer.logstore}: ${count}`;
  return {
    answer,
    exitCode: lost ? dataLost : 0,
    table: (width) => `${head}\nas of ${answer.readAt}\n\n${table(groupColumns, rows, width)}\n`,
    markdown: () =>
      `**${plainText(head)}** at ${answer.readAt}\n\n${shardTable(
        groupColumns.map(({ name }) => name),
        rows,
      )}\n`,
    html: () => groupsPage({ ...answer, text: "" }),
    prometheus: () => groupsMetrics(answer),
  };
}

const groupColumns: readonly Column[] = [
  { name: "Group" },
  { name: "Behind", right: true },
  { name: "Lag", right: true },
  { name: "Consumers, last commit" },
  { name: "Note" },
];

const mostConsumers = 3;

function rowOf(group: Groups["groups"][number], readAt: string): readonly string[] {
  const { consumers } = group;
  const named = consumers
    .toSorted((left, right) => right.committedAt.localeCompare(left.committedAt))
    .slice(0, mostConsumers)
    .map(({ consumer, committedAt }) => `${plain(consumer)} ${age(committedAt, readAt)}`);
  const more = consumers.length - mostConsumers;
  return [
    group.consumerGroup,
    group.lagLogGroups === undefined ? "not known" : counted(group.lagLogGroups),
    span(group.lagSeconds),
    [...named, ...(more > 0 ? [`and ${String(more)} more`] : [])].join(", "),
    [
      ...(group.lostLogGroups === undefined
        ? []
        : [`expired: data lost, ${counted(group.lostLogGroups)} log groups`]),
      ...(group.withoutCheckpoint > 0
        ? [`no checkpoint in ${String(group.withoutCheckpoint)} of ${String(group.shards)} shards`]
        : []),
    ].join(", "),
  ];
}

function groupsMetrics({ project, logstore, groups }: Groups): string {
  const sample = (value: (group: Groups["groups"][number]) => number | undefined) =>
    groups.map((group) => ({
      labels: groupLabels(`${project}/${logstore}/${group.consumerGroup}`),
      value: value(group),
    }));
  return prometheusText([
    {
      name: "sls_consumer_group_total_lag_log_groups",
      help: "Log groups from the checkpoints to the ends of all shards.",
      samples: sample(({ lagLogGroups }) => lagLogGroups),
    },
    {
      name: "sls_consumer_group_longest_lag_seconds",
      help: "The longest lag of a shard.",
      samples: sample(({ lagSeconds }) => lagSeconds),
    },
  ]);
}

function counted(value: number): string {
  return value.toLocaleString("en-US");
}

function span(seconds: number | undefined): string {
  return seconds === undefined ? "not known" : describeDuration(durationOfSeconds(seconds));
}

/** How long ago, by the service's clock. */
function age(time: string | undefined, now: string): string {
  if (time === undefined) return "";
  const seconds = Math.max(0, (Date.parse(now) - Date.parse(time)) / 1_000);
  return `${describeDuration(durationOfSeconds(Math.floor(seconds)))} ago`;
}
