import { type Report } from "../rules/events.js";
import { type Declared, type Problem } from "./declared.js";

/** What check answers: the inputs to keep, and everything that is wrong with them. */
export interface CheckResult {
  readonly inputs: Declared;
  readonly problems: readonly Problem[];
  /** Why an up would be refused, where the inputs themselves are right. */
  readonly refused?: Report | undefined;
}

/** What diff answers: whether anything differs, and which inputs make another resource of it. */
export interface DiffResult {
  readonly changes: boolean;
  readonly replaces: readonly string[];
}
