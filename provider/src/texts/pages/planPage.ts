import { parseCursor } from "../../model/cursor.js";
import { count, milliseconds, notKnown, ofShards, span, time } from "./answers.js";
import { type Tone, copyElement, pageOf, section, tableElement } from "./document.js";
import { type Html, html, nothing } from "./html.js";
import { windowChart } from "./windowChart.js";

/** What a plan page is made of: the answer of `getReplayPlan`. */
export interface PlanAnswer {
  readonly id?: string;
  readonly verdict: "moves" | "nothing" | "liveConsumers" | "refused";
  readonly readAt?: string;
  readonly reason?: string;
  readonly maxMoveSeconds?: number;
  readonly applyBefore?: string;
  readonly retentionSeconds?: number;
  readonly shards: readonly PlannedShard[];
  readonly totals: Readonly<Record<string, number>>;
  readonly readAgainLogGroups?: number;
  readonly neverReadLogGroups?: number;
  readonly until?: string | Readonly<Record<string, string>>;
  readonly toReadLogGroups?: number;
  readonly emptyShards?: readonly number[];
  readonly refusals: readonly PlanRefusal[];
  readonly text: string;
}

interface PlannedShard {
  readonly shard: number;
  readonly position: string;
  readonly action: string;
  readonly refusal?: string;
  readonly checkpoint: string;
  readonly checkpointTime?: string;
  readonly target?: string;
  readonly targetTime?: string;
  readonly targetIsEnd?: boolean;
  readonly logGroups?: number;
  readonly spanSeconds?: number;
  readonly endCursor?: string;
  readonly endTime?: string;
  readonly toReadLogGroups?: number;
}

interface PlanRefusal {
  readonly kind: string;
  readonly shards: readonly number[];
  readonly message: string;
  readonly consumers?: readonly {
    readonly shard: number;
    readonly consumer?: string;
    readonly committedSecondsAgo: number;
  }[];
  readonly quietAfterSeconds?: number;
}

/**
 * Returns a plan as one HTML document that needs no script and asks nobody for anything. A program writes it into a
 * file; it does not belong into an output.
 */
export function planPage(plan: PlanAnswer): string {
  const { shards } = plan;
  const moves = shards.filter(isMove);
  const longest = moves.every(({ spanSeconds }) => spanSeconds !== undefined)
    ? Math.max(0, ...moves.map(({ spanSeconds = 0 }) => spanSeconds))
    : undefined;
  const { tone, word } = verdicts[plan.verdict];
  return pageOf({
    kind: "Replay plan",
    id: plan.id ?? "a group that could not be read",
    readAt: plan.readAt,
    tone,
    word,
    verdict: verdictOf(plan, moves, longest),
    numbers: [
      { name: "Shards that move", value: ofShards(moves.length, shards.length) },
      { name: "Log groups read again", value: counted(moves, "back", plan.readAgainLogGroups) },
      { name: "Log groups never read", value: counted(moves, "forward", plan.neverReadLogGroups) },
      { name: "Longest move, and maxMove", value: `${span(longest)}, ${span(plan.maxMoveSeconds)}` },
    ],
    sections: [
      boundsOf(plan),
      untilOf(plan),
      section("Refusals, and the way out", ...plan.refusals.map(refusalElement)),
      consumersOf(plan),
      section("Where shards stand, and where they would stand", chartOf(plan)),
      section("All shards", tableOf(plan)),
      wayBackOf(moves),
    ],
    answer: plan,
  });
}

const verdicts: Readonly<Record<PlanAnswer["verdict"], { readonly tone: Tone; readonly word: string }>> = {
  moves: { tone: "good", word: "Moves." },
  nothing: { tone: "good", word: "Nothing to do." },
  liveConsumers: { tone: "notice", word: "Consumers are alive." },
  refused: { tone: "bad", word: "Refused." },
};

function verdictOf(plan: PlanAnswer, moves: readonly PlannedShard[], longest: number | undefined): string {
  if (plan.verdict === "nothing") return "Every shard stays where it stands.";
  const kinds = plan.refusals.map(({ kind }) => kind).join(", ");
  if (plan.verdict === "refused") return `A single reason stops the whole group; here: ${kinds}.`;
  const reach = longest === undefined ? "over a span that is not known" : `by up to ${span(longest)}`;
  const would = `Would move ${ofShards(moves.length, plan.shards.length)} ${reach}`;
  return plan.verdict === "moves" ? `${would}.` : `${would}, after its consumers are stopped.`;
}

function isMove({ action }: PlannedShard): boolean {
  return action === "back" || action === "forward" || action === "set";
}

/** No move in a direction is zero log groups; moves whose log groups are not known are not. */
function counted(moves: readonly PlannedShard[], action: string, sum: number | undefined): string {
  const isCounted = sum !== undefined || !moves.some((move) => move.action === action);
  const unknown = moves.filter((move) => move.action === "set").length;
  const known = isCounted ? count(sum ?? 0) : notKnown;
  return unknown === 0 ? known : `${known}, and ${notKnown} for ${count(unknown)}`;
}

