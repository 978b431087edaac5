import { isDeepStrictEqual } from "node:util";
import { type GroupIdentity, formatGroupId, parseGroupId } from "../model/identity.js";
import { formatInstant } from "../model/instant.js";
import { type Report, type Subject } from "../rules/events.js";
import { SlsError } from "../sls/errors.js";
import { type CheckResult, type DiffResult } from "./answers.js";
import { readCheckpoints } from "./reading/getCheckpoints.js";
import { type LifecycleContext } from "./context.js";
import { type Declared, DeclaredReader, selfOf } from "./declared.js";
import { changedGroup, groupInputs, readGroup } from "./groupInputs.js";
import { incompleteError } from "./incomplete.js";
import { reasonInput } from "./inputs.js";
import { notEvaluated } from "./notEvaluated.js";
import { lookAtGroup } from "./observe.js";
import { withoutAbsent } from "./stateFields.js";
import { schemaVersion, schemaVersionOf } from "./unreadable.js";

/** Every input of ConsumerGroupSavepoint. */
export const savepointInputs = [...groupInputs, "triggers", "reason"] as const;

interface SavepointDeclaration {
  readonly identity: GroupIdentity | undefined;
  readonly reader: DeclaredReader;
}

function readSavepoint(declared: Declared): SavepointDeclaration {
  const reader = new DeclaredReader("ConsumerGroupSavepoint", declared);
  const identity = readGroup(reader);
  reader.anything("triggers");
  reader.optional("reason", reasonInput);
  reader.refuseOthers(savepointInputs);
  return { identity, reader };
}

/** Validates the inputs and, where positions are to be read, looks whether they can be. */
export async function checkSavepoint(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<CheckResult> {
  const { reader, identity } = readSavepoint(news);
  if (reader.problems.length > 0) return { inputs: news, problems: reader.problems };
  if (identity === undefined) {
    const { unknowns: inputs } = reader;
    context.emit({ kind: "notYetKnown", resource: "ConsumerGroupSavepoint", self: selfOf(news), inputs });
    return { inputs: news, problems: [] };
  }
  context.memory.noteChecked("savepoint", formatGroupId(identity));
  if (!takesAnew(olds, news)) return { inputs: news, problems: [] };
  return { inputs: news, problems: [], refused: await previewSavepoint(identity, news, context) };
}

async function previewSavepoint(
  identity: GroupIdentity,
  news: Declared,
  context: LifecycleContext,
): Promise<Report | undefined> {
  // Another resource of the same preview makes the group: there is nothing to look at yet.
  if (context.memory.declaredGroup(identity) !== undefined) return undefined;
  try {
    await lookAtGroup(context.client, identity);
    return undefined;
  } catch (failure) {
    if (!SlsError.isInstance(failure)) throw failure;
    return notEvaluated(subjectOf(identity, news), failure, context);
  }
}

/** Whether positions are read: for a new savepoint, another group, and other triggers. */
function takesAnew(olds: Declared, news: Declared): boolean {
  return changedGroup(olds, news).length > 0 || !isDeepStrictEqual(olds["triggers"], news["triggers"]);
}

export function diffSavepoint(olds: Declared, news: Declared, context: LifecycleContext): DiffResult {
  const replaces = changedGroup(olds, news);
  sayForgets(olds, news, context);
  return { changes: savepointInputs.some((name) => !isDeepStrictEqual(olds[name], news[name])), replaces };
}

/** Positions that are read anew take the place of those that were kept, which may be the only way back. */
function sayForgets(olds: Declared, news: Declared, context: LifecycleContext): void {
  const { identity } = readSavepoint(news);
  const { takenAt } = olds;
  if (identity === undefined || typeof takenAt !== "string" || !takesAnew(olds, news)) return;
  // A diff without a check before it belongs to a refresh, which stays silent.
  const id = formatGroupId(identity);
  if (!context.memory.wasChecked("savepoint", id)) return;
  if (!context.memory.firstTime(`forgets ${id} ${takenAt}`)) return;
  context.emit({ kind: "forgets", subject: subjectOf(identity, news), takenAt });
}

function subjectOf(identity: GroupIdentity, { reason }: Declared): Subject {
  return { id: formatGroupId(identity), reason: typeof reason === "string" ? reason : undefined };
}

/** Reads where the group stands, and keeps it. */
export async function createSavepoint(
  news: Declared,
  context: LifecycleContext,
): Promise<{ readonly id: string; readonly outs: Declared }> {
  const { identity, reader } = readSavepoint(news);
  if (identity === undefined || reader.problems.length > 0)
    throw incompleteError("ConsumerGroupSavepoint", reader.problems);
  return { id: formatGroupId(identity), outs: await takeSavepoint(identity, news, context) };
}

/** Reads anew only for other triggers; everything else keeps the positions that were read. */
export async function updateSavepoint(
  olds: Declared,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const { problems } = readSavepoint(news).reader;
  if (problems.length > 0) throw incompleteError("ConsumerGroupSavepoint", problems);
  if (olds["schemaVersion"] !== undefined) schemaVersionOf(olds["schemaVersion"], "state");
  if (isDeepStrictEqual(olds["triggers"], news["triggers"])) {
    const { positions, times, takenAt } = olds;
    return withoutAbsent({ ...inputsOf(news), positions, times, takenAt, schemaVersion });
  }
  return (await createSavepoint(news, context)).outs;
}

/** Takes the positions of now, as a declaration without triggers would. */
export async function adoptSavepoint(
  id: string,
  context: LifecycleContext,
): Promise<{ readonly inputs: Declared; readonly outs: Declared }> {
  const identity = parseGroupId(id);
  if (!identity.ok) throw new Error(`The id ${JSON.stringify(id)} ${identity.problem}`);
  const inputs = { ...identity.value };
  return { inputs, outs: await takeSavepoint(identity.value, inputs, context) };
}

async function takeSavepoint(
  identity: GroupIdentity,
  news: Declared,
  context: LifecycleContext,
): Promise<Declared> {
  const reading = await readCheckpoints(context.client, identity);
  // Only what a replay accepts as `from`: there is no way back to "no checkpoint", nor to a text that is no cursor.
  const positions = reading.shards.flatMap(({ record: { shard, checkpoint } }) =>
    checkpoint.kind === "at" ? [[String(shard), `cursor:${checkpoint.cursor}`]] : [],
  );
  const times = reading.shards.flatMap(({ record, time }) =>
    time.kind === "at" ? [[String(record.shard), formatInstant(time.instant)]] : [],
  );
  return withoutAbsent({
    ...inputsOf(news),
    positions: Object.fromEntries(positions) as Declared,
    times: Object.fromEntries(times) as Declared,
    takenAt: formatInstant(reading.serverTime),
    schemaVersion,
  });
}

function inputsOf(declared: Declared): Declared {
  return Object.fromEntries(savepointInputs.map((name) => [name, declared[name]]));
}
