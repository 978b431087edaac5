import { count, notKnown, span } from "./answers.js";
import { pageOf, section, tableElement } from "./document.js";
import { lostFirst } from "./statusPage.js";

/** Where all groups of a logstore stand. */
export interface GroupsAnswer {
  readonly project: string;
  readonly logstore: string;
  readonly readAt: string;
  readonly groups: readonly StandingGroup[];
  readonly text: string;
}

interface StandingGroup {
  readonly consumerGroup: string;
  readonly shards: number;
  readonly lagLogGroups?: number;
  readonly lagSeconds?: number;
  readonly lostLogGroups?: number;
  readonly withoutCheckpoint: number;
  readonly consumers: readonly { readonly consumer: string; readonly committedAt: string }[];
}

/** Returns where all groups of a logstore stand as one HTML document. */
export function groupsPage(answer: GroupsAnswer): string {
  const { project, logstore, groups } = answer;
  const lost = groups.filter(({ lostLogGroups }) => lostLogGroups !== undefined);
  const lags = groups.flatMap(({ lagSeconds }) => lagSeconds ?? []);
  const unknown = groups.length - lags.length;
  return pageOf({
    kind: "Consumer groups",
    id: `${project}/${logstore}`,
    readAt: answer.readAt,
    tone: lost.length > 0 ? "bad" : "notice",
    word: lost.length > 0 ? "Data lost." : "Looked at.",
    verdict:
      lost.length > 0
        ? `In ${count(lost.length)} groups, log groups expired before they were read.`
        : "No group lost data.",
    numbers: [
      { name: "Groups", value: count(groups.length) },
      { name: "Groups that lost data", value: count(lost.length) },
      {
        name: "Longest lag",
        value: unknown > 0 ? `${notKnown} for ${count(unknown)}` : span(Math.max(0, ...lags)),
      },
      { name: "Shards", value: count(groups[0]?.shards) },
    ],
    sections: [
      section(
        "All groups",
        tableElement(
          "Consumers are those that the records name, with their last commit.",
          [
            "Group",
            "Log groups behind",
            "Longest lag",
            "Consumers",
            "Lost log groups",
            "Shards without a checkpoint",
          ],
          lostFirst(groups).map((group) => [
            group.consumerGroup,
            count(group.lagLogGroups),
            span(group.lagSeconds),
            group.consumers.map(({ consumer, committedAt }) => `${consumer} ${committedAt}`).join(", "),
            group.lostLogGroups === undefined ? "" : count(group.lostLogGroups),
            count(group.withoutCheckpoint),
          ]),
        ),
      ),
    ],
    answer,
  });
}
