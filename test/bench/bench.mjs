#!/usr/bin/env node
/**
 * Measures what docs/performance.md reports, as medians of five runs that take turns. `--only` with one of the names
 * below measures that part alone. Nothing here fails because something is slow.
 */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureEmulator } from "./emulator.mjs";
import { measurePlugin } from "./plugin.mjs";
import { measureReplays } from "./replays.mjs";
import { measureUps } from "./ups.mjs";
import { measureClients } from "./wire.mjs";

const { values } = parseArgs({ options: { only: { type: "string" } } });
/** @type {Readonly<Record<string, () => Promise<void>>>} */
const parts = {
  wire: measureClients,
  replay: measureReplays,
  emulator: measureEmulator,
  engine: measureUps,
  plugin: measurePlugin,
};
if (values.only !== undefined && !(values.only in parts))
  throw new Error(`--only is one of ${Object.keys(parts).join(", ")}`);

const [cpu] = cpus();
const [today] = new Date().toISOString().split("T");
console.log(
  `${today}, Node.js ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? "unknown CPU"}\n`,
);
for (const [name, measure] of Object.entries(parts)) {
  if (values.only !== undefined && values.only !== name) continue;
  const before = loadavg()[0]?.toFixed(1);
  await measure();
  console.log(`\n(load before: ${before}, after: ${loadavg()[0]?.toFixed(1)})\n`);
}
