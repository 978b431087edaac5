import { type GroupIdentity } from "../../model/identity.js";
import { type Declared, DeclaredReader, type Problem, describeProblem } from "../declared.js";
import { RefusedError } from "../failures.js";
import { groupInputs, readGroup } from "../groupInputs.js";

/** Reads which group a read function is asked about; throws with all problems at once. */
export function readGroupArguments(
  name: string,
  declared: Declared,
  others: readonly string[] = [],
): GroupIdentity {
  const reader = new DeclaredReader(name, declared);
  const identity = readGroup(reader);
  reader.refuseOthers([...groupInputs, ...others]);
  if (identity === undefined || reader.problems.length > 0) throw wrongArguments(name, reader.problems);
  return identity;
}

function wrongArguments(name: string, problems: readonly Problem[]): RefusedError {
  return new RefusedError({ kind: "arguments", name, problems: problems.map(describeProblem) });
}
