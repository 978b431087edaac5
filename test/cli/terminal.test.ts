import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultIdentity } from "../../emulator/src/index.js";
import { Operator, bin } from "./operator.js";
import {
  ctrlC,
  narrow,
  onTerminal,
  wide,
  widest,
  type Seen,
  type Size,
  type Typing,
} from "./pseudoTerminal.js";

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

async function look(
  size: Size,
  args: readonly string[],
  { typing = [], environment = {} }: { typing?: Typing; environment?: NodeJS.ProcessEnv } = {},
): Promise<Seen> {
  const command = [process.execPath, bin, ...args, "--endpoint", operator.emulator.endpoint];
  return onTerminal(size, typing, command, {
    ALICLOUD_ACCESS_KEY: defaultIdentity.accessKeyId,
    ALICLOUD_SECRET_KEY: defaultIdentity.accessKeySecret,
    ...environment,
  });
}

const group = "shop/orders/billing";

describe("on a terminal of 60 columns", () => {
  it.each([
    ["status", group],
    ["status", "shop/orders"],
    ["plan", group, "--from", "begin"],
    ["progress", group],
  ])("%s %s breaks no line and leaves no value out", async (...args) => {
    const roomy = await look(wide, args);
    const { received } = await look(narrow, args);
    const words = (text: string): string[] =>
      stripVTControlCharacters(text)
        .match(/[\w:=-]*\d[\w:=-]*/g)
        ?.map((word) => word.toLowerCase()) ?? [];
    expect(new Set(words(received))).toEqual(new Set(words(roomy.received)));
    expect(widest(received)).toBeLessThanOrEqual(60);
  });

  it("colours what a symbol says already, and nothing under NO_COLOR", async () => {
    operator.commit(7);
    const args = ["progress", group];
    const { received } = await look(narrow, args);
    expect(received).toContain("\u001b[33m● ");
    expect((await look(narrow, args, { environment: { NO_COLOR: "1" } })).received).not.toContain("\u001b");
  });

  it("draws over what it drew before, and prints the last table whole at Ctrl-C", async () => {
    const file = join(folder, "shards.json");
    writeFileSync(file, operator.pinned(0, 1));
    const args = ["progress", group, "--shards", file, "--watch", "--interval", "PT1S"];
    const { code, received } = await look({ columns: 60, rows: 6 }, args, {
      typing: [["[J", ctrlC]],
      environment: { NO_COLOR: "1" },
    });
    expect(code).toBe(130);
    // The first screen is cut to the terminal, the last table is not.
    const [first = ""] = received.split("\u001b[");
    expect(first.trimEnd().split("\n").length).toBeLessThanOrEqual(4);
    const last = received.slice(received.lastIndexOf("\u001b[J") + 3);
    expect(last.match(/shards caught up/g)).toHaveLength(1);
    expect(last).toMatch(/\b0\b.*at the pin[^]*\b1\b.*at the pin/);
  });
});
