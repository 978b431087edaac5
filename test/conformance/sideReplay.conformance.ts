import { describe, expect, it } from "vitest";
import { defaultIdentity } from "../../emulator/src/index.js";
import { openExample } from "../e2e/readersCopy.ts";
import { type ClientProcess } from "./clientProcess.js";
import { EventsLogstore, type ProductionRecord } from "./eventsLogstore.js";
import { hasClient } from "./installed.js";
import { ReadmeReader } from "./readmeReader.js";
import { sequences, type Printed } from "./readers.js";
import { SideReplayStack } from "./sideReplayStack.js";

/** What production reads and saves where there is no side replay. */
async function productionAlone(): Promise<ProductionRecord> {
  const logstore = await EventsLogstore.open();
  await logstore.startProduction();
  await logstore.splitMeanwhile();
  return logstore.endProduction();
}

/** A Python worker may end from its third heartbeat on, as soon as it has read what it holds. */
const lateHeartbeat = 4;

/**
 * Starts a worker to which a shard is handed late: until then, another consumer has it. `isLate` is asked at each
 * heartbeat of the worker, with how many lines it had printed at each before.
 */
async function workerThatGetsItLate(
  replay: SideReplayStack,
  isLate: (printed: readonly number[]) => boolean,
): Promise<ClientProcess> {
  const { emulator } = replay.logstore;
  const shard = 1;
  const pin = emulator.checkpoint("shop", "events", "readers-again", shard)?.checkpoint ?? "";
  const keepShard = (): void => {
    emulator.commit("shop", "events", "readers-again", shard, pin, { consumer: "elsewhere" });
  };
  keepShard();
  const worker = await replay.consumer("worker");
  const printed: number[] = [];
  while (!isLate(printed) && printed.length < 60) {
    const next = emulator.waitForRequest(
      ({ call, consumerGroup }) => call === "HeartBeat" && consumerGroup === "readers-again",
      printed.length + 1,
    );
    const ended = await Promise.race([next.then(() => false), worker.exited.then(() => true)]);
    if (ended) break;
    keepShard();
    printed.push(worker.lines.length);
  }
  return worker;
}

const stillReads = (printed: readonly number[]): boolean => printed.length >= lateHeartbeat;

const readsNothingMore = (printed: readonly number[]): boolean =>
  stillReads(printed) && printed.slice(-lateHeartbeat).every((count) => count === printed.at(-1));

const sorted = (...consumers: readonly ClientProcess[]): number[] =>
  sequences(...consumers).sort((left, right) => left - right);

describe.each(["python", "go"] as const)("a side replay with the consumer library of %s", (language) => {
  const suite = it.skipIf(!hasClient(language) || !hasClient("python"));

  suite(
    "reads each log group once, over a split before and one meanwhile, and leaves production and the logstore alone",
    async () => {
      const alone = await productionAlone();
      const replay = await SideReplayStack.open(language);
      const { logstore } = replay;
      await logstore.startProduction();
      const [before] = logstore.groups();
      const preview = await replay.pulumi.preview();
      expect(preview.exitCode, preview.stdout).toBe(0);
      expect(preview.stdout).toContain("shop/events/readers-again: 4 shards");
      await replay.up();
      expect(await replay.output("done")).toBe("false");

      const worker = await replay.consumer("worker");
      await worker.until((lines) => lines.length >= 10);
      await logstore.splitMeanwhile();
      await replay.letEnd(worker);
      const workers = await replay.readUntilDone(worker);
      expect(sorted(worker)).toEqual(logstore.wanted());
      expect(sorted(...workers)).toEqual(logstore.wanted());

      expect(await logstore.endProduction()).toEqual(alone);
      const [production, ...side] = logstore.groups();
      expect(production?.settings).toEqual(before?.settings);
      expect([production?.name, ...side.map(({ name }) => name)]).toEqual(["readers", "readers-again"]);
      await replay.destroy();
      expect(logstore.groups()).toEqual([production]);
    },
    300_000,
  );

  suite(
    "reads each at least once where one of two workers is killed, and none outside",
    async () => {
      const replay = await SideReplayStack.open(language);
      await replay.up();
      const [first, second] = [await replay.consumer("first"), await replay.consumer("second")];
      await first.until((lines) => lines.length >= 10);
      first.kill();
      await replay.letEnd(second);
      const workers = await replay.readUntilDone(first, second);
      expect([...new Set(sorted(...workers))]).toEqual(replay.logstore.wanted());
    },
    300_000,
  );

  suite.each([
    ["while the worker still reads", stillReads],
    ["when the worker has read what it had", readsNothingMore],
  ])(
    "reads a shard to its end that is handed out late, %s",
    async (_when, isLate) => {
      const replay = await SideReplayStack.open(language);
      await replay.up();
      const worker = await workerThatGetsItLate(replay, isLate);
      await replay.letEnd(worker);
      expect(sorted(...(await replay.readUntilDone(worker)))).toEqual(replay.logstore.wanted());
    },
    300_000,
  );

  suite(
    "is made, read, watched and cleaned up by the commands of its README as they stand, outside of this repository",
    async () => {
      const { logstore, pulumi } = await SideReplayStack.open(language, () => openExample("side-replay"));
      const { accessKeyId, accessKeySecret } = defaultIdentity;
      const reader = new ReadmeReader(pulumi, {
        "sls:region cn-hangzhou": `sls:endpoint ${logstore.emulator.endpoint}`,
        "https://cn-hangzhou.log.aliyuncs.com": `http://cn-hangzhou.log.aliyuncs.com http_proxy=${logstore.emulator.endpoint} no_proxy=127.0.0.1,localhost HEARTBEAT=2`,
        YOUR_ACCESS_KEY_ID: accessKeyId,
        YOUR_ACCESS_KEY_SECRET: accessKeySecret,
        // What a person answers when it is asked for.
        "--secret sls:accessKeySecret": `--secret sls:accessKeySecret ${accessKeySecret}`,
        "logstore orders": "logstore events",
        "2026-11-20T08:00:00+08:00": new Date(logstore.from).toISOString(),
        "2026-11-20T10:00:00+08:00": new Date(logstore.until).toISOString(),
      });
      const run = async (text: string): Promise<string> => {
        const { exitCode, stdout, stderr } = await reader.run(text);
        expect(exitCode, stdout + stderr).toBe(0);
        return stdout;
      };
      expect(reader.blocks).toBe(6);

      await run("pulumi stack init dev");
      expect(logstore.groups().map(({ name }) => name)).toEqual(["billing-again"]);
      await run("export SLS_ENDPOINT=");
      const printed = await run(language === "python" ? "consumer.py worker-1" : "./consumer worker-1");
      const read = printed.split("\n").filter((line) => line.startsWith("{"));
      const numbers = read.map((line) => Number((JSON.parse(line) as Printed).sequence));
      expect(numbers.sort((left, right) => left - right)).toEqual(logstore.wanted());
      expect(await run("pulumi stack output progress")).toMatch(/\ntrue\n$/);
      // Consumers that ended a moment ago would be waited for.
      logstore.emulator.advanceClock(120_000);
      expect(await run("pulumi destroy")).toContain("way back: ");
      expect(logstore.groups()).toEqual([]);
    },
    300_000,
  );
});