function boundsOf({ reason, applyBefore }: PlanAnswer): Html {
  return html`${reason === undefined ? nothing : html`<p>Reason: ${reason}</p>`}
  ${applyBefore === undefined ? nothing : html`<p>Nothing is written after ${applyBefore} (applyBefore).</p>`}`;
}

function untilOf({ until, toReadLogGroups, emptyShards = [] }: PlanAnswer): Html {
  if (until === undefined) return nothing;
  const where = typeof until === "string" ? until : "the end cursor of each shard";
  return html`<p>
    Read until ${where}, which is not read itself: ${count(toReadLogGroups)} log groups.
    ${emptyShards.length === 0 ? nothing : html`Nothing to read in shards ${emptyShards.join(", ")}.`}
  </p>`;
}

function refusalElement({ kind, shards, message }: PlanRefusal): Html {
  const where = shards.length === 0 ? "the whole group" : `shards ${shards.join(", ")}`;
  return html`<p><strong>✗ ${kind}</strong>: ${where}</p>
    ${copyElement(`${kind}, ${where}`, message)}`;
}

function consumersOf({ refusals }: PlanAnswer): Html {
  const live = refusals.find(({ consumers }) => consumers !== undefined);
  if (live?.consumers === undefined) return nothing;
  const rows = live.consumers.map(({ shard, consumer, committedSecondsAgo }) => [
    consumer ?? "a consumer without a name",
    String(shard),
    `${span(committedSecondsAgo)} ago`,
  ]);
  return section(
    "Live consumers",
    tableElement(
      `Consumers count as stopped ${span(live.quietAfterSeconds)} after their last commit.`,
      ["Consumer", "Shard", "Last commit"],
      rows,
    ),
  );
}

function chartOf(plan: PlanAnswer): Html {
  const now = milliseconds(plan.readAt);
  if (now === undefined) return nothing;
  const { retentionSeconds, maxMoveSeconds } = plan;
  const rows = plan.shards.toSorted(
    (left, right) => (right.spanSeconds ?? 0) - (left.spanSeconds ?? 0) || left.shard - right.shard,
  );
  return windowChart({
    title: "Moves by receive time, longest first",
    now,
    keptSince: retentionSeconds === undefined ? undefined : now - retentionSeconds * 1_000,
    mostMove: maxMoveSeconds === undefined ? undefined : maxMoveSeconds * 1_000,
    arrowFromTarget: false,
    rows: rows.map((shard) => ({
      shard: shard.shard,
      stands: milliseconds(shard.checkpointTime),
      target: milliseconds(shard.targetTime),
      end: milliseconds(shard.endTime),
      note: `${shard.action}, ${time(shard.checkpointTime)} to ${shard.targetIsEnd === true ? "the end" : time(shard.targetTime)}`,
    })),
  });
}

function tableOf({ shards, until }: PlanAnswer): Html {
  const hasEnd = until !== undefined;
  return tableElement(
    "Times are when the service received the log group at a position.",
    [
      ...["Shard", "Would", "Log groups", "Span", "Stands at", "Cursor", "Would stand at", "Cursor"],
      ...(hasEnd ? ["To read", "End cursor"] : []),
      "Note",
    ],
    shards.map((shard) => [
      String(shard.shard),
      shard.action,
      shard.logGroups === undefined ? "" : count(shard.logGroups),
      shard.spanSeconds === undefined ? "" : span(shard.spanSeconds),
      shard.checkpointTime ?? "",
      shard.checkpoint,
      targetOf(shard),
      shard.target ?? "",
      ...(hasEnd ? [toRead(shard), shard.endCursor ?? ""] : []),
      shard.refusal ?? "",
    ]),
  );
}

/** The end is no log group: the time is that of the one before it, which is not read. */
function targetOf({ targetTime, targetIsEnd }: PlannedShard): string {
  if (targetIsEnd !== true) return targetTime ?? "";
  return targetTime === undefined ? "end" : `end, after ${targetTime}`;
}

function toRead({ endCursor, toReadLogGroups }: PlannedShard): string {
  return endCursor === undefined ? "" : count(toReadLogGroups);
}

/** A map that another replay takes as `from`; shards that stood nowhere have no way back and are left alone. */
function wayBackOf(moves: readonly PlannedShard[]): Html {
  const ways = moves.filter(({ checkpoint }) => isCursor(checkpoint));
  if (moves.length === 0) return nothing;
  const without = moves.filter(({ checkpoint }) => !isCursor(checkpoint)).map(({ shard }) => shard);
  const map = Object.fromEntries(
    ways.map(({ shard, checkpoint }) => [String(shard), `cursor:${checkpoint}`]),
  );
  return section(
    "The way back",
    html`<p>As <code>from</code>, this puts the shards back to where they stand now.</p>`,
    without.length === 0
      ? nothing
      : html`<p>✗ There is none for shards ${without.join(", ")}: they stand at no position.</p>`,
    copyElement("The way back", `from: ${JSON.stringify(map, undefined, 2)}`),
  );
}

function isCursor(checkpoint: string): boolean {
  return parseCursor(checkpoint).ok;
}
