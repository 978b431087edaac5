import { encodeLogGroupMessage } from "../../../emulator/src/wire/logGroupEncoder.js";
import { cursorOf, logstoreNamesOf, shardsOf } from "./answers.js";
import { Bench, describeRefusal } from "./bench.js";
import {
  createLogstore,
  deleteLogstore,
  getCursor,
  getLogstore,
  listLogstores,
  listShards,
  postLogs,
} from "./calls.js";
import { type Reply, isDenied, isDone, isKeyRefused, isLogstoreMissing, outcomeOf } from "./reply.js";
import { type Wire } from "./wire.js";
import { ConnectionLost, ProbeFailure, VerificationRefused } from "./wireFailures.js";

/** Every logstore that `verify` makes begins so. */
export const prefix = "sls-checkpoint-verify-";

const pattern = /^sls-checkpoint-verify-[0-9a-f]{12}$/;

/** Log groups in each shard, so that a cursor before the end is one of a log group. */
const logGroupsPerShard = 3;

const forLogstore = { total: 120_000, step: 2_000 };

/** How a logstore that had to go went. */
export type Removal =
  | { readonly kind: "removed"; readonly name: string }
  /** Nobody knows whether it is still there, or it is. */
  | { readonly kind: "left"; readonly name: string; readonly why: string };

/** What is known of the creation of a logstore. */
type Creation = "asked" | "answered";

/** The logstores that a run makes, and how they go away again. Nothing but what was made here is ever removed. */
export class ScratchLogstores {
  readonly #wire: Wire;
  readonly #tell: (line: string) => void;
  readonly #newName: () => string;
  /** By name; what was refused is not among them. */
  readonly #made = new Map<string, Creation>();

  constructor(wire: Wire, tell: (line: string) => void, newName: () => string) {
    this.#wire = wire;
    this.#tell = tell;
    this.#newName = newName;
  }

