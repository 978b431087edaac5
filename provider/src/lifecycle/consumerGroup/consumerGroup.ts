import { isDeepStrictEqual } from "node:util";
import { type GroupIdentity, formatGroupId, parseGroupId } from "../../model/identity.js";
import { type DeclaredSettings, type GroupSettings } from "../../model/groupSettings.js";
import { driftOf, settingsForCreation } from "../../rules/groupDrift.js";
import { type CheckResult, type DiffResult } from "../answers.js";
import { type LifecycleContext } from "../context.js";
import { type Declared } from "../declared.js";
import { RefusedError } from "../failures.js";
import { incompleteError } from "../incomplete.js";
import { changedGroup } from "../groupInputs.js";
import { withoutAbsent } from "../stateFields.js";
import { schemaVersion, schemaVersionOf } from "../unreadable.js";
import { deleteWhenQuiet } from "./groupDelete.js";
import {
  type GroupDeclaration,
  consumerGroupInputs,
  readGroupDeclaration,
  settingsOutputs,
  subjectOfGroup,
} from "./groupDeclaration.js";
import { changeGroup } from "./groupWrite.js";
import { isGone, lookForGroup } from "./lookForGroup.js";

/** A consumer group: an ordinary resource, with drift, update and delete. */

type GroupLook = GroupSettings | undefined;

/** Tells this process that the group will be there, so that a replay on it can be planned in the same preview. */
export function checkConsumerGroup(_olds: Declared, news: Declared, context: LifecycleContext): CheckResult {
  const { identity, settings, reader } = readGroupDeclaration(news);
  if (identity !== undefined && reader.problems.length === 0) {
    context.memory.noteDeclaredGroup(identity, settingsForCreation(settings));
  }
  return { inputs: news, problems: reader.problems };
}

export function diffConsumerGroup(olds: Declared, news: Declared, context: LifecycleContext): DiffResult {
  const replaces = changedGroup(olds, news);
  const { identity } = readGroupDeclaration(inputsOf(olds));
  if (identity !== undefined && replaces.length === 0) {
    context.memory.noteGroupHolder(identity, olds["generation"]);
  }
  return {
    changes: consumerGroupInputs.some((name) => !isDeepStrictEqual(olds[name], news[name])),
    replaces,
  };
}

/**
 * Creates the group, or takes over one that exists where that is asked for.
 *
 * @throws RefusedError where it exists and is not to be adopted: whose it is cannot be known.
 */
export async function createConsumerGroup(
  news: Declared,
  context: LifecycleContext,
): Promise<{ readonly id: string; readonly outs: Declared }> {
  const { identity, declaration } = complete(news);
  const adopted = !(await createUnlessThere(identity, declaration, context));
  if (adopted) await adoptGroup(identity, declaration, context);
  const generation = context.newId();
  context.memory.noteGroupHolder(identity, generation);
  return { id: formatGroupId(identity), outs: outsOf(news, { adopted, generation }) };
}

/**
 * Returns whether a write of ours can have made the group. One that is there although nothing of ours was applied is
 * another's, also where it came between two looks: taken for our own, it would be deleted with the stack.
 */
async function createUnlessThere(
  identity: GroupIdentity,
  { settings }: GroupDeclaration,
  context: LifecycleContext,
): Promise<boolean> {
  const { client } = context;
  let ours = false;
  await changeGroup<GroupLook>(
    {
      look: () => lookForGroup(client, identity),
      isDone: (look) => look !== undefined,
      write: async (_look, attempt) => {
        const outcome = await client.createConsumerGroup(identity, settingsForCreation(settings), attempt);
        ours ||= outcome.kind === "acknowledged" || outcome.kind === "unknown";
        return outcome;
      },
    },
    context,
  );
  return ours;
}

async function adoptGroup(
  identity: GroupIdentity,
  declaration: GroupDeclaration,
  context: LifecycleContext,
): Promise<void> {
  const subject = subjectOfGroup(identity, declaration);
  if (!declaration.adopt) throw new RefusedError({ kind: "groupExists", subject });
  await setUpAsDeclared(identity, declaration, context);
  context.emit({ kind: "groupAdopted", subject });
}

/** Sets what is declared and differs. A change of anything else is of state only, and sends nothing. */
export async function updateConsumerGroup(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const { identity, declaration } = complete(news);
  const origin = originOf(olds);
  if (declaresMore(readGroupDeclaration(olds).settings, declaration.settings)) {
    await setUpAsDeclared(identity, declaration, context);
  }
  return outsOf(news, origin);
}

/** Whether a setting is declared now that was not, or not so. One that is left out from now on asks for nothing. */
function declaresMore(before: DeclaredSettings, settings: DeclaredSettings): boolean {
  const { timeout, ordered } = settings;
  return (
    (timeout !== undefined && timeout !== before.timeout) ||
    (ordered !== undefined && ordered !== before.ordered)
  );
}

