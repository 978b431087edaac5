import { describeRate } from "../describePace.js";
import { formatShards } from "../../model/shardRanges.js";
import { count, milliseconds, notKnown, ofShards, span, time } from "./answers.js";
import { type Tone, pageOf, section, tableElement } from "./document.js";
import { type Html, html, nothing } from "./html.js";
import { windowChart } from "./windowChart.js";

/** What a progress page is made of: the answer of `getReplayProgress`. */
export interface ProgressAnswer {
  readonly id: string;
  readonly readAt: string;
  readonly shards: readonly FollowedShard[];
  readonly totals: Readonly<Record<string, number>>;
  readonly until?: string | Readonly<Record<string, string>>;
  readonly done?: boolean;
  readonly remainingLogGroups?: number;
  readonly logGroupsPerSecond?: number;
  readonly etaSeconds?: number;
  readonly doneAt?: string;
  readonly slowestShard?: number;
  readonly lagSeconds?: number;
  readonly stalled: readonly number[];
  readonly rewound: readonly number[];
  readonly notCovered: readonly number[];
  readonly text: string;
}

/** How far one shard is. */
export interface FollowedShard {
  readonly shard: number;
  readonly state: string;
  readonly status?: string;
  readonly pinTime?: string;
  readonly previousCheckpointTime?: string;
  readonly checkpoint?: string;
  readonly checkpointTime?: string;
  readonly consumer?: string;
  readonly committedAt?: string;
  readonly endCursor?: string;
  readonly endTime?: string;
  readonly done?: boolean;
  readonly empty?: boolean;
  readonly doneLogGroups?: number;
  readonly remainingLogGroups?: number;
  readonly logGroupsPerSecond?: number;
  readonly rateSince?: string;
  readonly etaSeconds?: number;
  readonly trend?: string;
  readonly stalled?: boolean;
  readonly rewound?: boolean;
  readonly lagSeconds?: number;
  readonly lostLogGroups?: number;
}

/** Returns how far a replay is as one HTML document that needs no script and asks nobody for anything. */
export function progressPage(progress: ProgressAnswer): string {
  const covered = followedShards(progress);
  const finished = covered.filter(isFinished);
  const { tone, word } = verdictOf(progress, finished.length, covered.length);
  return pageOf({
    kind: "Replay progress",
    id: progress.id,
    readAt: progress.readAt,
    tone,
    word,
    verdict: `${ofShards(finished.length, covered.length)} ${finishOf(progress)}${expectation(progress)}`,
    numbers: [
      {
        name: progress.until === undefined ? "Still to read again" : "Still to read",
        value: `${count(progress.remainingLogGroups)} log groups`,
      },
      { name: "Pace", value: rate(progress.logGroupsPerSecond) },
      { name: "Done", value: progress.doneAt === undefined ? notKnown : `in ${span(progress.etaSeconds)}` },
      { name: "Longest lag", value: span(progress.lagSeconds) },
    ],
    sections: [
      section("What is wrong", ...warningsOf(progress)),
      section("How far each shard is", chartOf(progress, covered)),
      section("All shards", tableOf(progress)),
    ],
    answer: progress,
  });
}

/** The shards that count: with `until` those that have an end, else those that the replay pinned. */
export function followedShards<Shard extends FollowedShard>({
  until,
  shards,
}: {
  readonly until?: ProgressAnswer["until"];
  readonly shards: readonly Shard[];
}): readonly Shard[] {
  return shards.filter(({ state, done }) =>
    until === undefined ? state !== "notCovered" : done !== undefined,
  );
}

function finishOf({ until }: ProgressAnswer): string {
  if (until === undefined) return "have caught up";
  return typeof until === "string" ? `read until ${until}` : "read until the end of each";
}

/** Whether a shard has nothing left to read again; with `until`, nothing before its end. */
export function isFinished({ state, remainingLogGroups, done }: FollowedShard): boolean {
  return done ?? (state === "caughtUp" || (state === "atPin" && remainingLogGroups === 0));
}

