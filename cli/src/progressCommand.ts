import { describeDuration, durationOfSeconds } from "../../provider/src/model/duration.js";
import { describePace, describeRate } from "../../provider/src/texts/describePace.js";
import { followedShards, isFinished, progressPage } from "../../provider/src/texts/pages/progressPage.js";
import { type Failure, type Group, type ProgressLook } from "./commandArguments.js";
import { groupLabels, prometheusText } from "./prometheus.js";
import { type Checkpoints, type Progress, type Reader } from "./reader.js";
import { type Shown } from "./shown.js";
import { type Terminal } from "./terminal.js";
import { type Column, table } from "./table.js";
import { LookError } from "./usageError.js";

export const exitCodes = { done: 0, notDone: 2, overwritten: 3, lost: 3, stalled: 4 } as const;

/** One look at a replay, and whether that is the end of it. */
export interface FollowedLook extends Shown {
  readonly isOver: boolean;
  /** One line that says how far it is. */
  readonly line: string;
}

/** How long back a look is compared with: consumers save every minute, so two looks within one show nothing. */
const longestWindow = 180_000;

/** Looks at a replay again and again, each time compared with an earlier look. */
export class Followed {
  readonly #reader: Reader;
  readonly #look: ProgressLook;
  readonly #shards: unknown;
  #earlier: readonly Progress[] = [];

  private constructor(reader: Reader, look: ProgressLook, shards: unknown) {
    this.#reader = reader;
    this.#look = look;
    this.#shards = shards;
  }

  static async open(reader: Reader, look: ProgressLook, terminal: Terminal): Promise<Followed> {
    const shards =
      look.shards === undefined
        ? await towardsEnd(reader, look.group)
        : await readShards(look.shards, terminal);
    return new Followed(reader, look, shards);
  }

  async look(): Promise<FollowedLook> {
    const [since] = this.#earlier;
    const { group, until } = this.#look;
    const args = {
      ...group,
      shards: this.#shards,
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    };
    const answer = await this.#reader.progress(args);
    const now = Date.parse(answer.readAt);
    this.#earlier = [
      ...this.#earlier.filter(({ readAt }) => now - Date.parse(readAt) <= longestWindow),
      answer,
    ];
    return followedLook(answer, this.#look.failOn);
  }
}

/** Without a replay, each shard is followed from where it stands now to what is its end now. */
async function towardsEnd(reader: Reader, group: Group): Promise<unknown> {
  const { shards, readAt } = await reader.checkpoints({ ...group });
  return shards.filter(isFollowed).map(({ shard, checkpoint, checkpointTime, end }) => ({
    shard,
    status: "pinned",
    checkpoint,
    ...(checkpointTime !== undefined && { checkpointTime }),
    previousCheckpoint: end,
    pinnedAt: readAt,
  }));
}

function isFollowed({ lagLogGroups, checkpoint }: Checkpoints["shards"][number]): boolean {
  return lagLogGroups !== undefined && checkpoint !== "none";
}

