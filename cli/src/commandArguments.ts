import { type ParseArgsConfig, parseArgs } from "node:util";
import { parseDuration, millisecondsOf } from "../../provider/src/model/duration.js";
import { type CommandName, commands } from "./help.js";
import { UsageError } from "./usageError.js";
import { type VerifyRequest } from "./verify/verifyCommand.js";

export const formats = ["table", "json", "markdown", "html", "prometheus"] as const;

export type Format = (typeof formats)[number];

export const failures = ["overwritten", "lost", "stalled"] as const;

export type Failure = (typeof failures)[number];

/** What the command line asks for. */
export type Request =
  | { readonly kind: "help"; readonly command: CommandName | undefined }
  | { readonly kind: "version" }
  | { readonly kind: "verify"; readonly verify: VerifyRequest; readonly connection: Connection }
  | { readonly kind: "look"; readonly look: Look; readonly connection: Connection; readonly output: Output };

export interface Output {
  readonly format: Format;
  readonly file: string | undefined;
}

/** The configuration that was written on the command line, by the keys of the provider. */
export type Connection = Readonly<Record<string, string>>;

/** One position for all shards, or one for each that is named. */
export type Positions = string | Readonly<Record<string, string>>;

export type Look =
  | { readonly command: "status"; readonly target: Target }
  | {
      readonly command: "plan";
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly program: boolean;
    }
  | ProgressLook;

export interface ProgressLook {
  readonly command: "progress";
  readonly group: Group;
  readonly shards: string | undefined;
  readonly until: Positions | undefined;
  readonly watch: boolean;
  /** Milliseconds; undefined for one look, or for a watch without end. */
  readonly timeout: number | undefined;
  readonly interval: number;
  readonly failOn: readonly Failure[];
}

export interface Target {
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup?: string;
}

export type Group = Required<Target>;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const positions = { type: "string", multiple: true } as const;

const shared = {
  region: text,
  endpoint: text,
  profile: text,
  concurrency: text,
  format: text,
  output: text,
  help: flag,
} as const;

const options = {
  status: shared,
  plan: {
    ...shared,
    from: positions,
    until: positions,
    "max-move": text,
    "apply-before": text,
    reason: text,
    "allow-skip": flag,
    "allow-truncated": flag,
    "allow-unordered": flag,
    "print-program": flag,
  },
  progress: {
    ...shared,
    shards: text,
    until: positions,
    watch: flag,
    timeout: text,
    interval: text,
    "fail-on": text,
  },
  verify: {
    project: text,
    region: text,
    endpoint: text,
    profile: text,
    "denied-profile": text,
    output: text,
    "probe-limits": flag,
    keep: flag,
    clean: flag,
    yes: flag,
    help: flag,
  },
} as const;

/** Reads the command line; throws a UsageError that says what is right. */
export function readArguments(args: readonly string[]): Request {
  const [first, ...rest] = args;
  if (first === undefined || first === "help" || first === "--help") return helpRequest(rest[0]);
  if (first === "--version") return { kind: "version" };
  const command = commands.find((known) => known === first);
  if (command === undefined) throw noCommand(first);
  const { values, positionals } = parsed(command, rest);
  if (values["help"] === true) return { kind: "help", command };
  const given = values as Values;
  if (command === "verify") {
    return { kind: "verify", verify: readVerify(given, positionals), connection: readConnection(given) };
  }
  return {
    kind: "look",
    connection: readConnection(given),
    output: {
      format: oneOf("format", formats, given["format"] ?? "table"),
      file: given["output"],
    },
    look: readLook(command, given, positionals),
  };
}

type Values = Readonly<Record<string, string | undefined>> & {
  readonly from?: never;
  readonly until?: never;
};

function helpRequest(name: string | undefined): Request {
  const command = commands.find((known) => known === name);
  if (name !== undefined && command === undefined) throw noCommand(name);
  return { kind: "help", command };
}

function noCommand(name: string): UsageError {
  return new UsageError(`there is no command ${name}; there are ${commands.join(", ")}`);
}

function parsed(command: CommandName, args: readonly string[]) {
  try {
    const config: ParseArgsConfig = { args: [...args], options: options[command], allowPositionals: true };
    return parseArgs(config);
  } catch (error) {
    // The first sentence says which; the rest is about arguments that begin with a dash.
    const [sentence = ""] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence.replace(/\.$/, "")}; options of ${command}: ${optionNames(command)}`, {
      cause: error,
    });
  }
}

function optionNames(command: CommandName): string {
  return Object.keys(options[command])
    .map((name) => `--${name}`)
    .join(", ");
}

function readConnection(values: Values): Connection {
  const keys = {
    region: "sls:region",
    endpoint: "sls:endpoint",
    profile: "sls:profile",
    concurrency: "sls:maxConcurrency",
  };
  return Object.fromEntries(
    Object.entries(keys).flatMap(([name, key]) => {
      const value = values[name];
      if (value === "") throw new UsageError(`--${name} is empty`);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function readVerify(values: Values, positionals: readonly string[]): VerifyRequest {
  const { project, output, "denied-profile": deniedProfile } = values;
  const [surplus] = positionals;
  if (surplus !== undefined)
    throw new UsageError(`verify takes no ${surplus}; name the project with --project`);
  if (!project) throw new UsageError("verify needs --project, such as --project my-test-project");
  if (!/^[a-z0-9][a-z0-9-]*$/.test(project))
    throw new UsageError(`--project ${project} is not a project's name`);
  for (const name of ["output", "denied-profile"]) {
    if (values[name] === "") throw new UsageError(`--${name} is empty`);
  }
  const [clean, keep] = [isSet(values, "clean"), isSet(values, "keep")];
  const beside = ["keep", "probe-limits", "output", "denied-profile"].find(
    (name) => values[name] !== undefined,
  );
  if (clean && beside !== undefined)
    throw new UsageError(`--clean asks nothing, so --${beside} has no meaning`);
  return {
    project,
    deniedProfile,
    probeLimits: isSet(values, "probe-limits"),
    keep,
    clean,
    yes: isSet(values, "yes"),
    output,
  };
}

