import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.js";
import { freePort } from "../plugin/freePort.ts";
import { bin } from "./operator.js";
import {
  ctrlC,
  ctrlD,
  hangUp,
  narrow,
  onTerminal,
  wide,
  widest,
  type Size,
  type Typing,
} from "./pseudoTerminal.js";

const root = join(import.meta.dirname, "../..");
const left = "sls-checkpoint-verify-0123456789ab";

let emulator: SlsEmulator;

beforeEach(async () => {
  emulator = await SlsEmulator.start();
  emulator.createProject("shop");
});

afterEach(async () => emulator.stop());

async function verify(size: Size, typing: Typing, ...options: readonly string[]) {
  const place = ["--project", "shop", "--region", "cn-test", "--endpoint", emulator.endpoint];
  return onTerminal(size, typing, [process.execPath, bin, "verify", ...place, ...options], {
    HOME: "/nonexistent",
    ALICLOUD_ACCESS_KEY: defaultIdentity.accessKeyId,
    ALICLOUD_SECRET_KEY: defaultIdentity.accessKeySecret,
    NO_COLOR: "1",
  });
}

/** The names that were created or removed, by the answers. */
function done(call: "CreateLogStore" | "DeleteLogStore") {
  return emulator.requestsOf(call).filter(({ status }) => status === 200);
}

describe("verify --clean asks on a terminal, and", () => {
  beforeEach(() => emulator.createLogstore("shop", left));

  const question = "Delete them? [y/N] ";

  it.each(["y\r", "Y\r", "yes\r", " yes \r"])("deletes after %j", async (answer) => {
    const { code, received } = await verify(narrow, [[question, answer]], "--clean");
    expect(received).toContain(`Left in project shop, unless a run is under way:\r\n  ${left}\r\n`);
    expect(received).toContain(`removed ${left}`);
    expect([code, done("DeleteLogStore").length]).toEqual([0, 1]);
  });

  it.each([
    ["n\r", 1],
    ["\r", 1],
    ["yess\r", 1],
    ["\u001b[A\r", 1],
    [ctrlC, 130],
    [ctrlD, 1],
  ])("deletes nothing after %j", async (answer, expected) => {
    const { code, received } = await verify(narrow, [[question, answer]], "--clean");
    expect(received).toMatch(/\r\nNothing was done\.\r\n$/);
    expect([code, emulator.requestsOf("DeleteLogStore")]).toEqual([expected, []]);
  });

  it("deletes nothing where the terminal is closed", async () => {
    await verify(narrow, [[question, hangUp]], "--clean");
    expect(emulator.requestsOf("DeleteLogStore")).toEqual([]);
  });

  it("asks nobody with --yes", async () => {
    const { code, received } = await verify(narrow, [], "--clean", "--yes");
    expect(received).not.toContain("[y/N]");
    expect([code, done("DeleteLogStore").length]).toEqual([0, 1]);
  });
});

describe("docs/verify.md", () => {
  it("has commands to try it with that run as they stand", async () => {
    const folder = mkdtempSync(join(tmpdir(), "verify-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const programs = { "sls-emulator": join(root, "emulator/bin/sls-emulator.js"), "sls-checkpoint": bin };
    const npx = Object.entries(programs).map(([name, path]) => `${name}) exec node ${path} "$@";;`);
    writeFileSync(
      join(folder, "npx"),
      `#!/bin/sh\nprogram=$1; shift\ncase $program in ${npx.join(" ")} esac\n`,
    );
    chmodSync(join(folder, "npx"), 0o755);
    const page = readFileSync(join(root, "docs/verify.md"), "utf8");
    const session = /```sh\n(cat > [^]*?)\n```/.exec(page)?.[1] ?? "";
    const port = String(await freePort());
    // A person is slower than the emulator is to start.
    const script = `cd ${folder}\n${session.replaceAll("8077", port).replace("export ", "sleep 1\nexport ")}`;
    const typing = [["Create it now? [y/N] ", "y\r"]] as const;
    const path = [folder, dirname(process.execPath), process.env["PATH"]].join(delimiter);
    const { received } = await onTerminal(wide, typing, ["/bin/sh", "-c", script], {
      PATH: path,
      HOME: folder,
    });
    expect(received).toContain("switches: 17 found, 0 unclear, 0 failed, 4 not asked");
    expect(readFileSync(join(folder, "observed.json"), "utf8")).toContain('"untouchedShards": "listed"');
  });
});

describe("verify on a terminal", () => {
  const question = "Create it now? [y/N] ";

  it("breaks its sentences between words, and a policy or command that is copied not at all", async () => {
    const { code, received } = await verify(narrow, [[question, "y\r"]]);
    expect(code).toBe(0);
    const copied = /acs:log|sls-checkpoint verify/;
    const lines = received.split("\r\n").filter((line) => !copied.test(line));
    expect(widest(lines.join("\n"))).toBeLessThanOrEqual(60);
    expect(received).toContain('"acs:log:*:*:project/shop/logstore/sls-checkpoint-verify-*"');
    const policy = /^\{[^]*?^\}/m.exec(received.replaceAll("\r", ""))?.[0] ?? "";
    expect(JSON.parse(policy)).toHaveProperty("Version", "1");
  });

  it.each([
    ["n\r", 1],
    [ctrlC, 130],
  ])("sends nothing after %j", async (answer, expected) => {
    const { code, received } = await verify(wide, [[question, answer]]);
    expect(received).toContain("Nothing was done.");
    expect([code, emulator.requests]).toEqual([expected, []]);
  });

  it("tidies up after Ctrl-C, and says before it does what removes what a second Ctrl-C would leave", async () => {
    const { code, received } = await verify(wide, [
      [question, "y\r"],
      ["1 of ", ctrlC],
    ]);
    expect(code).toBe(130);
    const command = `sls-checkpoint verify --clean --project shop --region cn-test --endpoint ${emulator.endpoint}`;
    expect(received).toContain(`If this is interrupted too, remove it with: ${command}\r\n`);
    expect(received).toMatch(/The logstore sls-checkpoint-verify-[0-9a-f]{12} is removed\./);
    expect([done("CreateLogStore").length, done("DeleteLogStore").length]).toEqual([1, 1]);
  });

  it("ends at the second Ctrl-C", async () => {
    const rule = emulator.rule({ call: "DeleteLogStore", nth: 2, do: { kind: "hold" } });
    const { code, received } = await verify(wide, [
      [question, "y\r"],
      ["1 of ", ctrlC],
      ["If this is interrupted too", ctrlC],
    ]);
    rule.release();
    expect([code, received]).toEqual([130, expect.stringContaining("verify --clean --project shop")]);
  });

  it("tidies up where the window is closed", async () => {
    await verify(wide, [
      [question, "y\r"],
      ["1 of ", hangUp],
    ]);
    expect([done("CreateLogStore").length, done("DeleteLogStore").length]).toEqual([1, 1]);
  });
});
