import { type Bench, type ScratchGroup } from "./bench.js";
import { type CheckpointRow } from "./answers.js";
import { type Finding, seenIn, unclear } from "./finding.js";
import { type Reply, isDone, outcomeOf } from "./reply.js";

/** The shard of the scratch logstore that is never split. */
export const wholeShard = 1;

/** A group with one shard that was saved from outside, as far as that is accepted. */
export interface TouchedShard {
  readonly group: ScratchGroup;
  readonly begin: string;
  readonly end: string;
  /** The answer to a save that nothing is wrong with. */
  readonly control: Reply;
  /** What is shown of it, where it was accepted. */
  readonly record: CheckpointRow | undefined;
}

export async function touchShard(bench: Bench, shard = wholeShard): Promise<TouchedShard> {
  const group = await bench.openGroup();
  const begin = await bench.cursor(shard, "begin");
  const end = await bench.cursor(shard, "end");
  const control = await group.save({ shard, checkpoint: begin, force: true });
  const record = isDone(control) ? await group.shown(shard, begin) : undefined;
  return { group, begin, end, control, record };
}

/** Whether a save was refused for what it differs in from the one that nothing is wrong with. */
export function isRefusedUnlike(reply: Reply, control: Reply): boolean {
  return reply.status >= 400 && reply.status <= 499 && (isDone(control) || reply.code !== control.code);
}

/** What can be said where a save that nothing is wrong with is refused as well. */
export function hiddenBy(control: Reply, replies: readonly Reply[] = []): Finding<never> {
  return unclear(
    `cannot be told: a save of a shard that nobody touched is refused too (${outcomeOf(control)})`,
    seenIn([control, ...replies]),
  );
}

/** What can be said where a save was accepted and is not shown. */
export function neverShown(replies: readonly Reply[]): Finding<never> {
  return unclear("accepted, but GetCheckPoint did not show it within 30 s", seenIn(replies));
}
