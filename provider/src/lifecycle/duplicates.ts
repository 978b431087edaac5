import { lines } from "../texts/describe.js";
import { type Problem } from "./declared.js";

/** Two resources move one shard. The order in which Pulumi checks them is chance, so both are named alike. */
export function duplicateProblem(earlier: string, later: string): Problem {
  return {
    property: "",
    reason: lines(
      "two resources move the same shard, and which one came last would be chance",
      `  ${earlier}`,
      `  ${later}`,
      "Take one of them out.",
    ),
  };
}
