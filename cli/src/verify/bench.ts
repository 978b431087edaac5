import { type Shard } from "../../../provider/src/sls/calls.js";
import {
  type Save,
  createGroup,
  deleteGroup,
  getCheckPoint,
  getCursor,
  heartBeat,
  listShards,
  updateCheckPoint,
} from "./calls.js";
import {
  type Reply,
  isDenied,
  isDone,
  isKeyRefused,
  isLogstoreMissing,
  isMissing,
  outcomeOf,
} from "./reply.js";
import { type Signing } from "./signedHeaders.js";
import { type Wire, type WireCall } from "./wire.js";
import { ProbeFailure, VerificationRefused } from "./wireFailures.js";
import { shardsOf, cursorOf, checkpointRowsOf, numbersOf, type CheckpointRow } from "./answers.js";

/** How long is waited for what does not come at once. */
export interface Patience {
  readonly total: number;
  readonly step: number;
}

/** A group that was just created or deleted may be seen otherwise for a while. */
export const forGroups: Patience = { total: 120_000, step: 2_000 };
const forWrites: Patience = { total: 30_000, step: 1_000 };
/** What one part of the service has shown, another may not know of for a while. */
const forOtherParts: Patience = { total: 20_000, step: 2_000 };

/** What probes stand on: the scratch logstore, its two shards with log groups, and a wire to it. */
export class Bench {
  readonly wire: Wire;
  readonly logstore: string;
  readonly #tell: (line: string) => void;
  #groups = 0;

  constructor(wire: Wire, logstore: string, tell: (line: string) => void) {
    this.wire = wire;
    this.logstore = logstore;
    this.#tell = tell;
  }

  /** Makes a consumer group of its own for a probe, and waits until it is seen. */
  async openGroup(): Promise<ScratchGroup> {
    this.#groups += 1;
    const name = `probe-${String(this.#groups)}`;
    const made = await this.ask(createGroup(this.logstore, name));
    if (!isDone(made)) throw new ProbeFailure(describeRefusal(made));
    await this.until(`the consumer group ${name}`, forGroups, async () => {
      const reply = await this.wire.ask(getCheckPoint(this.logstore, name));
      return isDone(reply) ? "so" : reply;
    });
    return new ScratchGroup(this, name);
  }

  /** Asks for one group more, whatever the answer. */
  async tryGroup(name: string): Promise<Reply> {
    return this.ask(createGroup(this.logstore, name));
  }

  async shards(): Promise<readonly Shard[]> {
    return shardsOf(await this.done(listShards(this.logstore)));
  }

  async cursor(shard: number, from: "begin" | "end"): Promise<string> {
    return cursorOf(await this.done(getCursor(this.logstore, shard, from)));
  }

  /**
   * The reply to a call in what is known to be there. That it is not says nothing of the call: a part of the service may
   * not know of it yet, or somebody removed it.
   */
  async ask(call: WireCall, signing?: Signing): Promise<Reply> {
    for (let waited = 0; ; waited += forOtherParts.step) {
      const reply = await this.wire.ask(call, signing);
      if (!isMissing(reply)) return reply;
      if (waited >= forOtherParts.total) throw this.#missing(reply);
      await this.wire.wait(forOtherParts.step);
    }
  }

  #missing(reply: Reply): Error {
    if (!isLogstoreMissing(reply)) return new ProbeFailure(describeRefusal(reply));
    return new VerificationRefused(
      `The logstore ${this.logstore} is not there any more: somebody removed it, as verify --clean does.`,
    );
  }

  /** The reply to a call that has to succeed. */
  async done(call: WireCall): Promise<Reply> {
    const reply = await this.ask(call);
    if (isDone(reply)) return reply;
    throw new ProbeFailure(describeRefusal(reply));
  }

  /** Asks until it is so. An answer says why it is not yet; a denial ends the waiting. */
  async until(what: string, { total, step }: Patience, ask: () => Promise<Reply | "so">): Promise<void> {
    for (let waited = 0; ; waited += step) {
      const answer = await ask();
      if (answer === "so") return;
      if (isDenied(answer)) throw new ProbeFailure(describeRefusal(answer));
      if (waited >= total) {
        const last = isDone(answer) ? "" : `; at last, ${describeRefusal(answer)}`;
        throw new ProbeFailure(`${what}: not seen within ${String(total / 1_000)} s${last}`);
      }
      if (waited > 0 && waited % 10_000 === 0) this.#tell(`waiting for ${what}: ${String(waited / 1_000)} s`);
      await this.wire.wait(step);
    }
  }
}

/** A consumer group that belongs to one probe. */
export class ScratchGroup {
  readonly bench: Bench;
  readonly name: string;

  constructor(bench: Bench, name: string) {
    this.bench = bench;
    this.name = name;
  }

  async save(save: Save): Promise<Reply> {
    return this.bench.ask(updateCheckPoint(this.bench.logstore, this.name, save));
  }

  async delete(): Promise<Reply> {
    return this.bench.ask(deleteGroup(this.bench.logstore, this.name));
  }

  async look(): Promise<{ readonly reply: Reply; readonly rows: readonly CheckpointRow[] }> {
    const reply = await this.bench.done(getCheckPoint(this.bench.logstore, this.name));
    return { reply, rows: checkpointRowsOf(reply) };
  }

  /** The record of a shard once it shows a checkpoint; undefined where it does not come to that within half a minute. */
  async shown(shard: number, checkpoint: string): Promise<CheckpointRow | undefined> {
    for (let waited = 0; ; waited += forWrites.step) {
      const { rows } = await this.look();
      const row = rows.find((each) => each.shard === shard && each.checkpoint.trim() === checkpoint.trim());
      if (row !== undefined || waited >= forWrites.total) return row;
      await this.bench.wire.wait(forWrites.step);
    }
  }

  /** Whether a shard comes to show no checkpoint, within half a minute. */
  async isCleared(shard: number): Promise<boolean> {
    for (let waited = 0; ; waited += forWrites.step) {
      const { rows } = await this.look();
      const row = rows.find((each) => each.shard === shard);
      if (row === undefined || row.checkpoint === "") return true;
      if (waited >= forWrites.total) return false;
      await this.bench.wire.wait(forWrites.step);
    }
  }

  /** One heartbeat; the shards that the consumer may read. */
  async beat(consumer: string, held: readonly number[]): Promise<readonly number[]> {
    return numbersOf(await this.bench.done(heartBeat(this.bench.logstore, this.name, consumer, held)));
  }

  /** Lets a consumer beat until it was handed what is asked for; the last shards that it was handed. */
  async beatUntil(
    consumer: string,
    isEnough: (handed: readonly number[]) => boolean,
    beats: number,
  ): Promise<readonly number[]> {
    let held: readonly number[] = [];
    for (let beat = 1; ; beat += 1) {
      held = await this.beat(consumer, held);
      if (isEnough(held) || beat >= beats) return held;
      await this.bench.wire.wait(betweenBeats);
    }
  }
}

const betweenBeats = 2_000;

function wayOutOf(reply: Reply): string {
  if (isKeyRefused(reply)) return "; check the key's id and secret, and that it is not disabled";
  return isDenied(reply) ? "; the key's policy has to allow it" : "";
}

/** Says in one sentence what was refused, and what to do where that is known. */
export function describeRefusal(reply: Reply): string {
  const words = reply.message === undefined || reply.message === "" ? "" : `: ${reply.message}`;
  return `${reply.operation} was answered ${outcomeOf(reply)}${words}${wayOutOf(reply)}`;
}
