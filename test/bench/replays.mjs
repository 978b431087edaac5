/** Whole replays, of groups of more and more shards. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SlsEmulator } from "../../emulator/dist/index.js";
import { installOfficialClient } from "./installOfficialClient.mjs";
import { median, ratio, takingTurns } from "./turns.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const run = promisify(execFile);

/** Replays by time, of groups of more and more shards; one of them beside the same requests by the official client. */
export async function measureReplays() {
  const installed = installOfficialClient();
  const compared = 256;
  /** @type {string[]} */
  const growth = [];
  for (const shards of [16, 64, compared, 1_024]) {
    const { emulator, rewind, from } = await groupOf(shards);
    const port = new URL(emulator.endpoint).port;
    /** @param {string[]} args @param {string} [input] */
    const replay = async (args, input = "[]") => {
      const running = run(process.execPath, [`${here}replay.mjs`, ...args]);
      running.child.stdin?.end(input);
      return JSON.parse((await running).stdout);
    };
    try {
      const library = async () => {
        rewind();
        return replay(["library", port, String(shards), from]);
      };
      await library();
      const requests = emulator.requests.map(({ call, shard, query, cursor }) => ({
        call,
        shard,
        query,
        cursor,
      }));
      const input = JSON.stringify(requests);
      /** @type {Record<string, () => Promise<any>>} */
      const ways = { library };
      if (shards === compared)
        for (const inFlight of ["16", "1"])
          ways[inFlight] = () => replay(["official", port, inFlight, installed], input);
      /** @type {any[]} */
      const seen = [];
      const took = await takingTurns(Object.keys(ways), async (name) => {
        const measured = await ways[name]?.();
        if (name === "library") seen.push(measured);
        return measured.milliseconds;
      });
      const of = (/** @type {string} */ field) => median(seen.map((each) => each[field]));
      growth.push(
        `| ${shards} | ${requests.length} | ${took["library"]?.toFixed(0)} | ${of("cpuMilliseconds").toFixed(0)} | ${(of("grownBytes") / 2 ** 20).toFixed(0)} |`,
      );
      if (shards !== compared) continue;
      console.log(
        `| the ${requests.length} requests of a replay of ${shards} shards | ms | times the library's |\n| --- | ---: | ---: |`,
      );
      for (const [label, name] of [
        ["this library, 16 in flight, deciding and reading back", "library"],
        ["the official client, 16 in flight", "16"],
        ["the official client, one after the other", "1"],
      ])
        console.log(`| ${label} | ${took[name ?? ""]?.toFixed(0)} | ${ratio(took, name ?? "", "library")} |`);
      console.log("");
    } finally {
      await emulator.stop();
    }
  }
  console.log(
    "| shards replayed | requests | ms | CPU ms | memory on top, MiB |\n| ---: | ---: | ---: | ---: | ---: |",
  );
  console.log(growth.join("\n"));
}

/**
 * A group that stands at the end of its shards, and whose consumers stopped an hour ago.
 *
 * @param {number} shards
 */
async function groupOf(shards) {
  let ago = 0;
  const emulator = await SlsEmulator.start({ clock: () => Date.now() - ago });
  const hour = 3_600_000;
  const now = Date.now();
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: shards });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  const series = { count: 13, from: now - 14 * hour, to: now - 2 * hour };
  for (let shard = 0; shard < shards; shard += 1) emulator.appendLogGroups("shop", "orders", shard, series);
  const rewind = () => {
    ago = hour;
    for (let shard = 0; shard < shards; shard += 1)
      emulator.pin("shop", "orders", "billing", shard, emulator.cursorAt("shop", "orders", shard, "end"));
    ago = 0;
    emulator.clearRequests();
  };
  return { emulator, rewind, from: new Date(now - 8.5 * hour).toISOString() };
}
