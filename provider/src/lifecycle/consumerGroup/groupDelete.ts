import { durationOfMilliseconds, millisecondsOf } from "../../model/duration.js";
import { type GroupIdentity } from "../../model/identity.js";
import { liveConsumers, quietAfter } from "../../rules/decide.js";
import { type GroupSeen } from "../../rules/observation.js";
import { timeUntilQuiet } from "../../rules/nextStep.js";
import { type LifecycleContext } from "../context.js";
import { SlsServiceError } from "../../sls/errors.js";
import { RefusedError } from "../failures.js";
import { inOrder, latest } from "../observe.js";
import { pause } from "../pause.js";
import { type GroupDeclaration, subjectOfGroup } from "./groupDeclaration.js";
import { type GroupChange, type TimedLook, changeGroup } from "./groupWrite.js";
import { isGone } from "./lookForGroup.js";

/**
 * Deletes a group with its checkpoints. Before it, where the group stood is told: that is the only way back.
 *
 * @throws RefusedError where its consumers are still alive after `waitTimeout`, or the service refuses.
 */
export async function deleteWhenQuiet(
  identity: GroupIdentity,
  declaration: GroupDeclaration,
  context: LifecycleContext,
): Promise<void> {
  const subject = subjectOfGroup(identity, declaration);
  const wait = new QuietWait(identity, declaration, context);
  let told = false;
  const deletion: GroupChange<GroupSeen | undefined> = {
    look: () => wait.look(),
    isDone: (look) => look === undefined,
    write: (look, attempt) => {
      if (!told && look !== undefined) context.emit({ kind: "groupStood", subject, records: look.records });
      told = true;
      return context.client.deleteConsumerGroup(identity, attempt);
    },
  };
  try {
    await changeGroup(deletion, context);
  } catch (failure) {
    if (!isRefusedDelete(failure)) throw failure;
    throw new RefusedError({ kind: "groupNotDeleted", subject, failure }, { cause: failure });
  }
}

/** Whether the service itself does not want to delete the group, as it might while consumers send heartbeats. */
function isRefusedDelete(failure: unknown): failure is SlsServiceError {
  return (
    failure instanceof SlsServiceError &&
    failure.operation === "DeleteConsumerGroup" &&
    failure.kind === "invalid"
  );
}

/** Looks until the group is quiet, so that the look by which it is deleted is one of a quiet group. */
class QuietWait {
  readonly #started: number;
  #said = false;

  constructor(
    private readonly identity: GroupIdentity,
    private readonly declaration: GroupDeclaration,
    private readonly context: LifecycleContext,
  ) {
    this.#started = context.monotonic();
  }

  async look(): Promise<TimedLook<GroupSeen | undefined>> {
    for (;;) {
      const seen = await lookAtWholeGroup(this.identity, this.context);
      const { look } = seen;
      if (look === undefined || this.declaration.forceDelete) return seen;
      const consumers = liveConsumers(look, (record) => this.context.memory.wrote(this.identity, record));
      if (consumers.length === 0) return seen;
      await this.#wait(consumers, look);
    }
  }

  async #wait(consumers: ReturnType<typeof liveConsumers>, look: GroupSeen): Promise<void> {
    const { waitTimeout } = this.declaration;
    const subject = subjectOfGroup(this.identity, this.declaration);
    const quiet = quietAfter(look);
    const needed = timeUntilQuiet({ consumers, quietAfter: quiet });
    const left = millisecondsOf(waitTimeout) - (this.context.monotonic() - this.#started);
    if (needed > left) throw new RefusedError({ kind: "groupInUse", subject, consumers, quietAfter: quiet });
    if (!this.#said) this.context.emit({ kind: "waitingForGroup", subject, consumers, waitTimeout });
    this.#said = true;
    await pause(durationOfMilliseconds(needed), this.context);
  }
}

/** Undefined where the group is gone, alone or with its logstore. */
async function lookAtWholeGroup(
  identity: GroupIdentity,
  { client }: LifecycleContext,
): Promise<TimedLook<GroupSeen | undefined>> {
  try {
    const groups = await client.listConsumerGroups(identity);
    const { sentAt } = groups;
    const group = groups.value.find(({ name }) => name === identity.consumerGroup);
    if (group === undefined) return { look: undefined, sentAt };
    const [checkpoints] = await inOrder([client.getCheckPoint(identity)]);
    const serverTime = latest(groups.serverTime, checkpoints.serverTime);
    return { look: { serverTime, group, records: checkpoints.value, knownShards: [] }, sentAt };
  } catch (error) {
    if (isGone(error)) return { look: undefined, sentAt: 0 };
    throw error;
  }
}
