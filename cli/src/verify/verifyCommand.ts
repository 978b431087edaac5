import { randomBytes } from "node:crypto";
import { type LifecycleContext } from "../../../provider/src/lifecycle/context.js";
import { ProcessMemory } from "../../../provider/src/lifecycle/processMemory.js";
import { millisecondsOf } from "../../../provider/src/model/duration.js";
import { instantOfMilliseconds } from "../../../provider/src/model/instant.js";
import { SlsClient } from "../../../provider/src/sls/client.js";
import { type Configuration, readConfiguration } from "../../../provider/src/sls/configuration.js";
import { Connections } from "../../../provider/src/sls/connections.js";
import { type Endpoint, hostOf, regionOf } from "../../../provider/src/sls/endpoint.js";
import { credentialsSource } from "../../../provider/src/sls/official/credentialsSource.js";
import { type Connection } from "../commandArguments.js";
import { inFlags } from "../reader.js";
import { plain, wrapped } from "../table.js";
import { type Terminal } from "../terminal.js";
import { LookError } from "../usageError.js";
import { interruptedCode } from "../watch.js";
import { announce } from "./announcement.js";
import { leftLogstores, otherLogstores, prefix, removeLogstore } from "./scratchLogstores.js";
import { type Verification, verify } from "./verification.js";
import { type Circumstances, describeVerification, observedJson } from "./verificationReport.js";
import { Wire, type WireEffects } from "./wire.js";
import { ConnectionLost, Interrupted, VerificationRefused } from "./wireFailures.js";

/** What `verify` is asked for on the command line. */
export interface VerifyRequest {
  readonly project: string;
  readonly deniedProfile: string | undefined;
  readonly probeLimits: boolean;
  readonly keep: boolean;
  readonly clean: boolean;
  /** Whether nothing is asked back. */
  readonly yes: boolean;
  readonly output: string | undefined;
}

/** Finds out what the emulator assumes, or removes what former runs left; returns the exit code. */
export async function verifyCommand(
  request: VerifyRequest,
  connection: Connection,
  version: string,
  terminal: Terminal,
): Promise<number> {
  const place = placeOf(request.project, connection, version);
  const effects = effectsOf(place.configuration, terminal);
  const wire = openWire(place, effects);
  try {
    return request.clean
      ? await clean(wire, request, terminal)
      : await verifyAt({ place, effects, wire, request, connection, version, terminal });
  } catch (error) {
    if (error instanceof Interrupted) return interruptedCode;
    if (error instanceof ConnectionLost || error instanceof VerificationRefused) {
      throw new LookError(error.message, { cause: error });
    }
    throw error;
  }
}

/** A project, and how it is reached. */
interface Place {
  readonly project: string;
  readonly configuration: Configuration & { readonly endpoint: Endpoint };
}

function placeOf(project: string, connection: Connection, version: string): Place {
  const configuration = readConfiguration((key) => connection[key], process.env, version);
  const { endpoint, problems } = configuration;
  if (endpoint === undefined || problems.length > 0) throw new LookError(inFlags(problems.join("\n")));
  return { project, configuration: { ...configuration, endpoint } };
}

function effectsOf(configuration: Configuration, terminal: Terminal): WireEffects {
  const connections = new Connections();
  return {
    now: terminal.now,
    monotonic: () => performance.now(),
    sleep: terminal.sleep,
    pause: terminal.pause,
    interrupted: terminal.interrupted,
    dispatcher: (origin) => connections.dispatcher(origin, configuration),
  };
}

function openWire({ project, configuration }: Place, effects: WireEffects): Wire {
  const credentials = credentialsSource(configuration.credentials, configuration);
  return Wire.open({ project, configuration, credentials }, effects);
}

interface Run {
  readonly place: Place;
  readonly effects: WireEffects;
  readonly wire: Wire;
  readonly request: VerifyRequest;
  readonly connection: Connection;
  readonly version: string;
  readonly terminal: Terminal;
}

async function verifyAt(run: Run): Promise<number> {
  const { place, effects, wire, request, connection, version, terminal } = run;
  const { project, probeLimits, keep, deniedProfile } = request;
  const { configuration } = place;
  const host = hostOf(configuration.endpoint, project);
  const denied =
    deniedProfile === undefined
      ? undefined
      : openWire(placeOf(project, { ...connection, "sls:profile": deniedProfile }, version), effects);
  // What would end the run is told before anything is read and agreed to.
  for (const each of [wire, denied]) await each?.unlessInterrupted(each.credentials());
  if (request.output !== undefined) terminal.requireWritable(request.output);
  terminal.writeError(announce({ project, host, probeLimits, keep }, terminal.size().columns));
  if (!(await agreed(request, terminal, "Create it now?"))) return declined(terminal);
  if (probeLimits) await requireEmptyProject(wire);
  const region = connection["sls:region"] ?? regionOf(configuration.endpoint);
  const product = countedProduct(configuration, effects);
  const command = cleaningCommand(project, connection);
  const verification = await verify({
    wire,
    denied,
    region,
    probeLimits,
    keep,
    newName: () => `${prefix}${randomBytes(6).toString("hex")}`,
    tell: (line) => {
      const parts = line.includes(command)
        ? [line]
        : wrapped(plain(line), terminal.size().columns - indent.length);
      terminal.writeError(`${parts.join(`\n${indent}`)}\n`);
    },
    cleaningCommand: command,
    product,
  });
  const circumstances: Circumstances = {
    project,
    host,
    region,
    at: wire.serverNow,
    requests: wire.sent + (denied?.sent ?? 0) + product.sent(),
    clockOffset: wire.seenOffset ?? 0,
    cleaningCommand: command,
  };
  terminal.write(`\n${describeVerification(verification, circumstances, terminal.size().columns)}`);
  if (request.output !== undefined && verification.endedBy === undefined) {
    terminal.writeFile(request.output, observedJson(verification, circumstances));
    terminal.write(`written: ${request.output}, for sls-emulator --assumptions ${request.output}\n`);
  }
  return exitCodeOf(verification);
}

