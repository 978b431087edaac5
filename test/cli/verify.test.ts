import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.js";
import { bin } from "./operator.js";

let emulator: SlsEmulator;

beforeEach(async () => {
  emulator = await SlsEmulator.start();
  emulator.createProject("shop");
});

afterEach(async () => emulator.stop());

function start(...options: readonly string[]) {
  const place = ["--project", "shop", "--region", "cn-test", "--endpoint", emulator.endpoint];
  const child = spawn(process.execPath, [bin, "verify", ...place, ...options], {
    env: {
      PATH: process.env["PATH"],
      HOME: "/nonexistent",
      ALICLOUD_ACCESS_KEY: defaultIdentity.accessKeyId,
      ALICLOUD_SECRET_KEY: defaultIdentity.accessKeySecret,
    },
  });
  child.stdin.end();
  let [out, error] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (error += text));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, out, error }));
  return { child, ended };
}

/** What was created and what of it was removed, by the answers. */
function balance() {
  const done = (call: string): number =>
    emulator.requestsOf(call).filter(({ status }) => status === 200).length;
  return { created: done("CreateLogStore"), removed: done("DeleteLogStore") };
}

describe("sls-checkpoint verify", () => {
  it("writes what was found so that the emulator takes it", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "verify-")), "observed.json");
    const { code, out } = await start("--yes", "--output", file).ended;
    expect([code, balance()]).toEqual([0, { created: 1, removed: 1 }]);
    expect(out).toContain("17 found, 0 unclear, 0 failed, 4 not asked");
    const observed = JSON.parse(readFileSync(file, "utf8")) as { observed: Record<string, unknown> };
    expect(observed.observed).toMatchObject({ region: "cn-test", at: expect.stringMatching(/^20\d\d-.*Z$/) });
    const told = await SlsEmulator.start({ assumptions: observed });
    await told.stop();
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("tidies up after %s", async (signal) => {
    const rule = emulator.rule({ call: "HeartBeat", nth: 1, do: { kind: "hold" } });
    const { child, ended } = start("--yes");
    await emulator.waitForRequest(({ call }) => call === "HeartBeat");
    child.kill(signal);
    await emulator.waitForRequest(({ call }) => call === "DeleteLogStore", 2);
    rule.release();
    const { code, out, error } = await ended;
    expect([code, balance()]).toEqual([130, { created: 1, removed: 1 }]);
    expect(error).toContain("Ctrl-C: nothing more is asked");
    expect(out).toMatch(/The logstore sls-checkpoint-verify-[0-9a-f]{12} is removed\./);
  });

  it.each(["SIGTERM", "SIGHUP"] as const)("tidies up where %s comes more than once", async (signal) => {
    emulator.rule({ call: "HeartBeat", nth: 1, do: { kind: "hold" } });
    const removal = emulator.rule({ call: "DeleteLogStore", nth: 2, do: { kind: "hold" } });
    const { child, ended } = start("--yes");
    await emulator.waitForRequest(({ call }) => call === "HeartBeat");
    child.kill(signal);
    await emulator.waitForRequest(({ call }) => call === "DeleteLogStore", 2);
    child.kill(signal);
    removal.release();
    expect([(await ended).code, balance()]).toEqual([130, { created: 1, removed: 1 }]);
  });

  it("leaves the logstore where it is killed; --clean removes it", async () => {
    emulator.rule({ call: "HeartBeat", do: { kind: "hold" } });
    const { child, ended } = start("--yes");
    const { logstore = "" } = await emulator.waitForRequest(({ call }) => call === "HeartBeat");
    child.kill("SIGKILL");
    await ended;
    expect(balance()).toEqual({ created: 1, removed: 0 });
    const cleaned = await start("--clean", "--yes").ended;
    expect(cleaned.out).toContain(`removed ${logstore}`);
    expect([cleaned.code, balance()]).toEqual([0, { created: 1, removed: 1 }]);
  });

  it("tidies up where nobody reads any more what it says", async () => {
    const rule = emulator.rule({ call: "SplitShard", nth: 1, do: { kind: "hold" } });
    const { child, ended } = start("--yes");
    await emulator.waitForRequest(({ call }) => call === "SplitShard");
    child.stdout.destroy();
    child.stderr.destroy();
    rule.release();
    await ended;
    expect(balance()).toEqual({ created: 1, removed: 1 });
  });

  it("says before anything else what it creates, costs and needs, and asks nobody who is not there", async () => {
    const { code, error } = await start().ended;
    expect(error).toContain("It creates in the project shop, and touches nothing else:");
    expect(error).toContain("Cost: ");
    expect(error).toContain("The key needs this RAM policy:");
    expect(error).toContain("sls-checkpoint: Nobody can be asked here: say --yes, where it is meant.");
    expect([code, emulator.requests]).toEqual([1, []]);
  });

  it.each([
    [["--clean", "--keep"], "--clean asks nothing, so --keep has no meaning"],
    [["--output", ""], "--output is empty"],
    [["--yes", "--output", "/dev/null/observed.json"], "--output: ENOTDIR"],
    [["--yes", "--output", "/tmp"], "--output: EISDIR"],
    [["shop/orders"], "verify takes no shop/orders; name the project with --project"],
    [["--project", "A/B"], "--project A/B is not a project's name"],
    [["--project", ""], "verify needs --project, such as --project my-test-project"],
    [["--format", "json"], "Unknown option '--format'; options of verify: --project"],
  ])("refuses %j", async (options, message) => {
    const { code, error } = await start(...options).ended;
    expect(error).toContain(message);
    expect([code, emulator.requests]).toEqual([1, []]);
  });
});
