export const commands = ["status", "plan", "progress", "verify"] as const;

export type CommandName = (typeof commands)[number];

const common = `Connection:
  --region NAME       the region, such as cn-hangzhou
  --endpoint URL      the endpoint, if it is not a region's own
  --profile NAME      a profile of the aliyun CLI
  --concurrency N     requests that are under way at once, 1 to 256 (default 16)
  Without these: ALICLOUD_REGION, ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY, the aliyun CLI's current
  profile, and the other places of the official credential chain.

Output:
  --format F          table, json, markdown, html or prometheus (default table)
  --output FILE       write into FILE
  --help              show this
`;

const texts: Readonly<Record<CommandName, string>> = {
  status: `Usage: sls-checkpoint status PROJECT/LOGSTORE[/GROUP] [options]

Shows where consumer groups stand: all groups of a logstore, or every shard of one group.

Examples:
  sls-checkpoint status shop/orders
  sls-checkpoint status shop/orders/billing --region cn-hangzhou
  sls-checkpoint status shop/orders/billing --format html --output billing.html

${common}
Exit codes: 0 shown; 1 error; 3 log groups expired before they were read
`,
  plan: `Usage: sls-checkpoint plan PROJECT/LOGSTORE/GROUP --from POSITION [options]

Shows what a ConsumerGroupReplay with these inputs would do. Writes nothing.

  --from POSITION     an RFC 3339 instant with an offset, begin, end, keep or cursor:<base64>;
                      SHARD=POSITION for one shard, *=POSITION for all others, and again for more
  --until POSITION    count what consumers read up to there, the end not included: an instant that has passed,
                      or SHARD=POSITION as for --from
  --max-move D        how far a shard may be moved, such as PT48H (default PT24H)
  --apply-before T    the deadline, an RFC 3339 instant
  --allow-skip, --allow-truncated, --allow-unordered
  --reason TEXT
  --print-program     print the TypeScript of the replay; without --from, with today's positions to edit

Examples:
  sls-checkpoint plan shop/orders/billing --from 2026-11-20T08:00:00+08:00
  sls-checkpoint plan shop/orders/billing --from 0=begin --from 3=end --max-move PT72H
  sls-checkpoint plan shop/orders/billing-again --from 2026-11-20T09:00:00Z --until 2026-11-20T10:00:00Z
  sls-checkpoint plan shop/orders/billing --print-program

${common}
Exit codes: 0 a plan, also one that waits for consumers to be stopped; 1 refused, or error
`,
  progress: `Usage: sls-checkpoint progress PROJECT/LOGSTORE/GROUP [options]

Shows how far the consumers came since a replay; without --shards, how far they are from the end of each
shard as it is at the first look.

  --shards FILE       the replay's output "shards" as JSON; - reads it from the standard input
  --until POSITION    follow up to there instead, the end not included: an instant that has passed, or
                      SHARD=POSITION, *=POSITION for all others, and again for more
  --watch             look again and again until it is done, and show each look
  --timeout D         look again and again, and give up after so long, such as PT30M
  --interval D        the time between two looks (default PT10S)
  --fail-on LIST      end with an error as soon as one is seen: overwritten, lost, stalled
                      (default overwritten,lost)

Examples:
  pulumi stack output shards --json | sls-checkpoint progress shop/orders/billing --shards - --watch
  sls-checkpoint progress shop/orders/billing --timeout PT30M --fail-on overwritten,lost,stalled
  sls-checkpoint progress shop/orders/billing-again --shards shards.json --until 2026-11-20T10:00:00Z --watch
  sls-checkpoint progress shop/orders/billing --shards shards.json --format prometheus

${common}
Exit codes: 0 done; 1 error; 2 not done, at the timeout or at the only look; 3 overwritten or data lost;
4 stalled; 130 Ctrl-C
`,
  verify: `Usage: sls-checkpoint verify --project NAME [options]

Asks the service what sls-emulator assumes about it, on a logstore of its own, and removes that logstore.
Says beforehand what it creates, what it may cost and which permissions it needs, and asks.

  --project NAME      the project to create the logstore in
  --output FILE       write what was found into FILE, for sls-emulator --assumptions FILE
  --denied-profile P  a profile of the aliyun CLI that has no permissions: asks too what it is told
  --probe-limits      create logstores up to the quota, and send as fast as it answers; empty projects only
  --keep              leave the logstore
  --clean             remove logstores that former runs left, and ask nothing else
  --yes               do not ask back

Examples:
  sls-checkpoint verify --project my-test-project --region cn-hangzhou --output observed.json
  sls-checkpoint verify --project my-test-project --region cn-hangzhou --clean

Connection:
  --region NAME       the region, such as cn-hangzhou
  --endpoint URL      the endpoint, if it is not a region's own
  --profile NAME      a profile of the aliyun CLI
  Without these: ALICLOUD_REGION, ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY, the aliyun CLI's current
  profile, and the other places of the official credential chain.

Exit codes: 0 all that was asked is clear, and the provider passed; 1 error, or something is left; 2 something is
unclear or failed; 130 Ctrl-C
`,
};

const overview = `Usage: sls-checkpoint COMMAND ...

Looks at consumer groups of Alibaba Cloud SLS. Never writes a checkpoint, except in a logstore that verify creates.

  status     where groups stand
  plan       what a replay would do
  progress   how far a replay is
  verify     what of the service differs from what sls-emulator assumes

sls-checkpoint COMMAND --help shows the options of a command, with examples. --version shows the version.
`;

export function helpOf(command: CommandName | undefined): string {
  return command === undefined ? overview : texts[command];
}
