import { closeSync, existsSync, openSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommandLine } from "./commandLine.js";
import { type Terminal } from "./terminal.js";
import { LookError } from "./usageError.js";

/** The entry: the one place that knows this process. */

const narrowest = 60;
/** Whatever reads a pipe wants a row in a line. */
const columnsOfPipe = Number.MAX_SAFE_INTEGER;
const usualRows = 24;

const interruption = new AbortController();
process.once("SIGINT", () => {
  // A second Ctrl-C ends at once, as it does everywhere.
  process.once("SIGINT", () => process.exit(130));
  interruption.abort();
});
process.on("SIGTERM", () => interruption.abort());
// A window that is closed sends it twice: from the terminal and from the shell.
process.on("SIGHUP", () => interruption.abort());
// Whoever reads us may have seen enough, as `head` does. What has to be tidied up still is.
let isUnread = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", () => {
    isUnread = true;
    interruption.abort();
  });
}

const { stdout } = process;

const terminal: Terminal = {
  write: (part) => stdout.write(part),
  writeError: (part) => process.stderr.write(part),
  writeFile: (file, content) => {
    try {
      writeFileSync(file, content);
    } catch (cause) {
      throw new LookError(`--output: ${(cause as Error).message}`, { cause });
    }
  },
  requireWritable: (file) => {
    try {
      const wasThere = existsSync(file);
      closeSync(openSync(file, "a"));
      if (!wasThere) unlinkSync(file);
    } catch (cause) {
      throw new LookError(`--output: ${(cause as Error).message}`, { cause });
    }
  },
  readFile: (file) => (file === "-" ? text(process.stdin) : readFile(file, "utf8")),
  isTerminal: stdout.isTTY,
  // Node.js itself heeds NO_COLOR and TERM here.
  hasColors: stdout.isTTY && stdout.hasColors(),
  size: () => ({
    columns: Math.max(narrowest, stdout.isTTY ? stdout.columns : columnsOfPipe),
    rows: stdout.isTTY ? stdout.rows : usualRows,
  }),
  interrupted: interruption.signal,
  now: Date.now,
  sleep: (milliseconds) =>
    sleep(milliseconds, undefined, { signal: interruption.signal }).catch(() => undefined),
  pause: (milliseconds) => sleep(milliseconds),
  ask,
};

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const reading = createInterface({ input: process.stdin, output: process.stderr });
  // The line editor takes Ctrl-C for itself.
  reading.once("SIGINT", () => interruption.abort());
  try {
    return await reading.question(question, { signal: interruption.signal });
  } catch {
    // Ctrl-C and Ctrl-D leave the cursor behind the question.
    process.stderr.write("\n");
    return "";
  } finally {
    reading.close();
  }
}

function version(): string {
  const description = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8")) as {
    version: string;
  };
  return description.version;
}

void runCommandLine(process.argv.slice(2), version(), terminal).then((exitCode) => {
  process.exitCode = isUnread ? 0 : exitCode;
  // A request that nobody waits for any more would keep the process.
  if (interruption.signal.aborted) stdout.write("", () => process.exit());
});
