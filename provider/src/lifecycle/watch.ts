import { type GroupIdentity } from "../model/identity.js";
import { type Duration, durationOfSeconds } from "../model/duration.js";
import { type CheckpointRecord } from "../rules/observation.js";
import { judgeWatched } from "../rules/overwritten.js";
import { type Planned } from "../rules/resume.js";
import { SlsError } from "../sls/errors.js";
import { type LifecycleContext } from "./context.js";
import { lookAtCheckpoints } from "./observe.js";
import { pause } from "./pause.js";

const interval = durationOfSeconds(5);

/** Watches pins that were written while consumers were alive; answers the records of those that were overwritten. */
export async function watchPins(
  identity: GroupIdentity,
  pins: ReadonlyMap<number, Planned>,
  watchFor: Duration,
  context: LifecycleContext,
): Promise<ReadonlyMap<number, CheckpointRecord>> {
  const watched = new Map(pins);
  const overwritten = new Map<number, CheckpointRecord>();
  for (let left = watchFor; left > 0 && watched.size > 0; left = (left - interval) as Duration) {
    await pause(Math.min(left, interval) as Duration, context);
    const records = await lookOrSay(identity, context);
    if (records === undefined) return overwritten;
    for (const [shard, planned] of [...watched]) {
      const record = records(shard);
      const verdict = judgeWatched(planned, record.checkpoint);
      if (verdict === "untouched") continue;
      watched.delete(shard);
      if (verdict === "overwritten") overwritten.set(shard, record);
    }
  }
  return overwritten;
}

/** The pins are written and read back already, so a watch that cannot go on is said and no failure. */
async function lookOrSay(
  identity: GroupIdentity,
  context: LifecycleContext,
): Promise<((shard: number) => CheckpointRecord) | undefined> {
  try {
    return await lookAtCheckpoints(context.client, identity);
  } catch (error) {
    if (!SlsError.isInstance(error)) throw error;
    context.print(`warning: the pins are written, but can no longer be watched: ${error.message}`);
    return undefined;
  }
}
