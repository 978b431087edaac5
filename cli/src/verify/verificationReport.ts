import { type Column, plain, table, wrapped } from "../table.js";
import { type AssumptionName, type Finding } from "./finding.js";
import { type Removal } from "./scratchLogstores.js";
import { type Verification } from "./verification.js";

/** Where and when a run was made. */
export interface Circumstances {
  readonly project: string;
  readonly host: string;
  readonly region: string | undefined;
  /** By the service's clock, in Unix milliseconds. */
  readonly at: number;
  readonly requests: number;
  /** How far the service's clock is ahead of this machine's, in milliseconds. */
  readonly clockOffset: number;
  /** The command that removes what was left. */
  readonly cleaningCommand: string;
}

const switchColumns: readonly Column[] = [{ name: "Switch" }, { name: "Value" }, { name: "Answered" }];
const observationColumns: readonly Column[] = [{ name: "Observed" }, { name: "Answered" }];
const stepColumns: readonly Column[] = [
  { name: "The provider" },
  { name: "Result" },
  { name: "Requests", right: true },
];

/** Everything that a run found out, as tables. */
export function describeVerification(
  verification: Verification,
  circumstances: Circumstances,
  width: number,
): string {
  const { observations, product } = verification;
  const rows = [...verification.findings].map(([name, finding]) => rowOf(name, finding));
  return [
    ...(rows.length > 0 ? [table(switchColumns, rows, width), ""] : []),
    ...(observations.length > 0
      ? [
          table(
            observationColumns,
            observations.map(({ name, seen }) => [name, seen.answered]),
            width,
          ),
          "",
        ]
      : []),
    ...(product.length > 0
      ? [
          table(
            stepColumns,
            product.map(({ name, failure, requests }) => [
              name,
              failure === undefined ? "✓ passed, read back" : `✗ ${failure.split("\n").join(" ")}`,
              String(requests),
            ]),
            width,
          ),
          "",
        ]
      : []),
    ...endOf(verification, circumstances, width),
    "",
  ].join("\n");
}

function rowOf(name: AssumptionName, finding: Finding): readonly string[] {
  return [name, ...describeFinding(finding)];
}

/** The value that a switch has, or why none is known, and what was answered. */
export function describeFinding(finding: Finding): readonly [string, string] {
  switch (finding.kind) {
    case "found":
      return [String(finding.value), finding.seen.answered];
    case "unclear":
      return ["unclear", `${finding.why} (${finding.seen.answered})`];
    case "notAsked":
      return ["not asked", finding.why];
    case "failed":
      return ["failed", finding.why];
  }
}

function endOf(verification: Verification, circumstances: Circumstances, width: number): readonly string[] {
  const { findings, endedBy, removals, logstore } = verification;
  const kinds = [...findings.values()].map(({ kind }) => kind);
  const count = (kind: Finding["kind"]): number => kinds.filter((each) => each === kind).length;
  const counts = `${String(count("found"))} found, ${String(count("unclear"))} unclear, ${String(count("failed"))} failed, ${String(count("notAsked"))} not asked`;
  const sentences = [
    ...(kinds.length > 0 ? [`switches: ${counts}; requests: ${String(circumstances.requests)}`] : []),
    ...describeClock(circumstances.clockOffset),
    ...(endedBy === undefined ? [] : describeEnd(endedBy).split("\n")),
    ...describeRemovals(removals, logstore, circumstances),
  ];
  // A command that is broken could not be copied.
  return sentences.flatMap((line) =>
    line.includes(circumstances.cleaningCommand) ? [line] : wrapped(line, width),
  );
}

const noticeable = 30_000;

function describeClock(offset: number): readonly string[] {
  if (Math.abs(offset) < noticeable) return [];
  const minutes = (Math.abs(offset) / 60_000).toFixed(1);
  const side = offset > 0 ? "behind" : "ahead of";
  return [
    `The clock of this machine is ${minutes} minutes ${side} the service's: set it. Times are the service's.`,
  ];
}

function describeEnd({ kind, message }: NonNullable<Verification["endedBy"]>): string {
  switch (kind) {
    case "interrupted":
      return "Ended by Ctrl-C before everything was asked.";
    case "lost":
      return `Ended before everything was asked: ${message}`;
    case "refused":
      return message;
    case "fault":
      return `Ended by a fault of this program, please report it: ${message}`;
  }
}

function describeRemovals(
  removals: readonly Removal[],
  logstore: string | undefined,
  { cleaningCommand, project }: Circumstances,
): readonly string[] {
  if (logstore === undefined) return [];
  if (removals.length === 0) {
    return [`The logstore ${logstore} of project ${project} stays. Remove it with: ${cleaningCommand}`];
  }
  const left = removals.filter((removal) => removal.kind === "left");
  if (left.length === 0) {
    return [
      removals.length === 1
        ? `The logstore ${logstore} is removed.`
        : `All ${String(removals.length)} logstores are removed.`,
    ];
  }
  return [
    ...left.map(({ name, why }) => `✗ The logstore ${name} of project ${project} may be left: ${plain(why)}`),
    `Remove it with: ${cleaningCommand}`,
  ];
}

/** What `sls-emulator --assumptions` takes: each switch that was found, and beside them where from. */
export function observedJson(verification: Verification, circumstances: Circumstances): string {
  const { findings, observations } = verification;
  const found = [...findings].flatMap(([name, finding]) =>
    finding.kind === "found" ? [[name, finding.value] as const] : [],
  );
  const { at, region, host, requests } = circumstances;
  const observed = {
    at: new Date(at).toISOString(),
    ...(region !== undefined && { region }),
    host,
    requests,
    switches: Object.fromEntries([...findings].map(([name, finding]) => [name, detailOf(finding)])),
    also: Object.fromEntries(observations.map(({ name, seen }) => [name, seen])),
  };
  return `${JSON.stringify({ ...Object.fromEntries(found), observed }, undefined, 2)}\n`;
}

function detailOf(finding: Finding): unknown {
  switch (finding.kind) {
    case "found":
      return finding.seen;
    case "unclear":
      return { unclear: finding.why, ...finding.seen };
    case "notAsked":
      return { notAsked: finding.why };
    case "failed":
      return { failed: finding.why };
  }
}
