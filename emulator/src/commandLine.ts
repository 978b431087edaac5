import { parseArgs } from "node:util";
import { guide } from "./guide.js";
import { plant, readSeed, type Seed } from "./seed.js";
import { JsonProblem } from "./jsonReader.js";
import { defaultIdentity } from "./service/identity.js";
import { SlsEmulator } from "./slsEmulator.js";
import type { LoggedRequest } from "./wire/requestLog.js";

const help = `Usage: sls-emulator [options]

A local Alibaba Cloud Simple Log Service. State is in memory and gone when it stops.

Options:
  --port N      port to listen on (default 8077; 0: any free one)
  --host ADDR   address to listen on (default 127.0.0.1)
  --seed FILE   JSON file with what to start with (see the README)
  --json        log requests as JSON, one object a line
  --quiet       do not log requests
  --help        show this
`;

interface Options {
  readonly port: number;
  readonly host: string;
  readonly seed: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly help: boolean;
}

/** Where the command line writes, and what stops it. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Settles when the emulator shall stop. */
  readonly stopped: Promise<void>;
}

class UsageError extends Error {}

/** Runs the command line until it is told to stop; resolves with the exit code. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) {
      terminal.write(help);
      return 0;
    }
    const seed = options.seed === undefined ? undefined : loadSeed(options.seed);
    const emulator = await startEmulator(options, seed, terminal);
    const [identity = defaultIdentity] = seed?.identities ?? [];
    terminal.write(guide(emulator.endpoint, identity));
    await terminal.stopped;
    await emulator.stop();
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.writeError(`sls-emulator: ${error.message}\n`);
    return 2;
  }
}

function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "8077" },
        host: { type: "string", default: "127.0.0.1" },
        seed: { type: "string" },
        json: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return { ...values, seed: values.seed, port: parsePort(values.port) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${(error as Error).message}\nTry sls-emulator --help.`);
  }
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`--port must be a number from 0 to 65535, not ${text}.`);
}

function loadSeed(file: string): Seed {
  try {
    return readSeed(file);
  } catch (error) {
    if (error instanceof JsonProblem)
      throw new UsageError(`the seed file ${file} cannot be used: ${error.message}.`);
    throw error;
  }
}

async function startEmulator(
  { port, host, json, quiet }: Options,
  seed: Seed | undefined,
  terminal: Terminal,
): Promise<SlsEmulator> {
  const write = (request: LoggedRequest): void =>
    terminal.write(
      json
        ? `${JSON.stringify(request)}
`
        : requestLine(request),
    );
  try {
    const emulator = await SlsEmulator.start({
      port,
      host,
      requestLogLimit: 1000,
      ...(seed?.identities && { identities: seed.identities }),
      ...(!quiet && { onRequest: write }),
    });
    if (seed !== undefined) plant(seed, emulator);
    return emulator;
  } catch (error) {
    throw listenProblem(error, host, port);
  }
}

function listenProblem(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return new UsageError(`port ${port} is taken; choose another with --port, or --port 0 for any free one.`);
  }
  if (code === "EADDRNOTAVAIL" || code === "EACCES" || code === "ENOTFOUND") {
    return new UsageError(`cannot listen on ${host}:${port} (${code}).`);
  }
  return error;
}

function requestLine({
  receivedAt,
  method,
  path,
  query,
  call,
  project,
  status,
  errorCode,
  state,
}: LoggedRequest): string {
  const search = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  const target = `${project ?? "-"} ${method} ${path}${search.length > 0 ? "?" : ""}${search.join("&")}`;
  const outcome = state === "failed" ? "connection ended" : [status, errorCode].filter(Boolean).join(" ");
  const line = `${new Date(receivedAt).toISOString()} ${call} ${target} -> ${outcome}`;
  // eslint-disable-next-line no-control-regex -- what a client sends must not steer the terminal
  return `${line.replace(/[\u0000-\u001f\u007f]/g, "?")}\n`;
}
