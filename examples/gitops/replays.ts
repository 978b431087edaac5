import * as pulumi from "@pulumi/pulumi";
import type * as sls from "pulumi-sls-checkpoint";

/** One entry of the configuration: the name of the group, and the inputs of its replay. */
export interface DeclaredReplay {
  readonly name: string;
  readonly args: sls.ConsumerGroupReplayArgs;
}

/** Everything that is wrong with a value, each to be read on after its path. */
type Rule = (value: unknown) => readonly string[];

/** The fields of an entry. A reviewed replay says why it is done and until when: both are required here. */
const required: Readonly<Record<string, Rule>> = { from: positions, applyBefore: instant, reason: text };
const optional: Readonly<Record<string, Rule>> = {
  maxMove: text,
  onActiveConsumers: text,
  waitTimeout: text,
  watchFor: text,
  allowTruncated: flag,
  allowUnordered: flag,
  triggers: list,
};
const rules = new Map(Object.entries({ ...required, ...optional }));

/** Reads all replays of the stack's configuration, and throws with everything that is wrong with them. */
export function readReplays(config: pulumi.Config): readonly DeclaredReplay[] {
  const path = `${config.name}:replays`;
  const entries = config.getObject<unknown>("replays") ?? {};
  if (!isMap(entries)) throw problemsWith([`${path} is not a map from project/logstore/group to a replay`]);
  const problems = Object.entries(entries).flatMap(([name, entry]) =>
    problemsOf(`${path}[${JSON.stringify(name)}]`, name, entry),
  );
  if (problems.length > 0) throw problemsWith(problems);
  return Object.entries(entries).map(([name, entry]) => replayOf(name, entry as object));
}

function problemsWith(problems: readonly string[]): pulumi.RunError {
  return new pulumi.RunError(["The stack's configuration is not right:", ...problems].join("\n  "));
}

function problemsOf(path: string, name: string, entry: unknown): readonly string[] {
  const parts = name.split("/");
  const wrongName =
    parts.length === 3 && parts.every((part) => part !== "")
      ? []
      : [`${path}: the name is not of the form project/logstore/group`];
  if (!isMap(entry)) return [...wrongName, `${path} is not a map with from, applyBefore and reason`];
  return [...wrongName, ...missing(path, entry), ...wrong(path, entry)];
}

function missing(path: string, entry: Record<string, unknown>): readonly string[] {
  return Object.keys(required)
    .filter((field) => entry[field] === undefined || entry[field] === null)
    .map((field) => `${path}.${field} is missing`);
}

function wrong(path: string, entry: Record<string, unknown>): readonly string[] {
  return Object.entries(entry).flatMap(([field, value]) => {
    const rule = rules.get(field);
    if (rule === undefined) return [`${path}.${field} is none of ${[...rules.keys()].join(", ")}`];
    // YAML writes a field that was left empty as null; the required ones were told as missing.
    return value === null ? [] : rule(value).map((problem) => `${path}.${field}${problem}`);
  });
}

function replayOf(name: string, entry: object): DeclaredReplay {
  const [project = "", logstore = "", consumerGroup = ""] = name.split("/");
  return { name, args: { project, logstore, consumerGroup, ...entry } as sls.ConsumerGroupReplayArgs };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;
const words = ["begin", "end", "keep", "previous"];

/** What Pulumi makes of a time without quotes in a stack's file. */
const unquotedTime = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)? [+-]\d{4} \S+$/;
const quoteIt = " is a time without quotes, which YAML changes on the way; put it in quotes";

function instant(value: unknown): readonly string[] {
  if (typeof value === "string" && unquotedTime.test(value)) return [quoteIt];
  if (typeof value === "string" && rfc3339.test(value) && !Number.isNaN(Date.parse(value))) return [];
  return [' is not an RFC 3339 instant in quotes, such as "2026-11-20T20:00:00+08:00"'];
}

function position(value: unknown): readonly string[] {
  if (typeof value === "string" && (words.includes(value) || value.startsWith("cursor:"))) return [];
  const problems = instant(value);
  if (problems.length === 0 || problems.includes(quoteIt)) return problems;
  return [` is none of: an RFC 3339 instant in quotes, ${words.join(", ")}, cursor:<base64>`];
}

function positions(value: unknown): readonly string[] {
  if (!isMap(value)) return position(value);
  return Object.entries(value).flatMap(([shard, target]) =>
    position(target).map((problem) => `[${JSON.stringify(shard)}]${problem}`),
  );
}

function text(value: unknown): readonly string[] {
  return typeof value === "string" && value.trim() !== "" ? [] : [" is not a text"];
}

function flag(value: unknown): readonly string[] {
  return typeof value === "boolean" ? [] : [" is neither true nor false"];
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? [] : [" is not a list"];
}
