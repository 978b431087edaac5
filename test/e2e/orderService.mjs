// What starts and stops the order consumer on a machine, as systemd does: node orderService.mjs start | stop.
// A stop ends when the consumer is gone. What was done is written down, line by line, for the test to read.
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const [verb = ""] = process.argv.slice(2);
const { ORDER_SERVICE: folder = "", ORDER_SERVICE_PORT: port = "" } = process.env;
const pidFile = join(folder, "pid");
const consumer = fileURLToPath(new URL("orderConsumer.mjs", import.meta.url));

if (existsSync(join(folder, `${verb} fails`))) {
  console.error("the service manager does not answer");
  process.exit(1);
}
await heldUp();
await (verb === "stop" ? stop() : start());
appendFileSync(join(folder, "journal"), `${verb}\n`);

/** Where the test holds it, says that it has begun, and waits until the test lets it go on. */
async function heldUp() {
  const hold = join(folder, `${verb} waits`);
  if (!existsSync(hold)) return;
  writeFileSync(hold, "begun");
  for (let tries = 0; tries < 3_000 && existsSync(hold); tries += 1) await sleep(20);
}

function start() {
  const child = spawn(process.execPath, [consumer, port, "billing"], { detached: true, stdio: "ignore" });
  child.unref();
  writeFileSync(pidFile, String(child.pid));
}

async function stop() {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  let tries = 0;
  while (signalled(pid)) {
    if ((tries += 1) > 1_500) throw new Error("the consumer does not end");
    await sleep(20);
  }
  rmSync(pidFile);
}

/** @param {number} pid */
function signalled(pid) {
  try {
    return process.kill(pid, "SIGTERM");
  } catch {
    return false;
  }
}
