import { type Problem, describeProblem } from "./declared.js";
import { RefusedError } from "./failures.js";

/**
 * Refuses to act on inputs that a check would have refused, or whose values are not known. An engine that acts without
 * a check, or with other inputs than it had checked, learns which ones are wrong.
 */
export function incompleteError(resource: string, problems: readonly Problem[]): RefusedError {
  if (problems.length === 0) return new RefusedError({ kind: "notKnown", resource });
  const worded = problems.map(describeProblem);
  return new RefusedError({ kind: "arguments", name: `this ${resource}`, problems: worded });
}
