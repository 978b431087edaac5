import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { parseArgs } from "node:util";
import { parseClock } from "./clockOption.js";
import { guide } from "./guide.js";
import { help } from "./help.js";
import { plant, readSeed, type Seed } from "./seed.js";
import { JsonProblem } from "./jsonReader.js";
import { AssumptionProblem, parseAssumption, parseAssumptions } from "./service/assumptionValues.js";
import type { Assumptions } from "./service/assumptions.js";
import { defaultIdentity } from "./service/identity.js";
import { SlsEmulator } from "./slsEmulator.js";
import type { TlsFiles } from "./wire/callServer.js";
import type { LoggedRequest } from "./wire/requestLog.js";

interface Options {
  readonly port: number;
  readonly host: string;
  readonly seed: string | undefined;
  readonly clock: (() => number) | undefined;
  readonly assumptions: Partial<Assumptions>;
  readonly tls: TlsFiles | undefined;
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

/** Every option, as the parser wants it. */
export const optionTable = {
  port: { type: "string", default: "8077" },
  host: { type: "string", default: "127.0.0.1" },
  seed: { type: "string" },
  clock: { type: "string" },
  assumptions: { type: "string" },
  assume: { type: "string", multiple: true },
  cert: { type: "string" },
  key: { type: "string" },
  json: { type: "boolean", default: false },
  quiet: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const knownOptions = `The options are ${Object.keys(optionTable)
  .map((name) => `--${name}`)
  .join(", ")}; sls-emulator --help says what each does.`;

/** Runs the command line until it is told to stop; resolves with the exit code. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) {
      terminal.write(help());
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

/** Reads the arguments; a problem names what is right. */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({ args: [...args], options: optionTable });
    return {
      ...values,
      seed: values.seed,
      port: parsePort(values.port),
      clock: clockOf(values.clock),
      assumptions: assumptionsOf(values.assumptions, values.assume),
      tls: tlsOf(values.cert, values.key),
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${(error as Error).message}\n${knownOptions}`);
  }
}

function clockOf(text: string | undefined): Options["clock"] {
  if (text === undefined) return undefined;
  const clock = parseClock(text, Date.now);
  if (clock !== undefined) return clock;
  throw new UsageError(
    `--clock must be an instant with its zone (2026-11-20T10:00:00Z) or a shift (--clock=-PT1H), between 1970 and 9999, not ${text}.`,
  );
}

function assumptionsOf(file: string | undefined, named: readonly string[] = []): Partial<Assumptions> {
  const fromFile = file === undefined ? {} : loadAssumptions(file);
  try {
    return Object.assign({}, fromFile, ...named.map(parseAssumption)) as Partial<Assumptions>;
  } catch (error) {
    if (error instanceof AssumptionProblem) throw new UsageError(`--assume: ${error.message}.`);
    throw error;
  }
}

function loadAssumptions(file: string): Partial<Assumptions> {
  const text = readFor("assumptions", file);
  try {
    return parseAssumptions(JSON.parse(text));
  } catch (error) {
    if (error instanceof AssumptionProblem || error instanceof SyntaxError)
      throw new UsageError(`the assumptions file ${file} cannot be used: ${error.message}.`);
    throw error;
  }
}

function tlsOf(cert: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new UsageError(
      `--cert and --key go together: --${cert === undefined ? "cert" : "key"} is missing.`,
    );
  }
  const tls = { cert: readFor("cert", cert), key: readFor("key", key) };
  try {
    createSecureContext(tls);
  } catch (error) {
    throw new UsageError(`--cert ${cert} and --key ${key} cannot be used: ${(error as Error).message}.`);
  }
  return tls;
}

function readFor(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--${option} ${file} cannot be read: ${(error as Error).message}.`);
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
  { port, host, json, quiet, clock, assumptions, tls }: Options,
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
      assumptions,
      ...(clock && { clock }),
      ...(tls && { tls }),
      ...(seed?.identities && { identities: seed.identities }),
      ...(!quiet && { onRequest: write }),
    });
    if (seed !== undefined) await plantInto(emulator, seed);
    return emulator;
  } catch (error) {
    throw listenProblem(error, host, port);
  }
}

async function plantInto(emulator: SlsEmulator, seed: Seed): Promise<void> {
  try {
    plant(seed, emulator);
  } catch (error) {
    await emulator.stop();
    throw new UsageError(`the seed cannot be planted: ${(error as Error).message}.`);
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

function requestLine(request: LoggedRequest): string {
  const { receivedAt, method, path, query, call, project, status, errorCode, state } = request;
  const search = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  const target = `${project ?? "-"} ${method} ${path}${search.length > 0 ? "?" : ""}${search.join("&")}`;
  const outcome = state === "failed" ? "connection ended" : [status, errorCode].filter(Boolean).join(" ");
  const line = `${new Date(receivedAt).toISOString()} ${call} ${target}${savedBy(request)} -> ${outcome}`;
  // eslint-disable-next-line no-control-regex -- what a client sends must not steer the terminal
  return `${line.replace(/[\u0000-\u001f\u007f]/g, "?")}\n`;
}

/** What UpdateCheckPoint saves, which stands in no path. */
function savedBy({ call, shard, cursor }: LoggedRequest): string {
  return call === "UpdateCheckPoint" ? ` shard ${shard ?? "?"} cursor ${cursor ?? "?"}` : "";
}
