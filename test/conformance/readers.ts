import { expect, onTestFinished } from "vitest";
import { decodeCursor, SlsEmulator } from "../../emulator/src/index.js";
import { ClientProcess } from "./clientProcess.js";
import { proxyEnvironment } from "./installed.js";
import type { ClientCommand } from "./wholeJourney.js";

/** A line that a consumer prints for a log. */
export interface Printed {
  readonly shard: number;
  readonly sequence: string;
}

/** A logstore with numbered log groups, and the consumers of the official library that read it. */
export async function startReaders(
  command: ClientCommand,
  { shardCount, count, order = "unordered" }: { shardCount: number; count: number; order?: string },
) {
  const emulator = await SlsEmulator.start();
  onTestFinished(async () => emulator.stop());
  const [program, ...args] = await command(emulator);
  emulator.createLogstore("shop", "events", { shardCount });
  let written = 0;
  const write = (shard: number, howMany: number): void => {
    const receivedAt = emulator.now();
    const groups = Array.from({ length: howMany }, () => ({
      receivedAt,
      logs: [{ time: Math.floor(receivedAt / 1000), contents: { sequence: String(written++) } }],
    }));
    emulator.appendLogGroups("shop", "events", shard, groups);
  };
  for (let shard = 0; shard < shardCount; shard += 1) write(shard, count);
  const consumer = (name: string) =>
    new ClientProcess(program, [...args, name, order], proxyEnvironment(emulator));
  const stop = async (process: ClientProcess): Promise<void> => {
    process.write("stop");
    expect(await process.exited).toBe(0);
  };
  const position = (shard: number) =>
    decodeCursor(emulator.checkpoint("shop", "events", "readers", shard)?.checkpoint ?? "");
  const begin = (shard: number) => decodeCursor(emulator.cursorAt("shop", "events", shard, "begin")) ?? 0n;
  /** Resolves once a checkpoint of every given shard is at its end. */
  const readToEnd = async (...shards: number[]): Promise<void> => {
    for (const shard of shards) {
      const end = emulator.cursorAt("shop", "events", shard, "end");
      await emulator.waitForRequest((request) => {
        const isSave = request.call === "UpdateCheckPoint" && request.shard === shard;
        return isSave && (JSON.parse(request.body) as { checkpoint: string }).checkpoint === end;
      });
    }
  };
  return { emulator, write, consumer, stop, position, begin, readToEnd, total: () => written };
}

/** The numbers of the logs that consumers printed. */
export function sequences(...processes: ClientProcess[]): number[] {
  return processes.flatMap(({ lines }) =>
    lines.map((line) => Number((JSON.parse(line) as Printed).sequence)),
  );
}
