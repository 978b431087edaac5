import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultIdentity } from "../../emulator/src/index.js";
import { Operator, bin } from "./operator.js";

const script = fileURLToPath(new URL("terminal.py", import.meta.url));

let operator: Operator;
let folder: string;

beforeEach(async () => {
  operator = await Operator.open();
  folder = mkdtempSync(join(tmpdir(), "sls-checkpoint-"));
  for (const shard of [0, 1]) operator.commit(7, shard);
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await operator.close();
});

interface Size {
  readonly columns: number;
  readonly rows: number;
}

async function onTerminal(
  { columns, rows }: Size,
  interruptAt: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number | null; readonly received: string }> {
  const command = [process.execPath, bin, ...args, "--endpoint", operator.emulator.endpoint];
  const child = spawn("python3", [script, String(columns), String(rows), interruptAt, ...command], {
    env: {
      PATH: process.env["PATH"],
      TERM: "xterm-256color",
      ALICLOUD_ACCESS_KEY: defaultIdentity.accessKeyId,
      ALICLOUD_SECRET_KEY: defaultIdentity.accessKeySecret,
      ...environment,
    },
  });
  let received = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (received += text));
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, received }));
  });
}

const group = "shop/orders/billing";
const narrow = { columns: 60, rows: 24 };

function widest(received: string): number {
  const lines = stripVTControlCharacters(received).split(/\r?\n/);
  return Math.max(...lines.map(({ length }) => length));
}

describe("on a terminal of 60 columns", () => {
  it.each([
    ["status", group],
    ["status", "shop/orders"],
    ["plan", group, "--from", "begin"],
    ["progress", group],
  ])("%s %s breaks no line and leaves no value out", async (...look) => {
    const wide = await onTerminal({ columns: 300, rows: 50 }, "", look);
    const { received } = await onTerminal(narrow, "", look);
    const words = (text: string): string[] =>
      stripVTControlCharacters(text)
        .match(/[\w:=-]*\d[\w:=-]*/g)
        ?.map((word) => word.toLowerCase()) ?? [];
    expect(new Set(words(received))).toEqual(new Set(words(wide.received)));
    expect(widest(received)).toBeLessThanOrEqual(60);
  });

  it("colours what a symbol says already, and nothing under NO_COLOR", async () => {
    operator.commit(7);
    const look = ["progress", group];
    const { received } = await onTerminal(narrow, "", look);
    expect(received).toContain("\u001b[33m● ");
    expect((await onTerminal(narrow, "", look, { NO_COLOR: "1" })).received).not.toContain("\u001b");
  });

  it("draws over what it drew before, and prints the last table whole at Ctrl-C", async () => {
    const file = join(folder, "shards.json");
    writeFileSync(file, operator.pinned(0, 1));
    const args = ["progress", group, "--shards", file, "--watch", "--interval", "PT1S"];
    const { code, received } = await onTerminal({ columns: 60, rows: 6 }, "[J", args, { NO_COLOR: "1" });
    expect(code).toBe(130);
    // The first screen is cut to the terminal, the last table is not.
    const [first = ""] = received.split("\u001b[");
    expect(first.trimEnd().split("\n").length).toBeLessThanOrEqual(4);
    const last = received.slice(received.lastIndexOf("\u001b[J") + 3);
    expect(last.match(/shards caught up/g)).toHaveLength(1);
    expect(last).toMatch(/\b0\b.*at the pin[^]*\b1\b.*at the pin/);
  });
});
