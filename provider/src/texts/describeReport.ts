import { harmlessData } from "../model/harmless.js";
import { type Report } from "../rules/events.js";
import { type Confidentiality, concealPositions } from "./concealPositions.js";
import {
  describeGroupExists,
  describeGroupInUse,
  describeGroupMissing,
  describeGroupNotDeleted,
} from "./describeConsumerGroup.js";
import { describeGroupRefusal } from "./describeGroup.js";
import { describeUnfinishedPin } from "./describePin.js";
import { describeNotEvaluated, describeRefusal, lookFailed } from "./describeRefusal.js";
import { describeUnfinishedReplay } from "./describeReplay.js";
import { describeUntilProblem } from "./describeUntil.js";
import { indent, lines } from "./lines.js";

/** Words why a call ended without what it was asked for: what was seen, and what to do. */
export function describeReport(report: Report, confidentiality: Confidentiality = "open"): string {
  const text = describeHarmless(harmlessData(report));
  return confidentiality === "secret" ? concealPositions(text) : text;
}

function describeHarmless(report: Report): string {
  switch (report.kind) {
    case "notEvaluated":
      return lines(
        describeNotEvaluated(report.subject, report.failure),
        "This is an error because sls:strictPreview is true.",
      );
    case "lookFailed":
      return lookFailed(report.subject, report.failure);
    case "refused":
      return describeRefused(report);
    case "unfinished":
      return describeUnfinished(report);
    case "duplicate":
      return lines(
        "two resources move the same shard; the result would depend on their order",
        ...report.declarations.map(indent),
        "Remove one of them from the program.",
      );
    case "until":
      return lines(
        `${report.id}: until is refused`,
        ...report.problems.map(describeUntilProblem).map(indent),
      );
    case "groupExists":
      return describeGroupExists(report.subject);
    case "groupMissing":
      return describeGroupMissing(report.subject);
    case "groupInUse":
      return describeGroupInUse(report);
    case "groupNotDeleted":
      return describeGroupNotDeleted(report);
    case "notKnown":
      return `Some inputs of this ${report.resource} are still unknown`;
    case "arguments":
      return lines(`Some arguments of ${report.name} are wrong`, ...report.problems.map(indent));
  }
}

type ReportOf<Kind extends Report["kind"]> = Extract<Report, { kind: Kind }>;

function describeRefused({ subject, of, refusals }: ReportOf<"refused">): string {
  const [only] = refusals;
  if (of === "shard" && only !== undefined) return describeRefusal(subject, only.refusal);
  return describeGroupRefusal(subject, refusals);
}

function describeUnfinished({ subject, of, shards, refusals, failure }: ReportOf<"unfinished">): string {
  const [only] = shards;
  return lines(
    of === "shard" && only !== undefined
      ? describeUnfinishedPin(
          subject,
          failure === undefined ? only : { ...only, failure: only.failure ?? failure },
        )
      : describeUnfinishedReplay(subject, shards),
    refusals.length === 0 ? undefined : describeRefused({ kind: "refused", subject, of, refusals }),
    failure === undefined || of === "shard" ? undefined : indent(failure.message),
  );
}
