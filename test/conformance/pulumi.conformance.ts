import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { encodeCursor, type SlsEmulator } from "../../emulator/src/index.js";
import { openWorkspace, type PulumiWorkspace } from "../e2e/pulumi.ts";
import { hasClient, installed } from "./installed.js";
import { sequences, startReaders } from "./readers.js";
import type { ClientCommand } from "./wholeJourney.js";

const consumers: Readonly<Record<"python" | "go", ClientCommand>> = {
  python: async () => [installed.python, fileURLToPath(new URL("python/consumer.py", import.meta.url))],
  go: async () => [`${installed.go}/consumer`],
};

/** Pins shard 0 of the group that the consumers read. */
const pinProgram = `
const sls = require("pulumi-sls-checkpoint");
const inputs = require("./pin.json");
const pin = new sls.ConsumerGroupCheckpoint("pin", {
  project: "shop", logstore: "events", consumerGroup: "readers", shard: 0, ...inputs,
});
exports.status = pin.status;
`;

const groupProgram = `
const sls = require("pulumi-sls-checkpoint");
const settings = require("./settings.json");
new sls.ConsumerGroup("readers", { project: "shop", logstore: "events", consumerGroup: "readers", ...settings });
`;

/** A stack beside the consumers. */
async function openStack(emulator: SlsEmulator, program: string): Promise<PulumiWorkspace> {
  const pulumi = await openWorkspace({
    name: "conformance",
    program: {
      "Pulumi.yaml": "name: shop\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
      "index.js": program,
    },
  });
  onTestFinished(async () => pulumi.close());
  const plain = [
    "--plaintext",
    `sls:endpoint=${emulator.endpoint}`,
    "--plaintext",
    "sls:accessKeyId=emulatorAccessKeyId",
  ];
  await pulumi.run("config", "set-all", ...plain, "--secret", "sls:accessKeySecret=emulatorAccessKeySecret");
  return pulumi;
}

/** The saves that no consumer made. */
function pins(emulator: SlsEmulator): unknown[] {
  return emulator.requestsOf("UpdateCheckPoint").filter(({ query }) => (query["consumer"] ?? "") === "");
}

describe.each(["python", "go"] as const)("pulumi up and the consumer library of %s", (language) => {
  const suite = it.skipIf(!hasClient(language));

  suite("a pin is refused while a consumer runs, and nothing is written", async () => {
    const { emulator, consumer, stop, readToEnd, begin } = await startReaders(consumers[language], {
      shardCount: 1,
      count: 20,
    });
    const pulumi = await openStack(emulator, pinProgram);
    const reader = consumer("reader");
    await readToEnd(0);
    pulumi.write({ "pin.json": JSON.stringify({ checkpoint: encodeCursor(begin(0) + 5n) }) });
    const up = await pulumi.up();
    expect(up.exitCode).not.toBe(0);
    expect(up.stdout).toContain("reader");
    expect(pins(emulator)).toEqual([]);
    await stop(reader);
  });

  suite("a pin over a running consumer is noticed when the consumer overwrites it", async () => {
    const { emulator, consumer, stop, readToEnd, begin, write } = await startReaders(consumers[language], {
      shardCount: 1,
      count: 20,
    });
    const pulumi = await openStack(emulator, pinProgram);
    const reader = consumer("reader");
    await readToEnd(0);
    const checkpoint = encodeCursor(begin(0) + 5n);
    pulumi.write({
      "pin.json": JSON.stringify({ checkpoint, onActiveConsumers: "overwrite", watchFor: "PT60S" }),
    });
    const running = pulumi.up();
    await emulator.waitForRequest(
      (request) => request.call === "UpdateCheckPoint" && (request.query["consumer"] ?? "") === "",
    );
    write(0, 3);
    const up = await running;
    expect(up.exitCode).not.toBe(0);
    expect(up.stdout).toMatch(/overwrit|overwrote/);
    expect(up.stdout).toContain("reader");
    await stop(reader);
    expect(sequences(reader)).toEqual(Array.from({ length: 23 }, (_, index) => index));
  });

  suite("a pin after the consumer stopped makes it read exactly the pinned log groups", async () => {
    const { emulator, consumer, stop, readToEnd, begin, position } = await startReaders(consumers[language], {
      shardCount: 1,
      count: 20,
    });
    const pulumi = await openStack(emulator, pinProgram);
    const before = consumer("reader");
    await readToEnd(0);
    await stop(before);
    emulator.advanceClock(120_000);
    pulumi.write({ "pin.json": JSON.stringify({ checkpoint: encodeCursor(begin(0) + 5n) }) });
    const up = await pulumi.up();
    expect(up.exitCode, up.stdout + up.stderr).toBe(0);
    expect(position(0)).toBe(begin(0) + 5n);
    emulator.clearRequests();
    const after = consumer("reader");
    await readToEnd(0);
    await stop(after);
    expect(sequences(after)).toEqual(Array.from({ length: 15 }, (_, index) => index + 5));
    emulator.clearRequests();
    const again = await pulumi.up("--expect-no-changes");
    expect(again.exitCode, again.stdout + again.stderr).toBe(0);
    expect(emulator.requests).toEqual([]);
  });
});

describe.each(["python", "go"] as const)("a declared group and the consumer library of %s", (language) => {
  const suite = it.skipIf(!hasClient(language));

  /** A group that a stack has made, and that a consumer has set up as it wanted when it started. */
  async function startedOn(settings: object) {
    const readers = await startReaders(consumers[language], { shardCount: 1, count: 5 });
    const pulumi = await openStack(readers.emulator, groupProgram);
    pulumi.write({ "settings.json": JSON.stringify(settings) });
    const up = await pulumi.up("--skip-preview");
    expect(up.exitCode, up.stdout + up.stderr).toBe(0);
    const made = readers.emulator.consumerGroups("shop", "events");
    const reader = readers.consumer("reader");
    await readers.readToEnd(0);
    const [group] = readers.emulator.consumerGroups("shop", "events");
    expect(made).not.toEqual([group]);
    return { ...readers, pulumi, reader, group };
  }

  suite(
    "nothing is declared: the refresh and the up are quiet, and the consumer's settings stay",
    async () => {
      const { emulator, pulumi, reader, stop, group } = await startedOn({});
      const refresh = await pulumi.refresh("--expect-no-changes");
      expect(refresh.exitCode, refresh.stdout).toBe(0);
      expect(refresh.stdout).not.toContain("warning");
      const up = await pulumi.up("--skip-preview", "--expect-no-changes");
      expect(up.exitCode, up.stdout).toBe(0);
      expect(emulator.consumerGroups("shop", "events")).toEqual([group]);
      await stop(reader);
    },
  );

  suite("a timeout is declared: the refresh shows what the consumer set, and what to do", async () => {
    const { emulator, pulumi, reader, stop, group } = await startedOn({ timeout: 60 });
    const refresh = await pulumi.refresh();
    expect(refresh.exitCode, refresh.stdout).toBe(0);
    expect(refresh.stdout).toContain(`timeout is ${String(group?.timeout)} s, declared are 60 s`);
    expect(refresh.stdout).toContain("Consumers set both when they start");
    expect(refresh.stdout).toContain(
      "Set theirs to a timeout of 60 s, or leave timeout out of the declaration.",
    );
    const up = await pulumi.up("--skip-preview");
    expect(up.exitCode, up.stdout).toBe(0);
    expect(emulator.consumerGroups("shop", "events")).toMatchObject([{ timeout: 60 }]);
    await stop(reader);
  });
});
