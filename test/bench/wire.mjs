/** One checkpoint written: this client, the official one, and none at all. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installOfficialClient } from "./installOfficialClient.mjs";
import { ratio, takingTurns, median } from "./turns.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const run = promisify(execFile);
/** @type {Readonly<Record<string, string>>} */
const labels = {
  ours: "this client, signed",
  official: "`@alicloud/sls20201230`, signed",
  bare: "bare undici, `request(url)`, unsigned",
  bareDispatch: "bare undici, `dispatch`, unsigned",
};

export async function measureClients() {
  const installed = installOfficialClient();
  const server = spawn(process.execPath, [`${here}server.mjs`], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [port] = await once(createInterface({ input: server.stdout }), "line");
    for (const [way, inFlight, count] of /** @type {const} */ ([
      ["serial", 1, 2_000],
      ["16 in flight", 16, 8_000],
    ])) {
      const { perSecond, cpu } = await clients(port, inFlight, count, installed);
      console.log(
        `| UpdateCheckPoint, ${way} | a second | to the official | to bare \`request\` | CPU µs each | to the official |\n| --- | ---: | ---: | ---: | ---: | ---: |`,
      );
      for (const [name, label] of Object.entries(labels)) {
        const toBare = ratio(perSecond, name, "bare");
        console.log(`| ${label} | ${cells(perSecond, name)} | ${toBare} | ${cells(cpu, name)} |`);
      }
      console.log("");
    }
  } finally {
    server.stdin.end();
  }
}

/**
 * The medians of all clients, by name. What a request costs in CPU time hardly depends on what else runs.
 *
 * @param {string} port
 * @param {number} inFlight
 * @param {number} count
 * @param {string} installed
 */
async function clients(port, inFlight, count, installed) {
  /** @type {Record<string, number[]>} */
  const costs = {};
  const perSecond = await takingTurns(Object.keys(labels), async (name) => {
    const args = [`${here}contender.mjs`, name, String(inFlight), String(count), port, installed];
    const measured = JSON.parse((await run(process.execPath, args)).stdout);
    (costs[name] ??= []).push(measured.cpuMicroseconds);
    return measured.perSecond;
  });
  return {
    perSecond,
    cpu: Object.fromEntries(Object.entries(costs).map(([name, runs]) => [name, median(runs)])),
  };
}

/**
 * A median, and its ratio to that of the official client.
 *
 * @param {Record<string, number>} medians
 * @param {string} name
 */
function cells(medians, name) {
  return `${(medians[name] ?? Number.NaN).toFixed(0)} | ${ratio(medians, name, "official")}`;
}
