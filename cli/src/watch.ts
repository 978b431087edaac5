import { type Output, type ProgressLook } from "./commandArguments.js";
import { type Followed, type FollowedLook } from "./progressCommand.js";
import { jsonLine, textOf } from "./shown.js";
import { plain, wrapped } from "./table.js";
import { type Terminal } from "./terminal.js";

export const interruptedCode = 130;

/** Resolves with nothing as soon as someone presses Ctrl-C. */
export async function interruption({ interrupted }: Terminal): Promise<undefined> {
  if (!interrupted.aborted) {
    await new Promise((resolve) => {
      interrupted.addEventListener("abort", resolve, { once: true });
    });
  }
  return undefined;
}

/**
 * Looks until it is over, the time is up, or someone presses Ctrl-C; shows each look where it is watched, and the
 * last one whole at the end. Returns the exit code.
 */
export async function watch(
  followed: Followed,
  look: ProgressLook,
  output: Output,
  terminal: Terminal,
): Promise<number> {
  const started = terminal.now();
  const screen = new Screen(terminal);
  let last: FollowedLook | undefined;
  for (;;) {
    const seen = await Promise.race([followed.look(), interruption(terminal)]);
    if (seen === undefined) return last === undefined ? interruptedCode : end(last, interruptedCode);
    last = seen;
    const isLate = look.timeout !== undefined && terminal.now() - started >= look.timeout;
    const isLast = seen.isOver || isLate || isSingle(look);
    if (isLast) return end(seen, seen.exitCode);
    if (look.watch) show(seen);
    const left = look.timeout === undefined ? look.interval : look.timeout - (terminal.now() - started);
    await terminal.sleep(Math.max(0, Math.min(look.interval, left)));
    if (terminal.interrupted.aborted) return end(seen, interruptedCode);
  }

  function show(seen: FollowedLook): void {
    if (output.file !== undefined)
      return terminal.writeFile(output.file, textOf(seen, output.format, terminal.size().columns));
    if (output.format === "json") return terminal.write(jsonLine(seen));
    if (output.format !== "table") return;
    if (terminal.isTerminal) return screen.draw(seen.table(terminal.size().columns));
    terminal.write(`${plain(seen.line)}\n`);
  }

  function end(seen: FollowedLook, exitCode: number): number {
    screen.clear();
    const isStream = look.watch && output.format === "json";
    const text = isStream ? jsonLine(seen) : textOf(seen, output.format, terminal.size().columns);
    if (output.file === undefined) terminal.write(text);
    else terminal.writeFile(output.file, text);
    return terminal.interrupted.aborted ? interruptedCode : exitCode;
  }
}

function isSingle({ watch: watches, timeout }: ProgressLook): boolean {
  return !watches && timeout === undefined;
}

/** What was drawn last, so that the next is drawn over it. */
class Screen {
  readonly #terminal: Terminal;
  #lines = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Draws as much as the terminal has room for: what is above its upper edge cannot be drawn over. */
  draw(text: string): void {
    const { columns, rows } = this.#terminal.size();
    const lines = text
      .trimEnd()
      .split("\n")
      .flatMap((line) => wrapped(line, columns));
    const room = Math.max(1, rows - 2);
    const shown = lines.length > room ? [...lines.slice(0, room - 1), "…"] : lines;
    this.clear();
    this.#terminal.write(`${shown.join("\n")}\n`);
    this.#lines = shown.length;
  }

  clear(): void {
    if (this.#lines > 0) this.#terminal.write(`\u001b[${String(this.#lines)}A\u001b[J`);
    this.#lines = 0;
  }
}