async function setUpAsDeclared(
  identity: GroupIdentity,
  declaration: GroupDeclaration,
  context: LifecycleContext,
): Promise<void> {
  const { settings } = declaration;
  const { client } = context;
  await changeGroup<GroupSettings>(
    {
      look: async () => {
        const { look, sentAt } = await lookForGroup(client, identity);
        if (look !== undefined) return { look, sentAt };
        throw new RefusedError({ kind: "groupMissing", subject: subjectOfGroup(identity, declaration) });
      },
      isDone: (look) => driftOf(settings, look).length === 0,
      write: (_look, attempt) => client.updateConsumerGroup(identity, settings, attempt),
    },
    context,
  );
}

/** Returns the group as it is now; undefined where it is gone. What is not declared is not compared. */
export async function readConsumerGroup(
  state: Declared,
  context: LifecycleContext,
): Promise<Declared | undefined> {
  const { identity, declaration } = fromState(state);
  const subject = subjectOfGroup(identity, declaration);
  const look = await lookAtGroupThatWas(identity, context);
  if (look === undefined) {
    context.emit({ kind: "groupGone", subject });
    return undefined;
  }
  const { settings } = declaration;
  const drift = driftOf(settings, look);
  if (drift.length > 0) context.emit({ kind: "groupDrifted", subject, drift });
  const seen = {
    timeout: settings.timeout === undefined ? undefined : look.timeout,
    ordered: settings.ordered === undefined ? undefined : look.ordered,
  };
  return withoutAbsent({ ...state, ...settingsOutputs(seen) });
}

async function lookAtGroupThatWas(identity: GroupIdentity, { client }: LifecycleContext): Promise<GroupLook> {
  try {
    return (await lookForGroup(client, identity)).look;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/**
 * Deletes the group once it is quiet. One that was adopted is left, unless its deletion is asked for. So is one that
 * another resource of the same up holds: a resource that is replaced on its own group, or declared under another name, is
 * created first and deleted last.
 */
export async function deleteConsumerGroup(state: Declared, context: LifecycleContext): Promise<void> {
  const { identity, declaration } = fromState(state);
  const { adopted, generation } = originOf(state);
  const subject = subjectOfGroup(identity, declaration);
  if (context.memory.isHeldByAnother(identity, generation)) {
    context.emit({ kind: "groupHeld", subject });
    return;
  }
  if (adopted && !declaration.deleteAdopted) {
    context.emit({ kind: "groupLeft", subject });
    return;
  }
  await deleteWhenQuiet(identity, declaration, context);
}

/**
 * Takes over a group as it is. Nothing of it is declared, so nothing is compared later, and it is never deleted unless
 * that is asked for.
 */
export async function importConsumerGroup(
  id: string,
  context: LifecycleContext,
): Promise<{ readonly inputs: Declared; readonly outs: Declared }> {
  const identity = parseGroupId(id);
  if (!identity.ok) throw new Error(`The id ${JSON.stringify(id)} ${identity.problem}`);
  const { look } = await lookForGroup(context.client, identity.value);
  if (look === undefined) {
    throw new Error(
      `${id}: there is no such consumer group\nCheck the id (project/logstore/group). To create the group, declare it without importing it.`,
    );
  }
  const inputs = { ...identity.value };
  return { inputs, outs: outsOf(inputs, { adopted: true, generation: context.newId() }) };
}

interface CompleteGroup {
  readonly identity: GroupIdentity;
  readonly declaration: GroupDeclaration;
}

/** Reads inputs that are acted on. */
function complete(declared: Declared): CompleteGroup {
  const { problems } = readGroupDeclaration(declared).reader;
  if (problems.length > 0) throw incompleteError("ConsumerGroup", problems);
  return fromState(declared);
}

/** Reads state. What else it holds than which group it is of stops neither a refresh nor a destroy. */
function fromState(declared: Declared): CompleteGroup {
  const declaration = readGroupDeclaration(inputsOf(declared));
  const { identity, reader } = declaration;
  if (identity === undefined) throw incompleteError("ConsumerGroup", reader.problems);
  return { identity, declaration };
}

/** How the group came into state. */
interface Origin {
  readonly adopted: boolean;
  /** A random id of the creation; absent in state of before there was one. */
  readonly generation: unknown;
}

function originOf(state: Declared): Origin {
  schemaVersionOf(state["schemaVersion"], "state");
  return { adopted: state["adopted"] === true, generation: state["generation"] };
}

function outsOf(declared: Declared, { adopted, generation }: Origin): Declared {
  return withoutAbsent({ ...inputsOf(declared), adopted, generation, schemaVersion });
}

function inputsOf(declared: Declared): Declared {
  return Object.fromEntries(consumerGroupInputs.map((name) => [name, declared[name]]));
}
