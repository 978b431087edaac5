import { readFileSync } from "node:fs";
import { SlsEmulator, parseAssumptions } from "../../emulator/src/index.js";

/** Every emulator that a test starts answers as was observed, but for what the test turns itself. */

const file = process.env["SLS_ASSUMPTIONS"];
if (file === undefined) throw new Error("SLS_ASSUMPTIONS names no file.");
const observed = parseAssumptions(JSON.parse(readFileSync(file, "utf8")));

const start = SlsEmulator.start.bind(SlsEmulator);
SlsEmulator.start = async (options) =>
  start({ ...options, assumptions: { ...observed, ...options?.assumptions } });