async function readShards(file: string, terminal: Terminal): Promise<unknown> {
  const name = file === "-" ? "the standard input" : file;
  const text = await terminal.readFile(file).catch((cause: unknown) => {
    throw new LookError(`--shards: ${name} cannot be read: ${(cause as Error).message}`, { cause });
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new LookError(`--shards: ${name} is not JSON; write it with: pulumi stack output shards --json`, {
      cause,
    });
  }
}

function followedLook(answer: Progress, failOn: readonly Failure[]): FollowedLook {
  const followed = followedShards(answer);
  const finished = followed.filter(isFinished);
  const failure = failureOf(answer, failOn);
  const isDone = answer.done ?? finished.length === followed.length;
  const how = answer.until === undefined ? "caught up" : "done";
  const line = `${answer.id}: ${symbolOf(answer, isDone)} ${String(finished.length)} of ${String(followed.length)} shards ${how}`;
  const pace = describePace(answer);
  return {
    answer,
    exitCode: failure === undefined ? (isDone ? exitCodes.done : exitCodes.notDone) : exitCodes[failure],
    isOver: failure !== undefined || isDone,
    line: [line, ...(pace === undefined ? [] : [pace.split("\n").join("; ")])].join("; "),
    table: (width) => progressTable(answer, [line, ...(pace === undefined ? [] : [pace])], width),
    markdown: () => `${answer.text}\n`,
    html: () => progressPage(answer),
    prometheus: () => progressMetrics(answer),
  };
}

function symbolOf({ totals, stalled }: Progress, isDone: boolean): string {
  if ((totals["overwritten"] ?? 0) > 0) return "✗ overwritten,";
  if (isDone) return "✓ done,";
  return stalled.length > 0 ? "● stalled," : "● reading,";
}

function failureOf({ totals, shards, stalled }: Progress, failOn: readonly Failure[]): Failure | undefined {
  const seen: Readonly<Record<Failure, boolean>> = {
    overwritten: (totals["overwritten"] ?? 0) > 0,
    lost: shards.some(({ lostLogGroups }) => lostLogGroups !== undefined),
    stalled: stalled.length > 0,
  };
  return failOn.find((failure) => seen[failure]);
}

type Shard = Progress["shards"][number];

/** Whatever went wrong first, then the slowest: only it decides when all is done. */
function byUrgency(left: Shard, right: Shard): number {
  return (
    rank(left) - rank(right) || (right.etaSeconds ?? 0) - (left.etaSeconds ?? 0) || left.shard - right.shard
  );
}

function rank(shard: Shard): number {
  if (shard.state === "overwritten" || shard.lostLogGroups !== undefined || shard.rewound === true) return 0;
  if (shard.stalled === true) return 1;
  if (isFinished(shard)) return 4;
  return shard.state === "notCovered" ? 5 : 2;
}

const columns: readonly Column[] = [
  { name: "Shard", right: true },
  { name: "State" },
  { name: "Read" },
  { name: "Left", right: true },
  { name: "Pace" },
  { name: "Time left", right: true },
  { name: "Lag", right: true },
  { name: "Consumer" },
];

function progressTable(answer: Progress, head: readonly string[], width: number): string {
  const rows = answer.shards
    .toSorted(byUrgency)
    .map((shard) => [
      String(shard.shard),
      stateOf(shard),
      barOf(shard),
      shard.remainingLogGroups?.toLocaleString("en-US") ?? "",
      shard.logGroupsPerSecond === undefined ? "" : describeRate(shard.logGroupsPerSecond),
      shard.etaSeconds === undefined ? "" : span(shard.etaSeconds),
      "lagSeconds" in shard ? span(shard.lagSeconds) : "",
      shard.consumer ?? "",
    ]);
  return `${head.join("\n")}\nas of ${answer.readAt}\n\n${table(columns, rows, width)}\n`;
}

const words: Readonly<Record<string, string>> = {
  atPin: "at the pin",
  reading: "reading",
  caughtUp: "✓ caught up",
  overwritten: "✗ overwritten",
  notPinned: "✗ not pinned",
  notCovered: "not part of it",
  gone: "gone",
};

function stateOf(shard: Shard): string {
  const word = wordOf(shard);
  return [
    word ?? shard.state,
    ...(shard.stalled === true ? ["stalled"] : []),
    ...(shard.rewound === true ? ["rewound"] : []),
    ...(shard.lostLogGroups === undefined ? [] : ["data lost"]),
    ...(shard.trend === undefined ? [] : [`lag ${shard.trend}`]),
  ].join(", ");
}

function wordOf(shard: Shard): string | undefined {
  if (shard.done === true) return shard.empty ? "✓ done, empty" : "✓ done";
  if (shard.done === false && shard.state === "notCovered") return "reading, not pinned";
  return isFinished(shard) ? words["caughtUp"] : words[shard.state];
}

const barWidth = 10;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** How much of the way from the pin to where it stood is read. */
function barOf({ doneLogGroups, remainingLogGroups }: Shard): string {
  if (doneLogGroups === undefined || remainingLogGroups === undefined) return "";
  const all = doneLogGroups + remainingLogGroups;
  const part = all === 0 ? 1 : doneLogGroups / all;
  const cells = Math.floor(part * barWidth * 8);
  const bar = "█".repeat(Math.floor(cells / 8)) + (eighths[cells % 8] ?? "");
  return `${bar.padEnd(barWidth, "·")} ${String(Math.floor(part * 100)).padStart(3)} %`;
}

function span(seconds: number): string {
  return describeDuration(durationOfSeconds(seconds));
}

function progressMetrics({ id, shards }: Progress): string {
  const sample = (value: (shard: Shard) => number | undefined) =>
    shards.map((shard) => ({
      labels: { ...groupLabels(id), shard: String(shard.shard), state: shard.state },
      value: value(shard),
    }));
  return prometheusText([
    {
      name: "sls_replay_done_log_groups",
      help: "Log groups that were read since the pin.",
      samples: sample(({ doneLogGroups }) => doneLogGroups),
    },
    {
      name: "sls_replay_remaining_log_groups",
      help: "Log groups until the shard is back where it stood.",
      samples: sample(({ remainingLogGroups }) => remainingLogGroups),
    },
    {
      name: "sls_replay_log_groups_per_second",
      help: "How fast the shard is read.",
      samples: sample(({ logGroupsPerSecond }) => logGroupsPerSecond),
    },
    {
      name: "sls_replay_eta_seconds",
      help: "Time until the shard is back where it stood, at that rate.",
      samples: sample(({ etaSeconds }) => etaSeconds),
    },
  ]);
}
