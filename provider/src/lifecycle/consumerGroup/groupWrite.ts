import { type Duration, durationOfSeconds, millisecondsOf } from "../../model/duration.js";
import { longestLook } from "../../rules/run.js";
import { type WriteAttempt, type WriteOutcome } from "../../sls/client.js";
import { SlsServiceError } from "../../sls/errors.js";
import { type LifecycleContext } from "../context.js";
import { pause } from "../pause.js";

/** A look at the group, and when it was asked for. */
export interface TimedLook<Look> {
  readonly look: Look;
  /** In milliseconds of the monotonic clock. */
  readonly sentAt: number;
}

/** One change of a group: it is looked at, written where it has to be, and looked at again. */
export interface GroupChange<Look> {
  readonly look: () => Promise<TimedLook<Look>>;
  /** Whether nothing is left to write. May throw for what forbids the write. */
  readonly isDone: (look: Look) => boolean;
  readonly write: (look: Look, attempt: WriteAttempt) => Promise<WriteOutcome>;
}

const mostWrites = 5;
const mostLooks = 10;
/** One stale answer proves nothing: a group that was just made can be missing from the list for a while. */
const betweenLooks: Duration = durationOfSeconds(1);
const afterLostAnswer: Duration = durationOfSeconds(2);

class LookTooOld extends Error {
  override readonly name = "LookTooOld";
}

/**
 * Writes until a look shows that nothing is left to write. Nothing is sent twice without a look in between. A write that
 * the service acknowledged is done, even where no look shows it yet.
 *
 * @throws SlsError where the service refuses for good, or where it stays unknown whether a write was applied.
 */
export async function changeGroup<Look>(change: GroupChange<Look>, context: LifecycleContext): Promise<void> {
  let mended: WriteAttempt["mended"];
  for (let writes = 0; ; writes += 1) {
    const seen = await change.look();
    if (change.isDone(seen.look)) return;
    const beforeSend = assertionBefore(seen, context);
    const outcome = await change.write(seen.look, { attempt: writes, mended, beforeSend });
    if (outcome.kind === "refused") mended = outcome.mended;
    if (outcome.kind === "acknowledged") return lookUntilShown(change, context);
    if (outcome.kind === "notSent" && !(outcome.cause instanceof LookTooOld)) throw outcome.cause;
    await waitAfter(outcome, writes, context);
  }
}

/** The last thing before bytes leave: whether somebody waits, and the look still counts. */
function assertionBefore<Look>({ sentAt }: TimedLook<Look>, context: LifecycleContext): () => void {
  return () => {
    context.engineAlive();
    if (context.monotonic() - sentAt > millisecondsOf(longestLook)) throw new LookTooOld();
  };
}

async function waitAfter(
  outcome: Exclude<WriteOutcome, { kind: "acknowledged" }>,
  writes: number,
  context: LifecycleContext,
): Promise<void> {
  const isLast = writes + 1 >= mostWrites;
  switch (outcome.kind) {
    case "notSent":
      if (isLast) throw outcome.cause;
      return;
    case "refused":
      if (isLast) throw outcome.error;
      if (outcome.again !== undefined) return pause(outcome.again, context);
      if (saysGroupChanged(outcome.error)) return pause(betweenLooks, context);
      throw outcome.error;
    case "unknown":
      if (isLast) throw outcome.error;
      return pause(afterLostAnswer, context);
  }
}

const codesOfChange = ["ConsumerGroupAlreadyExist", "ConsumerGroupNotExist", "LogStoreNotExist"];

/** Whether a refusal says that the group was made or removed since the look: another look tells what that means. */
function saysGroupChanged(error: unknown): boolean {
  return error instanceof SlsServiceError && codesOfChange.includes(error.code);
}

/**
 * Looks until what was written is shown, so that whatever depends on it finds it. A failure on the way changes nothing of
 * the write: a group that was made and is not kept in state would be taken for somebody else's by the next up.
 */
async function lookUntilShown<Look>(change: GroupChange<Look>, context: LifecycleContext): Promise<void> {
  try {
    for (let looks = 1; looks <= mostLooks; looks += 1) {
      const { look } = await change.look();
      if (change.isDone(look)) return;
      await pause(betweenLooks, context);
    }
  } catch {
    return;
  }
}