function verdictOf(
  { totals, stalled, rewound, shards, done }: ProgressAnswer,
  finished: number,
  covered: number,
): { readonly tone: Tone; readonly word: string } {
  if ((totals["overwritten"] ?? 0) > 0) return { tone: "bad", word: "Overwritten." };
  if (shards.some(({ lostLogGroups }) => lostLogGroups !== undefined))
    return { tone: "bad", word: "Data lost." };
  if (rewound.length > 0) return { tone: "bad", word: "Rewound." };
  if (done ?? finished === covered) return { tone: "good", word: "Done." };
  if (stalled.length > 0) return { tone: "notice", word: "Stalled." };
  return { tone: "notice", word: "Reading." };
}

function expectation({ doneAt, etaSeconds, slowestShard }: ProgressAnswer): string {
  if (doneAt === undefined || etaSeconds === 0) return ".";
  return `; all of them at about ${doneAt}. Shard ${String(slowestShard)} is the slowest.`;
}

function rate(perSecond: number | undefined): string {
  return perSecond === undefined ? notKnown : describeRate(perSecond);
}

function warningsOf({ shards, stalled, rewound }: ProgressAnswer): readonly Html[] {
  const of = (holds: (shard: FollowedShard) => boolean) => shards.filter(holds).map(({ shard }) => shard);
  return [
    warning(
      "overwritten by a consumer",
      of(({ state }) => state === "overwritten"),
    ),
    warning(
      "data lost: log groups expired before they were read",
      of(({ lostLogGroups }) => lostLogGroups !== undefined),
    ),
    warning("rewound: they stand before where they stood at the earlier look", rewound),
    warning("stalled: nobody has committed for three save intervals", stalled),
    warning(
      "not pinned",
      of(({ state }) => state === "notPinned"),
    ),
    warning(
      "gone from the logstore",
      of(({ state }) => state === "gone"),
    ),
  ];
}

function warning(what: string, shards: readonly number[]): Html {
  return shards.length === 0
    ? nothing
    : html`<p><strong>✗</strong> ${what}: shards ${formatShards(shards)}</p>`;
}

function chartOf({ readAt, until }: ProgressAnswer, shards: readonly FollowedShard[]): Html {
  return windowChart({
    title: `Progress by receive time, from the pin ${until === undefined ? "to where each shard stood before" : "to the end of reading"}`,
    now: Date.parse(readAt),
    arrowFromTarget: true,
    rows: shards.map((shard) => ({
      shard: shard.shard,
      stands: milliseconds(shard.checkpointTime),
      target: milliseconds(shard.pinTime),
      goal: milliseconds(shard.previousCheckpointTime),
      end: milliseconds(shard.endTime),
      note: `${stateOf(shard)}, stands at ${time(shard.checkpointTime)}`,
    })),
  });
}

function stateOf({ state, status, stalled, rewound, done, empty }: FollowedShard): string {
  return [
    ...(done === true ? [empty === true ? "done, empty" : "done"] : []),
    state === "notPinned" && status !== undefined ? `notPinned (${status})` : state,
    ...(stalled === true ? ["stalled"] : []),
    ...(rewound === true ? ["rewound"] : []),
  ].join(", ");
}

function tableOf({ shards, until }: ProgressAnswer): Html {
  const number = (value: number | undefined): string => (value === undefined ? "" : count(value));
  return tableElement(
    "Rates are the average since the pin, or of the time since the earlier look.",
    [
      "Shard",
      "State",
      "Pinned at",
      "Stands at",
      until === undefined ? "Stood at" : "Until",
      "Read",
      "Left",
      "Pace",
      "Time left",
      "Lag",
      "Last commit",
    ],
    shards.map((shard) => [
      String(shard.shard),
      stateOf(shard),
      shard.pinTime ?? "",
      shard.checkpointTime ?? shard.checkpoint ?? "",
      (until === undefined ? shard.previousCheckpointTime : shard.endTime) ?? "",
      number(shard.doneLogGroups),
      number(shard.remainingLogGroups),
      shard.logGroupsPerSecond === undefined ? "" : describeRate(shard.logGroupsPerSecond),
      shard.etaSeconds === undefined ? "" : span(shard.etaSeconds),
      shard.lagSeconds === undefined ? "" : span(shard.lagSeconds),
      [shard.consumer ?? [], shard.committedAt ?? []].flat().join(", "),
    ]),
  );
}
