import { type GroupIdentity, formatGroupId } from "../model/identity.js";
import { type CheckpointRecord } from "../rules/observation.js";
import { type Planned, resume } from "../rules/resume.js";
import { type CheckpointWrite, type WriteOutcome } from "../sls/client.js";
import { SlsError } from "../sls/errors.js";
import { type LifecycleContext } from "./context.js";
import { type Deadline } from "./deadline.js";
import { Progress } from "./progress.js";

/** Writes of one shard in one run; between two of them the shard is read back. */
const mostWrites = 3;

/** In whose name and how a checkpoint is written, and until when. */
export interface WriteOptions extends Omit<CheckpointWrite, "checkpoint"> {
  readonly deadline: Deadline;
}

/** Looks at where shards stand now. */
export type Look = () => Promise<(shard: number) => CheckpointRecord>;

/**
 * How the write of one shard ended.
 *
 * `moved`: it was no longer where it was planned from, before anything was sent. `unverified`: something was sent,
 * and the shard could not be read back. `tooLate`: the deadline passed before anything had been applied.
 */
export type WriteResult =
  | { readonly kind: "pinned"; readonly record: CheckpointRecord; readonly requestId: string | undefined }
  | { readonly kind: "alreadyThere"; readonly record: CheckpointRecord }
  | { readonly kind: "moved"; readonly record: CheckpointRecord }
  | { readonly kind: "uncertain"; readonly record: CheckpointRecord }
  | { readonly kind: "unverified"; readonly error: SlsError }
  | { readonly kind: "failed"; readonly error: SlsError | undefined }
  | { readonly kind: "tooLate" };

/**
 * Writes shards in rounds of look, resume, write, look: each write follows a look that showed its shard where it
 * was planned from, and a write whose answer was lost is followed by another one only where the look shows that it
 * was not applied. Throws only where the very first look fails or the engine is gone.
 */
export async function writeShards(
  identity: GroupIdentity,
  plan: ReadonlyMap<number, Planned>,
  options: WriteOptions,
  look: Look,
  context: LifecycleContext,
): Promise<ReadonlyMap<number, WriteResult>> {
  const results = new Map<number, WriteResult>();
  const open = new Map([...plan].map(([shard, planned]) => [shard, new OpenShard(shard, planned)]));
  for (let round = 0; open.size > 0; round += 1) {
    const seen = await lookAgain(look, round, open, results);
    if (seen === undefined) break;
    for (const shard of [...open.values()]) {
      const result = shard.judge(seen(shard.shard));
      if (result === undefined) continue;
      if (result.kind === "pinned")
        context.memory.noteWritten({ ...identity, shard: shard.shard }, result.record);
      results.set(shard.shard, result);
      open.delete(shard.shard);
    }
    await writeAll(identity, [...open.values()], options, context);
  }
  return results;
}

async function writeAll(
  identity: GroupIdentity,
  shards: readonly OpenShard[],
  options: WriteOptions,
  context: LifecycleContext,
): Promise<void> {
  const progress = new Progress(
    (done, total) => `${formatGroupId(identity)}: wrote ${String(done)} of ${String(total)} shards`,
    context,
  );
  await Promise.all(
    shards.map(async (shard) => {
      await shard.write(identity, options, context);
      progress.step(shards.length);
    }),
  );
}

async function lookAgain(
  look: Look,
  round: number,
  open: Map<number, OpenShard>,
  results: Map<number, WriteResult>,
): Promise<Awaited<ReturnType<Look>> | undefined> {
  try {
    return await look();
  } catch (error) {
    if (round === 0 || !SlsError.isInstance(error)) throw error;
    for (const shard of open.values()) results.set(shard.shard, shard.unread(error));
    return undefined;
  }
}

/** One shard on its way from plan to result. */
class OpenShard {
  #writes = 0;
  #last: WriteOutcome | undefined;
  #requestId: string | undefined;
  #tooLate = false;

  constructor(
    readonly shard: number,
    private readonly planned: Planned,
  ) {}

  /** Its result, or nothing while it may be written. */
  judge(record: CheckpointRecord): WriteResult | undefined {
    switch (resume(this.planned, record.checkpoint, record.updateTime)) {
      case "done":
        return this.#writes === 0
          ? { kind: "alreadyThere", record }
          : { kind: "pinned", record, requestId: this.#requestId };
      case "uncertain":
        return { kind: this.#writes === 0 ? "moved" : "uncertain", record };
      case "write":
        if (this.#tooLate) return { kind: "tooLate" };
        if (this.#last?.kind === "refused") return { kind: "failed", error: this.#last.error };
        return this.#writes < mostWrites ? undefined : { kind: "failed", error: errorOf(this.#last) };
    }
  }

  /** Its result when it cannot be looked at any more. */
  unread(error: SlsError): WriteResult {
    if (this.#tooLate && this.#last === undefined) return { kind: "tooLate" };
    return this.#last?.kind === "refused"
      ? { kind: "failed", error: this.#last.error }
      : { kind: "unverified", error };
  }

  async write(identity: GroupIdentity, options: WriteOptions, context: LifecycleContext): Promise<void> {
    const target = { ...identity, shard: this.shard };
    const { deadline, ...write } = options;
    context.memory.noteWrite(target, { kind: "at", cursor: this.planned.target });
    this.#writes += 1;
    try {
      this.#last = await context.client.updateCheckPoint(
        target,
        { ...write, checkpoint: this.planned.target },
        async () => {
          await context.probeEngine();
          if (deadline.passed()) throw new DeadlinePassed();
        },
      );
    } catch (error) {
      if (!(error instanceof DeadlinePassed)) throw error;
      this.#tooLate = true;
      return;
    }
    if (this.#last.kind === "acknowledged") this.#requestId = this.#last.requestId;
  }
}

/** Ends a write that waited for its turn, or for its next attempt, until it was too late. */
class DeadlinePassed extends Error {
  override readonly name = "DeadlinePassed";
}

function errorOf(outcome: WriteOutcome | undefined): SlsError | undefined {
  return outcome === undefined || outcome.kind === "acknowledged" ? undefined : outcome.error;
}
