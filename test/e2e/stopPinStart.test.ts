import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.ts";
import { billingIdentity } from "../../tools/demo/billingHost.mjs";
import { openWorkspace, type CommandResult, type PulumiWorkspace } from "./pulumi.ts";

const hour = 3_600_000;
const shards = [0, 1];
const service = fileURLToPath(new URL("orderService.mjs", import.meta.url));

let folder: string;
let emulator: SlsEmulator;
let pulumi: PulumiWorkspace;
/** The full hour before the test began: the last log groups are of then. */
let newest: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "order-service-"));
  // Each stop takes the consumers out of sight at once, so that no up waits for real.
  emulator = await SlsEmulator.start({
    clock: () => Date.now() + 2 * 60_000 * journal().filter((line) => line === "stop").length,
    identities: [defaultIdentity, billingIdentity],
  });
  newest = Math.floor(Date.now() / hour) * hour;
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2, bornAt: newest - 48 * hour });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  for (const shard of shards) {
    const series = { count: 13, from: newest - 12 * hour, to: newest };
    emulator.appendLogGroups("shop", "orders", shard, series);
  }
  pulumi = await openWorkspace({
    name: "stop-pin-start",
    program: fileURLToPath(new URL("../../examples/stop-pin-start/", import.meta.url)),
    env: { ORDER_SERVICE: folder, ORDER_SERVICE_PORT: String(emulator.port) },
  });
  await configure({
    "sls:endpoint": emulator.endpoint,
    "sls:accessKeyId": defaultIdentity.accessKeyId,
    "sls:accessKeySecret": defaultIdentity.accessKeySecret,
    project: "shop",
    logstore: "orders",
    consumerGroup: "billing",
    from: hoursAgo(6),
    waitTimeout: "PT1M",
    stop: `node ${service} stop`,
    start: `node ${service} start`,
  });
  await runService("start");
  await readToEnd();
});