  /** All that may be there. */
  get names(): readonly string[] {
    return [...this.#made.keys()];
  }

  /** Makes the logstore that probes stand on, and fills it. */
  async open(): Promise<Bench> {
    const name = this.#newName();
    await this.#requireRemovable(name);
    const made = await this.create(2, name);
    if (!isDone(made)) throw refusedToMake(made);
    const bench = new Bench(this.#wire, name, this.#tell);
    await this.#whenUsable(bench);
    return bench;
  }

  /** Makes a logstore, which is removed at the end, and answers whether it came to be. */
  async create(shardCount: number, name = this.#newName()): Promise<Reply> {
    // Noted before it is asked for: the answer may be lost.
    this.#made.set(name, "asked");
    const reply = await this.#wire.ask(createLogstore(name, shardCount));
    if (isDone(reply)) this.#made.set(name, "answered");
    else if (reply.status <= 499) this.#made.delete(name);
    return reply;
  }

  /** A key that may create and not delete would leave the logstore behind: asked for before there is one. */
  async #requireRemovable(name: string): Promise<void> {
    const reply = await this.#wire.ask(deleteLogstore(name));
    if (isLogstoreMissing(reply)) return;
    const what = describeRefusal(reply);
    if (isKeyRefused(reply)) {
      throw new VerificationRefused(`The key is not accepted, so nothing was created.\n${what}`);
    }
    if (isDenied(reply)) {
      throw new VerificationRefused(
        `The key may not delete logstores, so nothing was created.\n${what}\nUse a key with the policy above.`,
      );
    }
    throw new VerificationRefused(`Nothing was created.\n${what}\n${wayOut(reply)}`);
  }

  async #whenUsable(bench: Bench): Promise<void> {
    const { logstore } = bench;
    await bench.until("the new logstore", forLogstore, async () => {
      const reply = await this.#wire.ask(listShards(logstore));
      return isDone(reply) && shardsOf(reply).length === 2 ? "so" : reply;
    });
    for (const { shard, keys } of await bench.shards()) {
      if (keys === undefined) throw new ProbeFailure("ListShards does not show the keys of a shard");
      for (let index = 0; index < logGroupsPerShard; index += 1) {
        const log = {
          time: Math.floor(this.#wire.serverNow / 1_000),
          contents: { sequence: String(index) },
        };
        const message = encodeLogGroupMessage({ logs: [log], topic: "sls-checkpoint-verify" });
        await bench.until("the new logstore to take logs", forLogstore, async () => {
          const reply = await this.#wire.ask(postLogs(logstore, keys.begin, message));
          return isDone(reply) ? "so" : reply;
        });
      }
      await bench.until("the log groups", forLogstore, async () => {
        const begin = await this.#wire.ask(getCursor(logstore, shard, "begin"));
        const end = await this.#wire.ask(getCursor(logstore, shard, "end"));
        if (!isDone(begin)) return begin;
        return isDone(end) && cursorOf(begin) !== cursorOf(end) ? "so" : end;
      });
    }
  }

  /** Removes everything that was made. What cannot be removed is told of, and never thrown. */
  async remove(): Promise<readonly Removal[]> {
    const removals: Removal[] = [];
    for (const [name, creation] of [...this.#made].reverse()) {
      removals.push(await removeLogstore(this.#wire.unstoppable(), name, creation));
    }
    return removals;
  }
}

const removalTries = 4;
const betweenRemovals = 2_000;

/** Removes one logstore. One whose creation was not answered may come to be later, also where it is not there now. */
export async function removeLogstore(
  wire: Wire,
  name: string,
  creation: Creation = "answered",
): Promise<Removal> {
  let why = "";
  for (let attempt = 1; attempt <= removalTries; attempt += 1) {
    try {
      const reply = await wire.ask(deleteLogstore(name));
      const isAbsent = reply.status === 404;
      const isSaidGone = isDone(reply) || (isAbsent && creation === "answered");
      if (isSaidGone && (await isNotShown(wire, name))) return { kind: "removed", name };
      why = whyLeft(reply, isSaidGone);
    } catch (error) {
      const isKnown = error instanceof ConnectionLost || error instanceof VerificationRefused;
      if (!isKnown) throw error;
      // It was tried for some seconds already, or there is no key any more.
      return { kind: "left", name, why: error.message };
    }
    if (attempt < removalTries) await wire.wait(betweenRemovals);
  }
  return { kind: "left", name, why };
}

/** Whether the logstore is not shown any more: a proxy's page, or a part that does not know of it, answered its removal. */
async function isNotShown(wire: Wire, name: string): Promise<boolean> {
  const reply = await wire.ask(getLogstore(name));
  return isLogstoreMissing(reply) || isDenied(reply);
}

function whyLeft(reply: Reply, isSaidGone: boolean): string {
  if (isSaidGone) return `it is still shown after ${reply.operation} was answered ${outcomeOf(reply)}`;
  return reply.status === 404
    ? "its creation was not answered, and it is not there yet"
    : describeRefusal(reply);
}

/** The logstores of former runs that were left, by their exact pattern. */
export async function leftLogstores(wire: Wire): Promise<readonly string[]> {
  const reply = await wire.ask(listLogstores(prefix));
  if (!isDone(reply)) throw new VerificationRefused(`${describeRefusal(reply)}\n${wayOut(reply)}`);
  return logstoreNamesOf(reply).filter((name) => pattern.test(name));
}

/** The logstores of a project that no run of `verify` made. */
export async function otherLogstores(wire: Wire): Promise<readonly string[]> {
  const reply = await wire.ask(listLogstores());
  if (!isDone(reply)) throw new VerificationRefused(`${describeRefusal(reply)}\n${wayOut(reply)}`);
  return logstoreNamesOf(reply).filter((name) => !pattern.test(name));
}

function refusedToMake(reply: Reply): VerificationRefused {
  return new VerificationRefused(
    `The scratch logstore was not created.\n${describeRefusal(reply)}\n${wayOut(reply)}`,
  );
}

function wayOut(reply: Reply): string {
  if (isKeyRefused(reply)) return "Nothing was changed.";
  if (isDenied(reply)) return "sls-checkpoint verify prints the policy that the key needs, before it asks.";
  if (/quota/i.test(reply.code ?? "")) {
    return "The project is full: delete a logstore that nobody needs, name another project, or ask for more in the SLS console.";
  }
  if (/^ProjectNotExist$/i.test(reply.code ?? ""))
    return "Check --project, and that --region is the region it is in.";
  return `See ${outcomeOf(reply)} in the SLS documentation${reply.requestId === undefined ? "" : `; request id ${reply.requestId}`}.`;
}
