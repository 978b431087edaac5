import { count, milliseconds, notKnown, span, time } from "./answers.js";
import { type Tone, pageOf, section, tableElement } from "./document.js";
import { type Html, html, nothing } from "./html.js";
import { windowChart } from "./windowChart.js";

/** What a status page is made of: the answer of `getConsumerGroupCheckpoints`. */
export interface StatusAnswer {
  readonly id: string;
  readonly readAt: string;
  readonly shards: readonly StandingShard[];
  readonly lagLogGroups?: number;
  readonly lagSeconds?: number;
  readonly text: string;
}

interface StandingShard {
  readonly shard: number;
  readonly status: string;
  readonly checkpoint: string;
  readonly checkpointTime?: string;
  readonly lagLogGroups?: number;
  readonly lagSeconds?: number;
  readonly lostLogGroups?: number;
  readonly consumer?: string;
  readonly committedAt?: string;
}

/** Returns where a group stands as one HTML document that needs no script and asks nobody for anything. */
export function statusPage(status: StatusAnswer): string {
  const { shards, lagLogGroups, lagSeconds } = status;
  const lost = shards.filter(({ lostLogGroups }) => lostLogGroups !== undefined);
  const consumers = new Set(shards.flatMap(({ consumer }) => consumer ?? []));
  return pageOf({
    kind: "Consumer group",
    id: status.id,
    readAt: status.readAt,
    ...verdictOf(status, lost.length),
    numbers: [
      { name: "Shards", value: count(shards.length) },
      { name: "Behind", value: lagLogGroups === undefined ? notKnown : `${count(lagLogGroups)} log groups` },
      { name: "Longest lag", value: span(lagSeconds) },
      { name: "Consumers in the records", value: count(consumers.size) },
    ],
    sections: [
      section("What is lost", ...lost.map(lossElement)),
      section("Where shards stand", chartOf(status)),
      section("All shards", tableOf(lostFirst(shards))),
    ],
    answer: status,
  });
}

/** Shards that lost data come first, whatever else is there. */
export function lostFirst<Shard extends { readonly lostLogGroups?: number }>(
  shards: readonly Shard[],
): readonly Shard[] {
  const isLost = ({ lostLogGroups }: Shard): boolean => lostLogGroups !== undefined;
  return [...shards.filter(isLost), ...shards.filter((shard) => !isLost(shard))];
}

function verdictOf(
  { lagLogGroups, lagSeconds }: StatusAnswer,
  lost: number,
): { readonly tone: Tone; readonly word: string; readonly verdict: string } {
  if (lost > 0) {
    const verdict = `In ${count(lost)} shards, log groups expired before they were read.`;
    return { tone: "bad", word: "Data lost.", verdict };
  }
  if (lagLogGroups === undefined) {
    return {
      tone: "notice",
      word: "Not known.",
      verdict: "How far behind it is, is not known for every shard.",
    };
  }
  if (lagLogGroups === 0) return { tone: "good", word: "At the end.", verdict: "Nothing is left to read." };
  const verdict = `${count(lagLogGroups)} log groups are left to read; the longest lag is ${span(lagSeconds)}.`;
  return { tone: "notice", word: "Behind.", verdict };
}

function lossElement({ shard, lostLogGroups }: StandingShard): Html {
  if (lostLogGroups === undefined) return nothing;
  return html`<p>
    <strong>✗ shard ${shard}</strong>: ${count(lostLogGroups)} log groups expired before they were read
  </p>`;
}

function chartOf({ readAt, shards }: StatusAnswer): Html {
  return windowChart({
    title: "Positions by receive time",
    now: Date.parse(readAt),
    arrowFromTarget: false,
    rows: shards.map((shard) => ({
      shard: shard.shard,
      stands: milliseconds(shard.checkpointTime),
      target: undefined,
      note: `stands at ${time(shard.checkpointTime)}, ${span(shard.lagSeconds)} behind`,
    })),
  });
}

function tableOf(shards: readonly StandingShard[]): Html {
  return tableElement(
    "Times are when the service received the log group at a position.",
    ["Shard", "Stands at", "Cursor", "Log groups behind", "Lag", "Consumer", "Last commit", "Note"],
    shards.map((shard) => [
      String(shard.shard),
      time(shard.checkpointTime),
      shard.checkpoint,
      count(shard.lagLogGroups),
      span(shard.lagSeconds),
      shard.consumer ?? "",
      shard.committedAt ?? "",
      [
        ...(shard.lostLogGroups === undefined
          ? []
          : [`expired: data lost, ${count(shard.lostLogGroups)} log groups`]),
        ...(shard.status === "readonly" ? ["read-only"] : []),
      ].join(", "),
    ]),
  );
}
