import { type LifecycleContext } from "../../../provider/src/lifecycle/context.js";
import { type Declared } from "../../../provider/src/lifecycle/declared.js";
import { RefusedError, UnfinishedError } from "../../../provider/src/lifecycle/failures.js";
import { ProcessMemory } from "../../../provider/src/lifecycle/processMemory.js";
import { type Life, lives } from "../../../provider/src/lives.js";
import { SlsError } from "../../../provider/src/sls/errors.js";
import { describeReport } from "../../../provider/src/texts/describeReport.js";
import { type Bench, ScratchGroup, forGroups } from "./bench.js";
import { getCheckPoint } from "./calls.js";
import { ProbeFailure } from "./wireFailures.js";

/** One step of the provider on the scratch logstore, and whether the service then showed what it says. */
export interface ProductStep {
  readonly name: string;
  /** Why it did not pass; undefined where it did. */
  readonly failure: string | undefined;
  /** Requests that the provider sent for it. */
  readonly requests: number;
}

const shards = [0, 1] as const;

/** What the engine would keep of one resource. */
interface Saved {
  readonly inputs: Declared;
  readonly outs: Declared;
}

/** A group, and what the engine keeps of the replay of it. */
interface Replayed {
  readonly group: ScratchGroup;
  plan?: Saved;
  apply?: Saved;
}

/** Uses the provider once as Pulumi does, on a group of its own: pins, replays, rolls back, and reads each back. */
export async function tryProduct(
  bench: Bench,
  context: LifecycleContext,
  sent: () => number,
): Promise<readonly ProductStep[]> {
  const trial = new Trial(bench, context, await bench.openGroup(), await bench.openGroup());
  const steps: ProductStep[] = [];
  for (const [name, doIt] of trial.steps) {
    const before = sent();
    trial.startProcess();
    const failure = await failureOf(doIt);
    steps.push({ name, failure, requests: sent() - before });
    // What comes after goes back to what came before.
    if (failure !== undefined) break;
  }
  return steps;
}

async function failureOf(doIt: () => Promise<void>): Promise<string | undefined> {
  try {
    await doIt();
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError || error instanceof UnfinishedError)
      return describeReport(error.report);
    if (SlsError.isInstance(error) || error instanceof ProbeFailure) return error.message;
    throw error;
  }
}

class Trial {
  readonly #bench: Bench;
  #context: LifecycleContext;
  readonly #pinned: ScratchGroup;
  /** Two declarations of a replay, each with its own group. */
  readonly #replayed: Replayed;
  readonly #beside: Replayed;

  constructor(bench: Bench, context: LifecycleContext, pinned: ScratchGroup, replayed: ScratchGroup) {
    this.#bench = bench;
    this.#context = context;
    this.#pinned = pinned;
    this.#replayed = { group: replayed };
    this.#beside = { group: new ScratchGroup(bench, "beside") };
  }

  /** Pulumi starts a process for each up, and nothing remembers the one before. */
  startProcess(): void {
    this.#context = { ...this.#context, memory: new ProcessMemory() };
  }

  /** The replay has a group of its own: in the one with the pins, these would pass for consumers that are alive. */
  readonly steps: readonly (readonly [string, () => Promise<void>])[] = [
    ["ConsumerGroupCheckpoint of each shard at its end", () => this.#pin()],
    ['ConsumerGroupReplay from "end"', () => this.#replay(this.#replayed, "end", "end")],
    ['the same ConsumerGroupReplay from "begin"', () => this.#replay(this.#replayed, "begin", "begin")],
    ['the same ConsumerGroupReplay from "previous"', () => this.#replay(this.#replayed, "previous", "end")],
    ['ConsumerGroup beside it, replayed from "begin" and deleted', () => this.#replayBeside()],
  ];

  async #pin(): Promise<void> {
    for (const shard of shards) {
      const checkpoint = await this.#bench.cursor(shard, "end");
      await this.#up(lives.checkpoint, undefined, { ...this.#identityOf(this.#pinned), shard, checkpoint });
    }
    await this.#showsAll(this.#pinned, "end");
  }

  async #replay(replayed: Replayed, from: string, place: "begin" | "end"): Promise<void> {
    const identity = { ...this.#identityOf(replayed.group), self: "sls-checkpoint verify" };
    replayed.plan = await this.#up(lives.replayPlan, replayed.plan, { ...identity, from });
    const { plan } = replayed.plan.outs;
    replayed.apply = await this.#up(lives.replayApply, replayed.apply, { ...identity, plan });
    await this.#showsAll(replayed.group, place);
  }

  async #replayBeside(): Promise<void> {
    const { group } = this.#beside;
    // Its own pin is as young as a consumer's commit would be.
    const declared = { ...this.#identityOf(group), forceDelete: true };
    const { outs } = await this.#up(lives.consumerGroup, undefined, declared);
    await this.#replay(this.#beside, "begin", "begin");
    await lives.consumerGroup.delete(outs, this.#context);
    await this.#bench.until("the end of the consumer group", forGroups, async () => {
      const reply = await this.#bench.wire.ask(getCheckPoint(this.#bench.logstore, group.name));
      return reply.status === 404 ? "so" : reply;
    });
  }

  #identityOf({ name }: ScratchGroup): Declared {
    return { project: this.#bench.wire.project, logstore: this.#bench.logstore, consumerGroup: name };
  }

  /** What an up calls: check, then create; or check, diff and update where there is something already. */
  async #up(life: Life, saved: Saved | undefined, news: Declared): Promise<Saved> {
    const { inputs, problems, refused } = await life.check(saved?.inputs ?? {}, news, this.#context);
    if (refused !== undefined) throw new ProbeFailure(describeReport(refused));
    const [problem] = problems;
    if (problem !== undefined) throw new ProbeFailure(`${problem.property} ${problem.reason}`);
    if (saved === undefined) return { inputs, outs: (await life.create(inputs, this.#context)).outs };
    await life.diff(saved.outs, inputs, this.#context);
    return { inputs, outs: await life.update(saved.outs, inputs, this.#context) };
  }

  async #showsAll(group: ScratchGroup, place: "begin" | "end"): Promise<void> {
    for (const shard of shards) {
      const cursor = await this.#bench.cursor(shard, place);
      if ((await group.shown(shard, cursor)) !== undefined) continue;
      throw new ProbeFailure(`GetCheckPoint does not show shard ${String(shard)} at its ${place}`);
    }
  }
}
