#!/usr/bin/env node
// Load: signed UpdateCheckPoint calls at full speed against `sls-emulator` in a process of its own. Prints rate,
// latency percentiles and the memory of the emulator; fails when an answer is not 200 or memory grows.
//
//   node test/emulator/bench/load.mjs [seconds]      (after npm run build)
import { spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const seconds = Number(process.argv[2] ?? 60);
const connections = 16;
const shards = 16;
const command = fileURLToPath(new URL("../../../emulator/bin/sls-emulator.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sls-emulator-load-"));
const seed = join(folder, "seed.json");
writeFileSync(
  seed,
  JSON.stringify({ projects: { shop: { orders: { shardCount: shards, consumerGroups: { billing: {} } } } } }),
);

const emulator = spawn(process.execPath, [command, "--port", "0", "--quiet", "--seed", seed], {
  stdio: ["ignore", "pipe", "inherit"],
});
process.on("exit", () => {
  emulator.kill();
  rmSync(folder, { recursive: true, force: true });
});
const port = await listeningPort();
const agent = new Agent({ keepAlive: true, maxSockets: connections });
/** @type {number[]} */
const latencies = [];
/** @type {Map<number, number>} */
const statuses = new Map();
const started = performance.now();
let warm = 0;
const watch = setInterval(() => {
  if (warm === 0 && performance.now() - started > Math.min(10_000, seconds * 500)) warm = memory();
}, 100);
await Promise.all(Array.from({ length: connections }, (_, index) => work(index)));
clearInterval(watch);
report();

/** @param {number} index */
async function work(index) {
  const until = started + seconds * 1000;
  for (let round = 0; performance.now() < until; round += 1) {
    const before = performance.now();
    const status = await update((index + round) % shards, round);
    latencies.push(performance.now() - before);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
}

/**
 * @param {number} shard
 * @param {number} round
 * @returns {Promise<number>}
 */
function update(shard, round) {
  const path = "/logstores/orders/consumergroups/billing";
  const checkpoint = Buffer.from(String(1_500_000_000_000_000_000n + BigInt(round))).toString("base64");
  const body = JSON.stringify({ shard, checkpoint });
  const md5 = createHash("md5").update(body).digest("hex").toUpperCase();
  const date = new Date().toUTCString();
  const text = `POST\n${md5}\napplication/json\n${date}\nx-log-apiversion:0.6.0\nx-log-bodyrawsize:0\nx-log-signaturemethod:hmac-sha1\n${path}?forceSuccess=true&type=checkpoint`;
  const signature = createHmac("sha1", "emulatorAccessKeySecret").update(text).digest("base64");
  const headers = {
    host: `shop.127.0.0.1:${port}`,
    date,
    authorization: `LOG emulatorAccessKeyId:${signature}`,
    "content-md5": md5,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-log-apiversion": "0.6.0",
    "x-log-bodyrawsize": "0",
    "x-log-signaturemethod": "hmac-sha1",
  };
  const options = { agent, host: "127.0.0.1", port, method: "POST", headers };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, path: `${path}?type=checkpoint&forceSuccess=true` }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    sent.once("error", reject).end(body);
  });
}

/** The resident memory of the emulator in MiB; 0 where the system does not tell. */
function memory() {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${emulator.pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return 0;
  }
}

/** @returns {Promise<number>} */
async function listeningPort() {
  for await (const line of createInterface({ input: emulator.stdout })) {
    const found = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
    if (found) return Number(found[1]);
  }
  throw new Error("The emulator did not start. Was it built?");
}

function report() {
  const end = memory();
  const sorted = latencies.sort((a, b) => a - b);
  /** @param {number} share */
  const at = (share) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
  console.log(`UpdateCheckPoint, ${connections} connections, ${seconds} s`);
  console.log(`requests    ${sorted.length} (${Math.round(sorted.length / seconds)} a second)`);
  console.log(`statuses    ${[...statuses].map(([status, count]) => `${status}: ${count}`).join(", ")}`);
  console.log(
    `latency ms  p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  p99.9 ${at(0.999)}  max ${at(1)}`,
  );
  console.log(`memory MiB  ${warm.toFixed(0)} when warm, ${end.toFixed(0)} at the end`);
  const grew = end > warm * 1.25 + 20;
  if (grew) console.error("The memory of the emulator grew.");
  process.exit(grew || statuses.size !== 1 || !statuses.has(200) ? 1 : 0);
}