afterEach(async () => {
  await runService("stop");
  await pulumi.close();
  await emulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function configure(values: Readonly<Record<string, string>>): Promise<void> {
  const pairs = Object.entries(values).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  const { exitCode, stderr } = await pulumi.run("config", "set-all", ...pairs);
  expect(exitCode, stderr).toBe(0);
}

/** What a person does at the machine. Meanwhile the emulator answers, so that a consumer can end. */
async function runService(verb: "start" | "stop"): Promise<void> {
  const env = { ...process.env, ORDER_SERVICE: folder, ORDER_SERVICE_PORT: String(emulator.port) };
  const [code] = (await once(spawn(process.execPath, [service, verb], { env }), "exit")) as [number | null];
  expect(code).toBe(0);
}

/** Lets a command of the service fail until it is mended. */
function breakService(verb: "start" | "stop"): { mend(): void } {
  const file = join(folder, `${verb} fails`);
  writeFileSync(file, "");
  return {
    mend: () => {
      rmSync(file);
    },
  };
}

/** Lets a command of the service wait, once it has begun, until it is told to go on. */
function holdService(verb: "start" | "stop"): { begun(): Promise<void>; goOn(): void } {
  const file = join(folder, `${verb} waits`);
  writeFileSync(file, "");
  return {
    begun: async () => {
      for (let tries = 0; tries < 1_000 && readFileSync(file, "utf8") === ""; tries += 1) await sleep(20);
      expect(readFileSync(file, "utf8")).toBe("begun");
    },
    goOn: () => {
      rmSync(file);
    },
  };
}

function journal(): string[] {
  const file = join(folder, "journal");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

/** What was done since the consumer was first started. */
function done(): string[] {
  return journal().slice(1);
}

function hoursAgo(hours: number): string {
  return new Date(newest - hours * hour).toISOString();
}

function cursors(place: number | "end"): string[] {
  return shards.map((shard) =>
    emulator.cursorAt("shop", "orders", shard, place === "end" ? place : newest - place * hour),
  );
}

function stands(): (string | undefined)[] {
  return shards.map((shard) => emulator.checkpoint("shop", "orders", "billing", shard)?.checkpoint);
}

/** The shards that the replay has written, in order: the consumer's saves name the consumer. */
function pinned(): (number | undefined)[] {
  return emulator
    .requestsOf("UpdateCheckPoint")
    .filter(({ query }) => query["consumer"] === undefined)
    .map(({ shard }) => shard)
    .sort();
}

/** Waits until the consumer has read everything that there is. */
async function readToEnd(): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (JSON.stringify(stands()) === JSON.stringify(cursors("end"))) return;
    await sleep(20);
  }
  expect(stands()).toEqual(cursors("end"));
}

/** One more order, which a consumer that is alive reads and saves. */
function receiveOrder(): void {
  const receivedAt = emulator.now();
  const order = { time: Math.floor(receivedAt / 1_000), contents: { orderId: "late" } };
  emulator.appendLogGroups("shop", "orders", 0, [{ receivedAt, logs: [order] }]);
}

/** Up to the change itself, as after a preview that a person has read. */
function up(): Promise<CommandResult> {
  return pulumi.up("--skip-preview");
}

/** A first replay, from six hours ago, that went well. */
async function replayed(): Promise<void> {
  const { exitCode, stdout } = await up();
  expect(exitCode, stdout).toBe(0);
  expect(done()).toEqual(["stop", "start"]);
  await readToEnd();
  emulator.clearRequests();
}

describe("stop, pin and start in one up", { timeout: 300_000 }, () => {
  it("reads the hours again, and does nothing in the next up", async () => {
    emulator.clearRequests();
    const { exitCode, stdout } = await pulumi.up();
    expect(exitCode, stdout).toBe(0);
    expect(done()).toEqual(["stop", "start"]);
    expect(pinned()).toEqual(shards);
    await readToEnd();
    const read = emulator.requestsOf("PullLogs").map(({ query }) => query["cursor"]);
    expect(read).toEqual(expect.arrayContaining(cursors(6)));
    const again = await pulumi.up("--expect-no-changes");
    expect(again.exitCode, again.stdout).toBe(0);
    expect(done()).toEqual(["stop", "start"]);
  });

  it("stops nothing where the preview refuses already", async () => {
    await configure({ maxMove: "PT1H" });
    const { exitCode, stdout } = await pulumi.up();
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain("maxMove");
    expect(done()).toEqual([]);
  });

  it("leaves the consumers stopped where the replay is refused, says so, and goes on in the next up", async () => {
    await configure({ maxMove: "PT1H" });
    const refused = await up();
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout).toContain("it would move further than maxMove allows");
    expect(refused.stdout).toContain("The consumers are stopped. They start when the replay is done");
    expect([done(), pinned()]).toEqual([["stop"], []]);
    await configure({ maxMove: "PT24H" });
    const next = await up();
    expect(next.exitCode, next.stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "start"], shards]);
  });

  it("is given up with keep, which moves nothing and starts the consumers", async () => {
    await configure({ maxMove: "PT1H" });
    expect((await up()).exitCode).not.toBe(0);
    await configure({ from: "keep" });
    const { exitCode, stdout } = await up();
    expect(exitCode, stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "stop", "start"], []]);
  });

  it("leaves them stopped where it fails in the middle, and the next up writes only what is left", async () => {
    const rule = emulator.rule({
      call: "UpdateCheckPoint",
      shard: 1,
      do: { kind: "error", status: 401, code: "Unauthorized", message: "not this shard" },
    });
    const failed = await up();
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stdout).toContain("not this shard");
    expect(done()).toEqual(["stop"]);
    expect(stands()[0]).toBe(cursors(6)[0]);
    rule.remove();
    emulator.clearRequests();
    const next = await up();
    expect(next.exitCode, next.stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "start"], [1]]);
  });

  it("goes on after an up that was killed, without a second stop", async () => {
    const rule = emulator.rule({ call: "UpdateCheckPoint", do: { kind: "hold" } });
    emulator.clearRequests();
    const running = pulumi.start("up", "--yes", "--skip-preview");
    await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
    running.kill("SIGKILL");
    await running.finished;
    rule.remove();
    expect(done()).toEqual(["stop"]);
    await pulumi.cancel();
    const next = await up();
    expect(next.exitCode, next.stdout).toBe(0);
    expect(done()).toEqual(["stop", "start"]);
    await readToEnd();
  });

  it("starts them again where every shard is already there", async () => {
    await configure({ from: "end" });
    const { exitCode, stdout } = await up();
    expect(exitCode, stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "start"], []]);
  });

  it("stops nothing for another reason", async () => {
    await replayed();
    await configure({ reason: "INC-4711: tax rate was wrong" });
    const { exitCode, stdout } = await up();
    expect(exitCode, stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "start"], []]);
  });

  it("replays again where that is asked for", async () => {
    await replayed();
    await configure({ again: "second time" });
    const { exitCode, stdout } = await up();
    expect(exitCode, stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "start", "stop", "start"], shards]);
  });

  it("moves nothing where the stop fails, and stops in the next up", async () => {
    const stop = breakService("stop");
    const failed = await up();
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stdout).toContain("the service manager does not answer");
    expect([done(), pinned()]).toEqual([[], []]);
    stop.mend();
    const next = await up();
    expect(next.exitCode, next.stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "start"], shards]);
  });

  it("only starts in the next up where the start failed", async () => {
    const start = breakService("start");
    const failed = await up();
    expect(failed.exitCode).not.toBe(0);
    expect([done(), pinned()]).toEqual([["stop"], shards]);
    start.mend();
    emulator.clearRequests();
    const next = await up();
    expect(next.exitCode, next.stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "start"], []]);
    await readToEnd();
  });

  it.each([
    ["stop", ["stop"]],
    ["start", ["stop", "start"]],
  ] as const)("lets a %s end that Ctrl-C meets, and the next up only goes on", async (verb, ended) => {
    const held = holdService(verb);
    const running = pulumi.start("up", "--yes", "--skip-preview");
    await held.begun();
    running.kill("SIGINT");
    await sleep(500);
    held.goOn();
    await running.finished;
    expect([done(), pinned()]).toEqual([ended, verb === "stop" ? [] : shards]);
    const next = await up();
    expect(next.exitCode, next.stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "start"], shards]);
  });

  it("does not wait for what a start leaves running with the output of its shell", async () => {
    const left = join(folder, "left running");
    await configure({ start: `node ${service} start; sleep 60 & echo $! > "${left}"; echo started` });
    const { exitCode, stdout } = await up();
    const pid = Number(readFileSync(left, "utf8"));
    expect(process.kill(pid, "SIGTERM")).toBe(true);
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain("started");
  });

  it("refuses where somebody started consumers between two ups, and says who", async () => {
    await configure({ maxMove: "PT1H" });
    expect((await up()).exitCode).not.toBe(0);
    await runService("start");
    await configure({ maxMove: "PT24H" });
    // It is seen by what it saves, and by nothing else.
    receiveOrder();
    await readToEnd();
    const orders = setInterval(receiveOrder, 200);
    const refused = await up().finally(() => {
      clearInterval(orders);
    });
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout).toContain("consumers are alive and would overwrite the pin");
    expect(refused.stdout).toContain("billing-host-a");
    expect([done(), pinned()]).toEqual([["stop", "start"], []]);
    await runService("stop");
    const next = await up();
    expect(next.exitCode, next.stdout).toBe(0);
    expect([done(), pinned()]).toEqual([["stop", "start", "stop", "start"], shards]);
  });
});
