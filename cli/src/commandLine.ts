import { type Request, readArguments } from "./commandArguments.js";
import { helpOf } from "./help.js";
import { plan, program } from "./planCommand.js";
import { Followed } from "./progressCommand.js";
import { openReader } from "./reader.js";
import { type Shown, textOf } from "./shown.js";
import { status } from "./statusCommand.js";
import { type Terminal } from "./terminal.js";
import { colored } from "./colors.js";
import { plain } from "./table.js";
import { LookError, UsageError } from "./usageError.js";
import { verifyCommand } from "./verify/verifyCommand.js";
import { interruptedCode, interruption, watch } from "./watch.js";

const failed = 1;

/** Runs the command line; resolves with the exit code. */
export async function runCommandLine(
  args: readonly string[],
  version: string,
  terminal: Terminal,
): Promise<number> {
  try {
    const request = readArguments(args);
    switch (request.kind) {
      case "help":
        terminal.write(helpOf(request.command));
        return 0;
      case "version":
        terminal.write(`${version}\n`);
        return 0;
      case "verify":
        return await verifyCommand(
          request.verify,
          request.connection,
          version,
          terminal.hasColors ? { ...terminal, write: colored(terminal.write) } : terminal,
        );
      case "look":
        return await perform(
          request,
          terminal.hasColors ? { ...terminal, write: colored(terminal.write) } : terminal,
        );
    }
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof LookError)) throw error;
    const way = error instanceof UsageError ? "\nTry sls-checkpoint --help." : "";
    terminal.writeError(`sls-checkpoint: ${error.message.split("\n").map(plain).join("\n")}${way}\n`);
    return failed;
  }
}

async function perform(
  { look, connection, output }: Extract<Request, { kind: "look" }>,
  terminal: Terminal,
): Promise<number> {
  const reader = openReader(connection);
  switch (look.command) {
    case "status":
      return show(await Promise.race([status(reader, look.target), interruption(terminal)]));
    case "plan":
      if (look.program) return print(await program(reader, look));
      return show(await Promise.race([plan(reader, look), interruption(terminal)]));
    case "progress":
      return watch(await Followed.open(reader, look, terminal), look, output, terminal);
  }

  function show(shown: Shown | undefined): number {
    if (shown === undefined) return interruptedCode;
    print(textOf(shown, output.format, terminal.size().columns));
    return shown.exitCode;
  }

  function print(text: string): number {
    if (output.file === undefined) terminal.write(text);
    else terminal.writeFile(output.file, text);
    return 0;
  }
}
