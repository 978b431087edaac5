/** What the stack's configuration and outputs say, read with Pulumi's command line. */
import { execFileSync } from "node:child_process";

/** One declared replay, by the name of its group. */
export interface DeclaredReplay {
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Setting {
  readonly value?: string;
  readonly objectValue?: unknown;
}

type Configuration = Readonly<Record<string, Setting>>;

/** Returns the configuration of a stack. Secrets stay hidden. */
export function configurationOf(stack: string): Configuration {
  return JSON.parse(pulumi("config", "--json", "--stack", stack)) as Configuration;
}

/** Returns the replays that index.ts declares from the same configuration. */
export function replaysOf(configuration: Configuration): readonly DeclaredReplay[] {
  const key = Object.keys(configuration).find((name) => name.endsWith(":replays"));
  const replays = (key === undefined ? undefined : configuration[key]?.objectValue) ?? {};
  return Object.entries(replays).map(([name, inputs]) => ({
    name,
    inputs: inputs as DeclaredReplay["inputs"],
  }));
}

/** Returns the flags of `sls-checkpoint` for the connection that the stack declares; its keys are in the environment. */
export function connectionFlags(configuration: Configuration): readonly string[] {
  const region = configuration["sls:region"]?.value ?? configuration["alicloud:region"]?.value;
  const endpoint = configuration["sls:endpoint"]?.value;
  return [
    ...(region === undefined ? [] : ["--region", region]),
    ...(endpoint === undefined ? [] : ["--endpoint", endpoint]),
  ];
}

/** Returns what an output of the program holds for each group. */
export function outputOf(stack: string, output: string): Readonly<Record<string, unknown>> {
  return JSON.parse(pulumi("stack", "output", output, "--json", "--stack", stack)) as Record<string, unknown>;
}

function pulumi(...args: readonly string[]): string {
  return execFileSync("pulumi", [...args, "--non-interactive"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}
