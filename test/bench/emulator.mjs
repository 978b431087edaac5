/** What the local SLS bears: signed requests a second, how long each waits, and what it keeps in memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { median } from "./turns.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const commandLine = fileURLToPath(new URL("../../emulator/bin/sls-emulator.js", import.meta.url));
const seed = `${here}emulatorSeed.json`;
const seconds = 60;

export async function measureEmulator() {
  console.log(
    "| the local SLS, 16 in flight | a second | p50, ms | p99, ms | memory before, MiB | after, MiB |\n| --- | ---: | ---: | ---: | ---: | ---: |",
  );
  for (const call of ["UpdateCheckPoint", "PullLogs"]) {
    const emulator = await started();
    try {
      // Until everything that it keeps for a while is full, the list of the last requests above all.
      await load(call, emulator.port, 10);
      const before = memoryOf(emulator.pid);
      const { perSecond, p50, p99 } = await load(call, emulator.port, seconds);
      const cells = [perSecond.toFixed(0), p50.toFixed(1), p99.toFixed(1), before, memoryOf(emulator.pid)];
      console.log(`| ${call}, signed, for ${String(seconds)} s | ${cells.join(" | ")} |`);
    } finally {
      emulator.stop();
    }
  }
  const starts = [];
  for (let round = 0; round < 5; round += 1) {
    const emulator = await started();
    starts.push(emulator.milliseconds);
    emulator.stop();
  }
  console.log(`\nfrom the command to the line that it listens: ${median(starts).toFixed(0)} ms`);
}

async function started() {
  const at = performance.now();
  const emulator = spawn(process.execPath, [commandLine, "--port", "0", "--seed", seed, "--quiet"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: emulator.stdout }), "line");
  const port = /:(\d+)/.exec(line)?.[1];
  if (port === undefined) throw new Error(`the emulator said ${line}`);
  return {
    port,
    pid: emulator.pid ?? 0,
    milliseconds: performance.now() - at,
    stop: () => emulator.kill(),
  };
}

/**
 * @param {string} call
 * @param {string} port
 * @param {number} seconds
 */
async function load(call, port, seconds) {
  const client = spawn(process.execPath, [`${here}emulatorClient.mjs`, call, port, String(seconds)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: client.stdout }), "line");
  return JSON.parse(line);
}

/** @param {number} pid */
function memoryOf(pid) {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
  return (Number(kilobytes) / 1_024).toFixed(0);
}