function readLook(
  command: Exclude<CommandName, "verify">,
  values: Values,
  positionals: readonly string[],
): Look {
  const [target, ...more] = positionals;
  const form = command === "status" ? "PROJECT/LOGSTORE[/GROUP]" : "PROJECT/LOGSTORE/GROUP";
  if (target === undefined) throw new UsageError(`${command} needs ${form}, such as shop/orders/billing`);
  if (more.length > 0) throw new UsageError(`${command} takes one ${form}, and not also ${more.join(" ")}`);
  if (command === "status") return { command, target: readTarget(target, form) };
  const group = readGroup(target, form);
  return command === "plan" ? readPlan(group, values) : readProgress(group, values);
}

function readTarget(target: string, form: string): Target {
  const [project, logstore, consumerGroup, ...more] = target.split("/");
  if (!project || !logstore || consumerGroup === "" || more.length > 0) {
    throw new UsageError(`${target} is not of the form ${form}`);
  }
  return { project, logstore, ...(consumerGroup !== undefined && { consumerGroup }) };
}

function readGroup(target: string, form: string): Group {
  const { consumerGroup, ...logstore } = readTarget(target, form);
  if (consumerGroup === undefined) throw new UsageError(`${target} names no group; write ${form}`);
  return { ...logstore, consumerGroup };
}

function readPlan(group: Group, values: Values): Look {
  const from = readPositions("from", values.from);
  const until = readPositions("until", values.until);
  const program = isSet(values, "print-program");
  if (from === undefined && !program) {
    throw new UsageError("plan needs --from, such as --from 2026-11-20T08:00:00+08:00, or --print-program");
  }
  if (until !== undefined && program) {
    throw new UsageError("--until is for the consumers, and no input of a replay; leave out --print-program");
  }
  const inputs = {
    ...group,
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(values["max-move"] !== undefined && { maxMove: values["max-move"] }),
    ...(values["apply-before"] !== undefined && { applyBefore: values["apply-before"] }),
    ...(values["reason"] !== undefined && { reason: values["reason"] }),
    ...(isSet(values, "allow-skip") && { allowSkip: true }),
    ...(isSet(values, "allow-truncated") && { allowTruncated: true }),
    ...(isSet(values, "allow-unordered") && { allowUnordered: true }),
  };
  return { command: "plan", inputs, program };
}

function isSet(values: Readonly<Record<string, unknown>>, name: string): boolean {
  return values[name] === true;
}

function readPositions(
  option: "from" | "until",
  given: readonly string[] | undefined,
): Positions | undefined {
  if (given === undefined) return undefined;
  const entries = given.map((each) => /^(\d+|\*)=(.*)$/s.exec(each));
  const [only = ""] = given;
  if (given.length === 1 && entries[0] === null) return only;
  const named = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    const [, shard = "", position = ""] = entry ?? [];
    if (entry === null) {
      throw new UsageError(
        `--${option} ${given[index] ?? ""} names no shard; write SHARD=POSITION, and *=POSITION for all others`,
      );
    }
    if (named.has(shard)) throw new UsageError(`--${option} names shard ${shard} twice`);
    named.set(shard, position);
  }
  return Object.fromEntries(named);
}

function readProgress(group: Group, values: Values): Look {
  const timeout = readDuration(values, "timeout");
  return {
    command: "progress",
    group,
    shards: values["shards"],
    until: readPositions("until", values.until),
    watch: isSet(values, "watch"),
    timeout,
    interval: readDuration(values, "interval") ?? 10_000,
    failOn: readFailures(values["fail-on"] ?? "overwritten,lost"),
  };
}

function readDuration(values: Values, name: string): number | undefined {
  const given = values[name];
  if (given === undefined) return undefined;
  const duration = parseDuration(given);
  if (!duration.ok) throw new UsageError(`--${name} ${given} ${duration.problem}`);
  const milliseconds = millisecondsOf(duration.value);
  if (milliseconds < 1_000)
    throw new UsageError(`--${name} ${given} is shorter than a second; write PT1S or more`);
  return milliseconds;
}

function readFailures(list: string): readonly Failure[] {
  return list.split(",").map((name) => oneOf("fail-on", failures, name.trim()));
}

function oneOf<const Value extends string>(name: string, values: readonly Value[], given: string): Value {
  const found = values.find((value) => value === given);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} ${given} is not one of ${values.join(", ")}`);
}
