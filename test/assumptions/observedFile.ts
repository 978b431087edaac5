import { readFileSync } from "node:fs";
import { parseAssumptions, type Assumptions } from "../../emulator/src/index.js";

/** The switches that were observed, and that tests can run under. */
export function observedAssumptions(): Partial<Assumptions> {
  const file = process.env["SLS_ASSUMPTIONS"];
  if (file === undefined) throw new Error("SLS_ASSUMPTIONS names no file.");
  // On a clock that stands still, a bound on calls in a second would never end.
  const { metadataCallsPerSecond: _bound, ...observed } = parseAssumptions(
    JSON.parse(readFileSync(file, "utf8")),
  );
  return observed;
}
