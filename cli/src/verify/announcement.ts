import { wrapped } from "../table.js";
import { prefix } from "./scratchLogstores.js";

/** What a person is told before anything is sent that changes something. */
export interface Announced {
  readonly project: string;
  readonly host: string;
  readonly probeLimits: boolean;
  readonly keep: boolean;
}

const actions = [
  "log:CreateLogStore",
  "log:DeleteLogStore",
  "log:GetLogStore",
  "log:ListShards",
  "log:SplitShard",
  "log:PostLogStoreLogs",
  "log:GetCursorOrData",
  "log:CreateConsumerGroup",
  "log:DeleteConsumerGroup",
  "log:ListConsumerGroup",
  "log:GetConsumerGroupCheckPoint",
  "log:ConsumerGroupUpdateCheckPoint",
  "log:ConsumerGroupHeartBeat",
] as const;

/** The RAM policy that a run needs, ready to be copied. */
export function policyOf(project: string): string {
  return JSON.stringify(
    {
      Version: "1",
      Statement: [
        {
          Effect: "Allow",
          Action: actions.filter((action) => action !== "log:CreateLogStore"),
          Resource: [`acs:log:*:*:project/${project}/logstore/${prefix}*`],
        },
        {
          // Neither names a logstore that could be told apart.
          Effect: "Allow",
          Action: ["log:CreateLogStore", "log:ListLogStores"],
          Resource: [`acs:log:*:*:project/${project}/logstore/*`],
        },
      ],
    },
    undefined,
    2,
  );
}

/** Says what will be created, what it may cost, and which permissions it needs. */
export function announce(announced: Announced, width: number): string {
  const sentences = sentencesOf(announced).flatMap((line) => wrapped(line, width));
  // A line of the policy that is broken could not be copied.
  return [...sentences, policyOf(announced.project), ""].join("\n");
}

function sentencesOf({ project, host, probeLimits, keep }: Announced): readonly string[] {
  return [
    `sls-checkpoint verify asks the service at ${host} what the emulator assumes about it.`,
    "",
    `It creates in the project ${project}, and touches nothing else:`,
    `  a logstore ${prefix}<12 hexadecimal digits> with two shards, one of which is split later, a ttl of one day,`,
    "  six log groups of a few bytes, and up to 80 consumer groups in it",
    ...(probeLimits
      ? ["  up to 250 more such logstores with one shard each, until the project's quota refuses one"]
      : []),
    keep
      ? "The logstore stays (--keep): sls-checkpoint verify --clean removes it."
      : "All of it is removed at the end, also after Ctrl-C or a failure.",
    "",
    "Cost: two shards for as long as it takes, some hundred requests, a few kilobytes. What a logstore costs is in the",
    "price list of Log Service; a shard is charged by the day, so count on four shards for one day.",
    "",
    "The key needs this RAM policy:",
  ];
}