/** Before what goes on in the next line of a narrow terminal. */
const indent = "    ";

const notAllClear = 2;

function exitCodeOf({ findings, product, endedBy, removals }: Verification): number {
  if (endedBy?.kind === "interrupted") return interruptedCode;
  if (endedBy !== undefined || removals.some(({ kind }) => kind === "left")) return 1;
  const isClear = [...findings.values()].every(({ kind }) => kind === "found" || kind === "notAsked");
  return isClear && product.every(({ failure }) => failure === undefined) ? 0 : notAllClear;
}

async function agreed({ yes }: VerifyRequest, terminal: Terminal, question: string): Promise<boolean> {
  if (yes) return true;
  const answer = await terminal.ask(`${question} [y/N] `);
  if (answer === undefined) throw new LookError("Nobody can be asked here: say --yes, where it is meant.");
  return /^y(?:es)?$/i.test(answer.trim());
}

function declined(terminal: Terminal): number {
  terminal.writeError("Nothing was done.\n");
  return terminal.interrupted.aborted ? interruptedCode : 1;
}

/** What fills the quota would keep others in the project from working. */
async function requireEmptyProject(wire: Wire): Promise<void> {
  const [first, ...more] = await otherLogstores(wire);
  if (first === undefined) return;
  throw new VerificationRefused(
    `--probe-limits needs a project that holds nothing else, and ${wire.project} has ` +
      `${first}${more.length === 0 ? "" : ` and ${String(more.length)} more logstores`}.\n` +
      "Nothing was created. Name an empty project, or leave out --probe-limits.",
  );
}

/** The provider's own client and context, with its requests counted. */
function countedProduct(
  configuration: Configuration,
  effects: WireEffects,
): { readonly context: LifecycleContext; readonly sent: () => number } {
  let sent = 0;
  const { now, monotonic, sleep, interrupted } = effects;
  const client = new SlsClient(configuration, credentialsSource(configuration.credentials, configuration), {
    now,
    monotonic,
    sleep: (duration) => sleep(millisecondsOf(duration)),
    random: Math.random,
    dispatcher: (origin) =>
      effects.dispatcher(origin).compose((dispatch) => (options, handler) => {
        sent += 1;
        return dispatch(options, handler);
      }),
  });
  const context: LifecycleContext = {
    client,
    memory: new ProcessMemory(),
    emit: () => undefined,
    // Here it is the person at the terminal who gave the order.
    engineAlive: () => {
      if (interrupted.aborted) throw new Interrupted();
    },
    now: () => instantOfMilliseconds(now()),
    monotonic,
    sleep: (duration) => sleep(millisecondsOf(duration)),
    newId: () => randomBytes(6).toString("base64url"),
    strictPreview: false,
    mostAtOnce: configuration.maxConcurrency,
  };
  return { context, sent: () => sent };
}

/** Removes what former runs left, by the exact pattern of their names, once someone agreed. */
async function clean(wire: Wire, request: VerifyRequest, terminal: Terminal): Promise<number> {
  const names = await leftLogstores(wire);
  if (names.length === 0) {
    terminal.write(`Project ${request.project} has no logstore ${prefix}<12 hexadecimal digits>.\n`);
    return 0;
  }
  terminal.write(
    `Left in project ${request.project}, unless a run is under way:\n${names.map((name) => `  ${name}\n`).join("")}`,
  );
  if (!(await agreed(request, terminal, "Delete them?"))) return declined(terminal);
  let left = 0;
  for (const name of names) {
    const removal = await removeLogstore(wire, name);
    if (removal.kind === "left") left += 1;
    terminal.write(
      removal.kind === "removed" ? `removed ${name}\n` : `✗ ${name} is left: ${plain(removal.why)}\n`,
    );
  }
  return left === 0 ? 0 : 1;
}

function cleaningCommand(project: string, connection: Connection): string {
  const options = ["region", "endpoint", "profile"].flatMap((name) => {
    const value = connection[`sls:${name}`];
    return value === undefined ? [] : [` --${name} ${value}`];
  });
  return `sls-checkpoint verify --clean --project ${project}${options.join("")}`;
}
