/** Runs the command line `sls-checkpoint` that package.json installs. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export interface Ending {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function slsCheckpoint(args: readonly string[], input = ""): Ending {
  const manifest = createRequire(import.meta.url).resolve("sls-checkpoint/package.json");
  const command = join(dirname(manifest), "bin", "sls-checkpoint.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    input,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return { exitCode: status ?? 1, stdout, stderr };
}
