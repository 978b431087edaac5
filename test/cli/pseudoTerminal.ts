import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const script = fileURLToPath(new URL("terminal.py", import.meta.url));

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export const narrow: Size = { columns: 60, rows: 24 };
export const wide: Size = { columns: 300, rows: 50 };

export const ctrlC = "\u0003";
export const ctrlD = "\u0004";
/** The window with the terminal is closed. */
export const hangUp = null;

/** What is typed once a text has appeared. */
export type Typing = readonly (readonly [after: string, keys: string | typeof hangUp])[];

/** How a command ended, and what a person saw of it. */
export interface Seen {
  readonly code: number | null;
  readonly received: string;
}

/** Runs a command as a person does who sits at a terminal. */
export async function onTerminal(
  { columns, rows }: Size,
  typing: Typing,
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Seen> {
  const args = [script, String(columns), String(rows), JSON.stringify(typing), ...command];
  const env = { PATH: process.env["PATH"], TERM: "xterm-256color", ...environment };
  const child = spawn("python3", args, { env });
  let received = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (received += text));
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, received }));
  });
}

/** The length of the longest line that was received. */
export function widest(received: string): number {
  const lines = stripVTControlCharacters(received).split(/\r?\n/);
  return Math.max(...lines.map(({ length }) => length));
}
