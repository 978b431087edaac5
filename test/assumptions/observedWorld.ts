import { relative } from "node:path";
import { beforeEach } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.js";
import { changesIn, reasonFor } from "./expectedChanges.js";
import { observedAssumptions } from "./observedFile.js";

/** Every emulator that a test starts answers as was observed, but for what the test turns itself. */

const observed = observedAssumptions();
const changes = changesIn(observed);

const start = SlsEmulator.start.bind(SlsEmulator);
SlsEmulator.start = async (options) =>
  start({ ...options, assumptions: { ...observed, ...options?.assumptions } });

beforeEach(({ task }) => {
  const file = relative(process.cwd(), task.file.filepath);
  if (reasonFor(changes, file, task.fullTestName) !== undefined) Object.assign(task, { fails: true });
});
